import { opaque } from '../codec/parts.ts';
import {
  adoptedVersion,
  hotlistPage,
  hotlistRequest,
  operator,
  parameterBlock,
  parameterRequest,
  purseBalances,
  workingKeys,
} from '../codec/payloads/keys-and-lists.ts';
import { loadAnswer, loadRequest, loadResult } from '../codec/payloads/loads.ts';
import {
  batchTotals,
  batchTotalsResult,
  batchUploadEnd,
  billEnquiry,
  billPayment,
  billReceipt,
  bills,
  purchaseRecords,
  uploadTotals,
} from '../codec/payloads/purchases.ts';
import { amount, digits, oneOf, optional, original, payload, textPayload, type Slots } from './slots.ts';

/** What tells one message from another besides the MTI: field 3 (none: not looked at), 60.1 and 60.3. */
export interface MessageKey {
  readonly processingCode?: string;
  readonly type: string;
  readonly networkManagement: string;
}

/** One row of the message table. Fields 11, 41, 42 and 60 are in every request and need no slot. */
export interface MessageDefinition {
  /** Its number in the table of the interface. */
  readonly number: number;
  readonly mti: string;
  readonly keys: readonly MessageKey[];
  readonly request: Slots;
  readonly answer: Slots;
  /** The request must carry field 64. Every one but the sign-on. */
  readonly mac: boolean;
  /** Its answer is kept, and given again when the request is repeated. */
  readonly stored: boolean;
}

const management = (networkManagement: string): readonly MessageKey[] => [{ type: '00', networkManagement }];
const loadFromCashKey = { processingCode: '630000', type: '41', networkManagement: '000' };
const loadFromAccountKey = { processingCode: '600000', type: '40', networkManagement: '000' };

const loadSlots = {
  cardNo: digits(2),
  amount: amount(4),
  condition: oneOf(25, ['91'], '12'),
  load: payload(58, loadRequest),
};

/** The message table (terminal interface, section 3) as data. */
export const messages = {
  signOn: {
    number: 1,
    mti: '0800',
    keys: management('003'),
    request: { terminalText: payload(62, opaque()), operator: payload(63, operator) },
    answer: { keys: payload(62, workingKeys) },
    mac: false,
    stored: false,
  },
  signOff: { number: 2, mti: '0820', keys: management('002'), request: {}, answer: {}, mac: true, stored: false },
  echo: { number: 3, mti: '0820', keys: management('301'), request: {}, answer: {}, mac: true, stored: false },
  parameters: {
    number: 4,
    mti: '0800',
    keys: management('360'),
    request: { wanted: payload(62, parameterRequest) },
    answer: { block: payload(62, parameterBlock) },
    mac: true,
    stored: false,
  },
  parametersAdopted: {
    number: 4,
    mti: '0800',
    keys: management('361'),
    request: { adopted: payload(62, adoptedVersion) },
    answer: {},
    mac: true,
    stored: false,
  },
  hotlist: {
    number: 5,
    mti: '0800',
    keys: management('390'),
    request: { wanted: payload(62, hotlistRequest) },
    answer: { page: payload(62, hotlistPage) },
    mac: true,
    stored: false,
  },
  hotlistAdopted: {
    number: 5,
    mti: '0800',
    keys: management('391'),
    request: { adopted: payload(62, adoptedVersion) },
    answer: {},
    mac: true,
    stored: false,
  },
  purseBalance: {
    number: 6,
    mti: '0200',
    keys: [{ processingCode: '310000', type: '01', networkManagement: '000' }],
    request: { cardNo: digits(2) },
    answer: { balances: textPayload(54, purseBalances) },
    mac: true,
    stored: false,
  },
  loadFromCash: {
    number: 7,
    mti: '0200',
    keys: [loadFromCashKey],
    request: loadSlots,
    answer: { load: payload(58, loadAnswer) },
    mac: true,
    stored: true,
  },
  loadFromAccount: {
    number: 8,
    mti: '0200',
    keys: [loadFromAccountKey],
    request: { ...loadSlots, pinBlock: optional(payload(52, opaque(8))), pinControl: optional(digits(53)) },
    answer: { load: payload(58, loadAnswer) },
    mac: true,
    stored: true,
  },
  loadResult: {
    number: 9,
    mti: '0220',
    keys: [loadFromCashKey, loadFromAccountKey],
    request: { cardNo: digits(2), amount: amount(4), result: payload(58, loadResult), original: original() },
    answer: {},
    mac: true,
    stored: true,
  },
  loadReversal: {
    number: 10,
    mti: '0400',
    keys: [loadFromCashKey, loadFromAccountKey],
    request: {
      cardNo: digits(2),
      amount: amount(4),
      reason: oneOf(39, ['98', '06', 'A0'], '30'),
      original: original(),
    },
    answer: {},
    mac: true,
    stored: true,
  },
  purchaseUpload: {
    number: 11,
    mti: '0320',
    keys: [{ processingCode: '000000', type: '36', networkManagement: '201' }],
    request: { totals: payload(48, uploadTotals), records: payload(62, purchaseRecords) },
    answer: {},
    mac: true,
    stored: true,
  },
  billPayment: {
    number: 12,
    mti: '0220',
    keys: [{ processingCode: '500000', type: '36', networkManagement: '000' }],
    request: { amount: amount(4), payment: payload(62, billPayment) },
    answer: { receipt: payload(62, billReceipt) },
    mac: true,
    stored: true,
  },
  billEnquiry: {
    number: 13,
    mti: '0100',
    keys: [{ processingCode: '330000', type: '01', networkManagement: '000' }],
    request: { enquiry: payload(62, billEnquiry) },
    answer: { due: amount(4), bills: payload(62, bills) },
    mac: true,
    stored: false,
  },
  batchTotals: {
    number: 14,
    mti: '0500',
    keys: management('201'),
    request: { totals: payload(48, batchTotals) },
    answer: { totals: payload(48, batchTotalsResult) },
    mac: true,
    stored: true,
  },
  batchUploadEnd: {
    number: 15,
    mti: '0320',
    keys: management('207'),
    request: { end: payload(48, batchUploadEnd) },
    answer: {},
    mac: true,
    stored: true,
  },
} as const satisfies Readonly<Record<string, MessageDefinition>>;

export type MessageName = keyof typeof messages;
