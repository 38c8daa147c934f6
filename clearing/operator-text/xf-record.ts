import { digitsToBcd, instantOfCityDigits } from '@citycard/common';
import { FLAG, RECORD_LENGTH, RECORD_VERSION } from '../purchases/purchase-record.ts';

/** N: decimal digits; hex: hexadecimal digits; AN: any printable ASCII. */
type Kind = 'N' | 'hex' | 'AN';

/** The fields of an XF line (domain.md B.1): number, name, width, kind; each begins where the one before ends. */
const FIELDS: readonly (readonly [number: number, name: string, width: number, kind: Kind])[] = [
  [1, 'POS serial number', 8, 'N'],
  [2, 'merchant', 15, 'N'],
  [3, 'POS number', 8, 'N'],
  [4, 'card number', 20, 'N'],
  [5, 'card main type', 2, 'N'],
  [6, 'card sub type', 2, 'N'],
  [7, 'card expiry', 8, 'N'],
  [8, 'application start', 8, 'N'],
  [9, 'application expiry', 8, 'N'],
  [10, 'purse transaction counter', 6, 'N'],
  [11, 'PSAM transaction number', 10, 'N'],
  [12, 'balance before', 8, 'N'],
  [13, 'amount', 8, 'N'],
  [14, 'date time', 14, 'N'],
  [15, 'type', 2, 'N'],
  [16, 'PSAM terminal number', 12, 'N'],
  [17, 'TAC', 8, 'hex'],
  [18, 'gray flag', 2, 'N'],
  [19, 'month-ticket kind', 2, 'N'],
  [20, 'month-ticket period', 1, 'N'],
  [21, 'reserved', 6, 'AN'],
];

/** Without fields 19 to 21, and with them. */
export const XF_SHORT = 149;
export const XF_LONG = 158;

const PATTERNS: Readonly<Record<Kind, RegExp>> = { N: /^[0-9]+$/, hex: /^[0-9A-Fa-f]+$/, AN: /^[ -~]+$/ };
const WANTED: Readonly<Record<Kind, string>> = {
  N: 'decimal digits',
  hex: 'hexadecimal digits',
  AN: 'printable ASCII',
};

const OFFSETS = new Map<number, number>();
for (let at = 0, n = 0; n < FIELDS.length; n += 1) {
  const field = FIELDS[n];
  if (field === undefined) break;
  OFFSETS.set(field[0], at);
  at += field[2];
}

/** A field of a line, by its number. */
export function xfField(line: string, number: number): string {
  const [, , width = 0] = FIELDS[number - 1] ?? [];
  const at = OFFSETS.get(number) ?? 0;
  return line.slice(at, at + width);
}

/** What is wrong with a line, in words that name the field. */
export interface LineProblem {
  readonly problem: string;
}

export interface XfRecord {
  /** The record as every purchase is carried, its hotlist version still zero. */
  readonly raw: Buffer;
  readonly samNo: string;
  /** Undefined when the digits name no date and time: such a record is taken, and judged like any other. */
  readonly tappedAt: Date | undefined;
  readonly amountFen: number;
}

/** Where a record holds the hotlist version. */
export const HOTLIST_OFFSET = 51;

const LARGEST_COUNTER = 0xffff;
const LARGEST_TRANSACTION = 0xffff_ffff;
const WELL_FORMED = /^[0-9]{139}[0-9A-Fa-f]{8}[0-9]{2}(?:[0-9]{3}[ -~]{6})?$/;

/**
 * Converts an XF line into a purchase record of version 01 (terminal-interface.md §3, "Purchase file"). What a record has and a
 * line has not is zero, but for the key index, which is the card profile's 01. A gray line has TAC zero, as gray records do.
 */
export function convertXfLine(
  line: string,
  terms: { readonly merchant: string; readonly industry: number; readonly width: number; readonly homeCity: string },
): XfRecord | LineProblem {
  if (line.length !== terms.width) {
    return { problem: `it has ${line.length} characters; the header says ${terms.width}` };
  }
  if (!WELL_FORMED.test(line)) return { problem: wrongField(line) };
  const merchant = xfField(line, 2);
  if (merchant !== terms.merchant)
    return { problem: said(2, merchant, `another merchant than the file's, ${terms.merchant}`) };
  const counter = Number(xfField(line, 10));
  if (counter > LARGEST_COUNTER) return { problem: said(10, xfField(line, 10), `above ${LARGEST_COUNTER}`) };
  const transaction = Number(xfField(line, 11));
  if (transaction > LARGEST_TRANSACTION)
    return { problem: said(11, xfField(line, 11), `above ${LARGEST_TRANSACTION}`) };
  const grayFlag = xfField(line, 18);
  if (grayFlag !== '00' && grayFlag !== '01') return { problem: said(18, grayFlag, 'neither 00 nor 01') };
  const serial = xfField(line, 4);
  const moment = xfField(line, 14);
  const samNo = xfField(line, 16);
  const amountFen = Number(xfField(line, 13));
  const raw = Buffer.alloc(RECORD_LENGTH);
  raw.writeUInt8(RECORD_VERSION, 0);
  raw.writeUInt8(grayFlag === '01' ? FLAG.gray : FLAG.complete, 1);
  digitsToBcd(issuerCityOf(serial, terms.homeCity)).copy(raw, 2);
  digitsToBcd(serial).copy(raw, 4);
  raw.writeUInt8(Number(xfField(line, 5)), 14);
  raw.writeUInt8(Number(xfField(line, 6)), 15);
  raw.writeUInt8(Number(xfField(line, 15)), 16);
  raw.writeUInt8(1, 17);
  raw.writeUInt16BE(counter, 20);
  raw.writeUInt32BE(Number(xfField(line, 12)), 22);
  raw.writeUInt32BE(amountFen, 26);
  digitsToBcd(samNo).copy(raw, 30);
  raw.writeUInt32BE(transaction, 36);
  digitsToBcd(moment).copy(raw, 40);
  if (grayFlag === '00') Buffer.from(xfField(line, 17), 'hex').copy(raw, 47);
  raw.writeUInt8(terms.industry, 55);
  return { raw, samNo, amountFen, tappedAt: instantOfCityDigits(moment.slice(0, 8), moment.slice(8)) };
}

/** Digits 5 to 8 of a card number of our profile; any other card is the home city's to know or not to know. */
function issuerCityOf(serial: string, homeCity: string): string {
  return serial.startsWith('0310') ? serial.slice(4, 8) : homeCity;
}

function wrongField(line: string): string {
  for (const [number, , width, kind] of FIELDS) {
    const text = xfField(line, number);
    if (text.length === width && !PATTERNS[kind].test(text)) return said(number, text, `not ${WANTED[kind]}`);
  }
  return 'it is not as the format has it';
}

function said(number: number, text: string, wrong: string): string {
  // What a broken line holds is shown only as far as it can be printed.
  return `field ${number} (${FIELDS[number - 1]?.[1]}) is "${text.replaceAll(/[^ -~]/g, '?')}": ${wrong}`;
}
