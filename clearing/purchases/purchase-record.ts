import { hash } from 'node:crypto';
import { bcdToDigits, cityDateTimeDigits, digitsToBcd, type Fen, fen, instantOfCityDigits } from '@citycard/common';

/** Every offline purchase is one record of this length, in messages and files alike (terminal-interface.md §3). */
export const RECORD_LENGTH = 64;
export const RECORD_VERSION = 0x01;

/** Low nibble of byte 1. */
export const FLAG = { complete: 0, gray: 1, recovered: 2, cardLocked: 3 } as const;

/** Bit 7 of byte 1. Bits 4 to 6 have no meaning yet. */
const TEST_CARD_BIT = 0x80;
const UNDEFINED_BITS = 0x70;

export const TRANSACTION_TYPE = { purchase: 0x06, compoundPurchase: 0x09 } as const;

/** What a 64-byte purchase record says. Digits that are no decimal digits come out as `a`–`f`; nothing is refused here. */
export interface PurchaseRecord {
  readonly version: number;
  /** Low nibble of the flags, see {@link FLAG}. */
  readonly flag: number;
  readonly testCard: boolean;
  /** Whether one of the flag bits 4 to 6, which have no meaning yet, is set. */
  readonly undefinedFlags: boolean;
  readonly issuerCity: string;
  /** 20 digits. */
  readonly applicationSerial: string;
  /** The 19-digit card number when the serial is one of our numbering, else all 20 digits of the serial. */
  readonly cardNo: string;
  readonly mainType: number;
  readonly subType: number;
  readonly transactionType: number;
  readonly keyIndex: number;
  readonly keyVersion: number;
  readonly algorithm: number;
  /** Before the purchase. */
  readonly offlineCounter: number;
  readonly balanceBeforeFen: Fen;
  readonly amountFen: Fen;
  /** 12 digits. */
  readonly samNo: string;
  readonly samTransactionNo: number;
  /** Undefined when the fourteen digits name no date and time. */
  readonly tappedAt: Date | undefined;
  /** The same as text, in the basic form of ISO 8601 with the city's offset: `YYYYMMDDThhmmss+08`. */
  readonly tappedText: string | undefined;
  readonly tac: Buffer;
  readonly hotlistVersion: number;
  readonly industry: number;
  readonly industryData: Buffer;
}

/** Serials `0` ‖ 19 digits of card profile 310 are carried without the leading zero. */
const OUR_NUMBERING = /^0310[0-9]{16}$/;

/** Card number by which a serial of 20 digits is stored; different serials always give different numbers. */
export function cardNoOfSerial(applicationSerial: string): string {
  return OUR_NUMBERING.test(applicationSerial) ? applicationSerial.slice(1) : applicationSerial;
}

/** The 20 digits of the application serial behind a stored card number. */
export function serialOfCardNo(cardNo: string): string {
  return cardNo.length === 19 ? `0${cardNo}` : cardNo;
}

/**
 * Reads a purchase record (terminal-interface.md §3, "Purchase record"). Never throws: fields of an unknown record
 * version are read at the places of version 01, and missing bytes are read as zero.
 */
export function decodePurchaseRecord(bytes: Buffer): PurchaseRecord {
  const raw = bytes.length >= RECORD_LENGTH ? bytes : Buffer.concat([bytes], RECORD_LENGTH);
  const flags = raw.readUInt8(1);
  const digits = bcdToDigits(raw);
  const applicationSerial = digits.slice(8, 28);
  const [date, time] = [digits.slice(80, 88), digits.slice(88, 94)];
  const tappedAt = instantOfCityDigits(date, time);
  return {
    version: raw.readUInt8(0),
    flag: flags & 0x0f,
    testCard: (flags & TEST_CARD_BIT) !== 0,
    undefinedFlags: (flags & UNDEFINED_BITS) !== 0,
    issuerCity: digits.slice(4, 8),
    applicationSerial,
    cardNo: cardNoOfSerial(applicationSerial),
    mainType: raw.readUInt8(14),
    subType: raw.readUInt8(15),
    transactionType: raw.readUInt8(16),
    keyIndex: raw.readUInt8(17),
    keyVersion: raw.readUInt8(18),
    algorithm: raw.readUInt8(19),
    offlineCounter: raw.readUInt16BE(20),
    balanceBeforeFen: fen(raw.readUInt32BE(22)),
    amountFen: fen(raw.readUInt32BE(26)),
    samNo: digits.slice(60, 72),
    samTransactionNo: raw.readUInt32BE(36),
    tappedAt,
    tappedText: tappedAt && `${date}T${time}+08`,
    tac: raw.subarray(47, 51),
    hotlistVersion: raw.readUInt32BE(51),
    industry: raw.readUInt8(55),
    industryData: raw.subarray(56, 64),
  };
}

/** What a caller names to make a record; the rest is zero (keys: index 1, version 0). */
export interface PurchaseRecordFields extends Partial<
  Omit<PurchaseRecord, 'cardNo' | 'undefinedFlags' | 'tappedAt' | 'tappedText' | 'applicationSerial'>
> {
  readonly issuerCity: string;
  readonly applicationSerial: string;
  readonly offlineCounter: number;
  readonly amountFen: Fen;
  readonly samNo: string;
  readonly samTransactionNo: number;
  readonly tappedAt: Date;
}

/**
 * Writes a record of version 01, as the conversion of other formats needs it.
 *
 * @throws RangeError when a field does not fit its bytes.
 */
export function encodePurchaseRecord(fields: PurchaseRecordFields): Buffer {
  const raw = Buffer.alloc(RECORD_LENGTH);
  const { date, time } = cityDateTimeDigits(fields.tappedAt);
  raw.writeUInt8(fields.version ?? RECORD_VERSION, 0);
  raw.writeUInt8((fields.flag ?? FLAG.complete) | (fields.testCard === true ? TEST_CARD_BIT : 0), 1);
  putDigits(raw, 2, 2, fields.issuerCity);
  putDigits(raw, 4, 10, fields.applicationSerial);
  raw.writeUInt8(fields.mainType ?? 0, 14);
  raw.writeUInt8(fields.subType ?? 0, 15);
  raw.writeUInt8(fields.transactionType ?? TRANSACTION_TYPE.purchase, 16);
  raw.writeUInt8(fields.keyIndex ?? 1, 17);
  raw.writeUInt8(fields.keyVersion ?? 0, 18);
  raw.writeUInt8(fields.algorithm ?? 0, 19);
  raw.writeUInt16BE(fields.offlineCounter, 20);
  raw.writeUInt32BE(Number(fields.balanceBeforeFen ?? 0n), 22);
  raw.writeUInt32BE(Number(fields.amountFen), 26);
  putDigits(raw, 30, 6, fields.samNo);
  raw.writeUInt32BE(fields.samTransactionNo, 36);
  putDigits(raw, 40, 7, date + time);
  putBytes(raw, 47, 4, fields.tac);
  raw.writeUInt32BE(fields.hotlistVersion ?? 0, 51);
  raw.writeUInt8(fields.industry ?? 0, 55);
  putBytes(raw, 56, 8, fields.industryData);
  return raw;
}

function putDigits(raw: Buffer, offset: number, length: number, digits: string): void {
  const bytes = digitsToBcd(digits);
  if (bytes.length !== length) throw new RangeError(`${digits.length} digits for a field of ${length * 2}`);
  bytes.copy(raw, offset);
}

function putBytes(raw: Buffer, offset: number, length: number, bytes: Buffer | undefined): void {
  if (bytes === undefined) return;
  if (bytes.length !== length) throw new RangeError(`${bytes.length} bytes for a field of ${length}`);
  bytes.copy(raw, offset);
}

/** What the card computed its purchase TAC over: amount, type, SAM, transaction number, date, time (domain.md A.4). */
export function tacInput(raw: Buffer): Buffer {
  const input = Buffer.allocUnsafe(22);
  copyBytes(raw, 26, 30, input, 0);
  copyBytes(raw, 16, 17, input, 4);
  copyBytes(raw, 30, 47, input, 5);
  return input;
}

/** So few bytes are sooner copied one by one than by a call. */
function copyBytes(from: Buffer, start: number, end: number, to: Buffer, at: number): void {
  for (let n = start; n < end; n += 1) to[at + n - start] = from[n] ?? 0;
}

const content = Buffer.alloc(40);

/**
 * What makes two records with the same keys the same purchase: bytes 2–13, 16 and 20–46 (terminal-interface.md §3,
 * "Sameness"). The TAC, bytes 47–50, follows from these for every record with a right one, so it adds nothing; and without it
 * a gray record is seen to be the same purchase as its recovered copy. The bytes are those of the last call only.
 */
export function purchaseContent(raw: Buffer): Buffer {
  copyBytes(raw, 2, 14, content, 0);
  copyBytes(raw, 16, 17, content, 12);
  copyBytes(raw, 20, 47, content, 13);
  return content;
}

/** By which it is known. */
export function purchaseContentSha256(raw: Buffer): Buffer {
  return hash('sha256', purchaseContent(raw), 'buffer');
}
