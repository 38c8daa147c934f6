import { fen, type Fen } from '@citycard/common';
import fc from 'fast-check';
import type { MessageName } from './messages.ts';
import type { AnswerValues } from './answer.ts';
import type { TerminalRequest } from './request.ts';

export type RequestValues<N extends MessageName> = TerminalRequest<N>['values'];

const digits = (count: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: count, maxLength: count });
const bytes = (count: number) =>
  fc.uint8Array({ minLength: count, maxLength: count }).map((array) => Buffer.from(array));
const integer = (size: 1 | 2 | 4) => fc.integer({ min: 0, max: 2 ** (8 * size) - 1 });
const amount = (max: bigint): fc.Arbitrary<Fen> => fc.bigInt({ min: 0n, max }).map((value) => fen(value));
const fen4 = amount(2n ** 32n - 1n);
const fen8 = amount(2n ** 62n);
const fen12Digits = amount(999_999_999_999n);
const one = fc.constant(1 as const);
/** Names as billers write them, without a blank at the end, which padding would swallow. */
const name = (most: number) =>
  fc.array(fc.constantFrom(...'AZ09-', '水', '费', '县'), { maxLength: most >> 1 }).map((all) => all.join(''));
const flag = fc.constantFrom(0 as const, 1 as const);

const cardNo = digits(19);
const original = fc.record({ batch: digits(6), trace: digits(6), date: digits(4) });
const adopted = fc.record({ adopted: fc.record({ version: integer(4) }) });
const total = fc.record({ amount: fen8, count: integer(4) });
const load = fc.record({
  version: one,
  applicationSerial: digits(20),
  issuerId: bytes(8),
  type: fc.constant(2 as const),
  keyIndex: integer(1),
  keyVersion: integer(1),
  algorithm: integer(1),
  balanceBefore: fen4,
  onlineCounter: integer(2),
  cardRandom: bytes(4),
  samNo: digits(12),
  mac1: bytes(4),
});
const loadValues = { cardNo, amount: fen12Digits, condition: fc.constant('91' as const), load };

/** Any request of each message. */
export const anyRequest: { [N in MessageName]: fc.Arbitrary<RequestValues<N>> } = {
  signOn: fc.record({ terminalText: bytes(28), operator: name(3) }),
  signOff: fc.constant({}),
  echo: fc.constant({}),
  parameters: fc.record({ wanted: fc.record({ version: integer(4), blockIndex: integer(2) }) }),
  parametersAdopted: adopted,
  hotlist: fc.record({ wanted: fc.record({ versionHeld: integer(4), nextIndex: integer(4) }) }),
  hotlistAdopted: adopted,
  purseBalance: fc.record({ cardNo }),
  loadFromCash: fc.record(loadValues),
  loadFromAccount: fc.record(
    { ...loadValues, pinBlock: bytes(8), pinControl: digits(16) },
    { requiredKeys: ['cardNo', 'amount', 'condition', 'load'] },
  ),
  loadResult: fc.record({
    cardNo,
    amount: fen12Digits,
    result: fc.record({
      version: one,
      outcome: fc.constantFrom(0 as const, 1 as const, 2 as const),
      tac: bytes(4),
      balanceAfter: fen4,
      onlineCounterBefore: integer(2),
    }),
    original,
  }),
  loadReversal: fc.record({
    cardNo,
    amount: fen12Digits,
    reason: fc.constantFrom('98' as const, '06' as const, 'A0' as const),
    original,
  }),
  purchaseUpload: fc.record({
    totals: fc.record({ count: integer(2), amount: fen8 }),
    records: fc.array(bytes(64), { minLength: 1, maxLength: 15 }),
  }),
  billPayment: fc.record({
    amount: fen12Digits,
    payment: fc.record({ record: bytes(64), biller: name(4), customer: name(20), billReference: name(16) }),
  }),
  billEnquiry: fc.record({ enquiry: fc.record({ biller: name(4), customer: name(20) }) }),
  batchTotals: fc.record({ totals: fc.record({ loads: total, purchases: total }) }),
  batchUploadEnd: fc.record({ end: fc.record({ count: integer(4) }) }),
};

/** Any answer of each message. */
export const anyAnswer: { [N in MessageName]: fc.Arbitrary<AnswerValues<N>> } = {
  signOn: fc.record({
    keys: fc.record({ pikUnderTmk: bytes(16), pikKcv: bytes(4), makUnderTmk: bytes(16), makKcv: bytes(4) }),
  }),
  signOff: fc.constant({}),
  echo: fc.constant({}),
  parameters: fc.record({
    block: fc.record({
      version: integer(4),
      blockIndex: integer(2),
      lastFlag: flag,
      parameters: fc.record(
        {
          loadMaximumFen: fen4,
          purseCapFen: fen4,
          uploadIntervalSeconds: integer(4),
          recordAgeLimitDays: integer(2),
          hotlistIntervalSeconds: integer(4),
        },
        { requiredKeys: [] },
      ),
    }),
  }),
  parametersAdopted: fc.constant({}),
  hotlist: fc.record({
    page: fc.record({
      currentVersion: integer(4),
      nextIndex: integer(4),
      more: flag,
      entries: fc.array(fc.record({ action: fc.constantFrom(1 as const, 2 as const), applicationSerial: digits(20) }), {
        maxLength: 89,
      }),
    }),
  }),
  hotlistAdopted: fc.constant({}),
  purseBalance: fc.record({
    balances: fc.record({
      ledgerFen: fc.bigInt({ min: -999_999_999_999n, max: 999_999_999_999n }).map((value) => fen(value)),
      availableFen: fen12Digits,
    }),
  }),
  loadFromCash: fc.record({
    load: fc.record({ version: one, hostDate: digits(8), hostTime: digits(6), mac2: bytes(4) }),
  }),
  loadFromAccount: fc.record({
    load: fc.record({ version: one, hostDate: digits(8), hostTime: digits(6), mac2: bytes(4) }),
  }),
  loadResult: fc.constant({}),
  loadReversal: fc.constant({}),
  purchaseUpload: fc.constant({}),
  billPayment: fc.record({
    receipt: fc.record({ receipt: name(16), meterToken: fc.oneof(fc.constant(''), digits(20)) }),
  }),
  billEnquiry: fc.record({
    due: fen12Digits,
    bills: fc.array(fc.record({ billReference: name(16), due: fen12Digits, dueDate: digits(8), text: name(20) }), {
      maxLength: 17,
    }),
  }),
  batchTotals: fc.record({
    totals: fc.record({
      loads: total,
      purchases: total,
      result: fc.constantFrom(1 as const, 2 as const, 3 as const),
    }),
  }),
  batchUploadEnd: fc.constant({}),
};
