import {
  bcdToDigits,
  type BusinessDate,
  businessDate,
  cityDateTimeDigits,
  compactDate,
  digitsToBcd,
  type Fen,
  fen,
  instantOfCityDigits,
  isBcd,
} from '@citycard/common';
import { RECORD_LENGTH } from './purchase-record.ts';
import { ACCEPTED_CODE, type ReasonCode, reasonCode } from './reason-codes.ts';

/** Purchase files of operators, of cities, and the answers between cities (terminal-interface.md §3). */
export type FileMagic = 'CCPF' | 'CCIP' | 'CCIR';

export const HEADER_LENGTH = 64;
export const CCIR_ROW_LENGTH = 16;
const FILE_VERSION = 0x01;
const SENDER_LENGTH = 15;
const LONGEST_NAME_SEQUENCE = 99_999_999;

export interface PurchaseFileHeader {
  readonly magic: FileMagic;
  /** Bytes 8–22 without padding: the participant, or from-city and to-city in inter-city files. */
  readonly sender: string;
  readonly businessDate: BusinessDate;
  readonly sequence: number;
  readonly count: number;
  readonly totalFen: Fen;
  readonly createdAt: Date;
}

/** Reads a file header; what is wrong with it comes back as a sentence. */
export function decodeFileHeader(
  bytes: Buffer,
  magic: FileMagic,
): { ok: true; header: PurchaseFileHeader } | { ok: false; problem: string } {
  const wrong = (problem: string) => ({ ok: false, problem }) as const;
  if (bytes.length < HEADER_LENGTH) return wrong(`the file ends inside its header of ${HEADER_LENGTH} bytes`);
  if (bytes.toString('latin1', 0, 4) !== magic) return wrong(`the file does not begin with ${magic}`);
  if (bytes.readUInt8(4) !== FILE_VERSION) return wrong('header byte 4: only file version 01 is known');
  const recordLength = recordLengthOf(magic);
  if (bytes.readUInt8(5) !== recordLength) return wrong(`header byte 5: the record length must be ${recordLength}`);
  for (const [from, to] of [
    [6, 8],
    [23, 24],
    [51, 64],
  ] as const) {
    if (bytes.subarray(from, to).some((byte) => byte !== 0))
      return wrong(`header bytes ${from} to ${to - 1} must be zero`);
  }
  const sender = readSender(bytes.toString('latin1', 8, 23), magic);
  if (sender === undefined) return wrong('header bytes 8 to 22 hold no sender');
  const date = readDate(bytes.subarray(24, 28));
  if (date === undefined) return wrong('header bytes 24 to 27 are no date');
  const createdAt = readMoment(bytes.subarray(44, 51));
  if (createdAt === undefined) return wrong('header bytes 44 to 50 are no date and time');
  const total = bytes.readBigUInt64BE(36);
  if (total > 1n << 62n) return wrong('header bytes 36 to 43: no such amount of money exists');
  return {
    ok: true,
    header: {
      magic,
      sender,
      businessDate: date,
      sequence: bytes.readUInt32BE(28),
      count: bytes.readUInt32BE(32),
      totalFen: fen(total),
      createdAt,
    },
  };
}

/** Writes a file header. @throws RangeError when a field does not fit its bytes. */
export function encodeFileHeader(header: PurchaseFileHeader): Buffer {
  if (!/^[0-9A-Za-z]+$/.test(header.sender) || header.sender.length > SENDER_LENGTH) {
    throw new RangeError(`"${header.sender}" cannot be the sender of a file`);
  }
  const bytes = Buffer.alloc(HEADER_LENGTH);
  const { date, time } = cityDateTimeDigits(header.createdAt);
  bytes.write(header.magic, 0, 'latin1');
  bytes.writeUInt8(FILE_VERSION, 4);
  bytes.writeUInt8(recordLengthOf(header.magic), 5);
  bytes.write(header.sender.padEnd(SENDER_LENGTH), 8, 'latin1');
  digitsToBcd(compactDate(header.businessDate)).copy(bytes, 24);
  bytes.writeUInt32BE(header.sequence, 28);
  bytes.writeUInt32BE(header.count, 32);
  bytes.writeBigUInt64BE(header.totalFen, 36);
  digitsToBcd(date + time).copy(bytes, 44);
  return bytes;
}

function recordLengthOf(magic: FileMagic): number {
  return magic === 'CCIR' ? CCIR_ROW_LENGTH : RECORD_LENGTH;
}

/** Padding is spaces behind the text and nothing else. */
function readSender(field: string, magic: FileMagic): string | undefined {
  const form = magic === 'CCPF' ? /^([0-9A-Za-z]{1,15}) *$/ : /^([0-9]{8}) {7}$/;
  return form.exec(field)?.[1];
}

function readDate(bytes: Buffer): BusinessDate | undefined {
  return isBcd(bytes) && instantOfCityDigits(bcdToDigits(bytes), '000000') !== undefined
    ? businessDate(bcdToDigits(bytes))
    : undefined;
}

function readMoment(bytes: Buffer): Date | undefined {
  if (!isBcd(bytes)) return undefined;
  return instantOfCityDigits(bcdToDigits(bytes.subarray(0, 4)), bcdToDigits(bytes.subarray(4)));
}

export interface FileName {
  readonly sender: string;
  readonly date: string;
  readonly sequence: number;
}

const OPERATOR_NAME = /^([0-9A-Za-z]{1,15})-([0-9]{8})-([0-9]{8})\.ccpf$/;
const CITY_NAME = /^([0-9]{4})-([0-9]{4})-([0-9]{8})-([0-9]{8})\.(ccip|ccir)$/;

/** Takes a file name apart; undefined when it is not of the form the magic asks for. */
export function parseFileName(name: string, magic: FileMagic): FileName | undefined {
  if (magic === 'CCPF') {
    const [, sender, date, sequence] = OPERATOR_NAME.exec(name) ?? [];
    return sender === undefined || date === undefined ? undefined : { sender, date, sequence: Number(sequence) };
  }
  const [, from, to, date, sequence, extension] = CITY_NAME.exec(name) ?? [];
  if (from === undefined || to === undefined || date === undefined) return undefined;
  return extension === magic.toLowerCase() ? { sender: from + to, date, sequence: Number(sequence) } : undefined;
}

/** The name a file with this header must bear. @throws RangeError when the sequence has more than 8 digits. */
export function fileNameOf(header: PurchaseFileHeader): string {
  if (header.sequence > LONGEST_NAME_SEQUENCE)
    throw new RangeError(`sequence ${header.sequence} has more than 8 digits`);
  const sender = header.magic === 'CCPF' ? header.sender : `${header.sender.slice(0, 4)}-${header.sender.slice(4)}`;
  const sequence = String(header.sequence).padStart(8, '0');
  return `${sender}-${compactDate(header.businessDate)}-${sequence}.${header.magic.toLowerCase()}`;
}

/** One row of a CCIR file: what became of one record of a CCIP file. */
export interface CcirRow {
  readonly ccipSequence: number;
  /** From 0. */
  readonly index: number;
  readonly outcome: typeof ACCEPTED_CODE | ReasonCode;
  readonly acceptedFen: Fen;
}

/** 16 bytes: CCIP sequence 4 ‖ index 4 ‖ outcome 1 ‖ amount accepted 4 ‖ zero 3. */
export function encodeCcirRow(row: CcirRow): Buffer {
  const bytes = Buffer.alloc(CCIR_ROW_LENGTH);
  bytes.writeUInt32BE(row.ccipSequence, 0);
  bytes.writeUInt32BE(row.index, 4);
  bytes.writeUInt8(Number.parseInt(row.outcome, 16), 8);
  bytes.writeUInt32BE(Number(row.acceptedFen), 9);
  return bytes;
}

/** Reads a CCIR row; undefined when the outcome is no known code or the last three bytes are not zero. */
export function decodeCcirRow(bytes: Buffer): CcirRow | undefined {
  if (bytes.length !== CCIR_ROW_LENGTH || bytes.subarray(13).some((byte) => byte !== 0)) return undefined;
  const text = bytes.toString('hex', 8, 9);
  const outcome = text === ACCEPTED_CODE ? ACCEPTED_CODE : reasonCode(text);
  if (outcome === undefined) return undefined;
  return {
    ccipSequence: bytes.readUInt32BE(0),
    index: bytes.readUInt32BE(4),
    outcome,
    acceptedFen: fen(bytes.readUInt32BE(9)),
  };
}
