import { packDigits } from '../bytes/bcd.ts';
import { unsigned, unsigned64 } from '../bytes/integers.ts';
import { momentBytes, momentFromBytes, type Moment } from '../bytes/moment.ts';
import { MalformedBytes } from '../errors.ts';

/** Purchase file, inter-city purchases, inter-city answer. */
export type FileMagic = 'CCPF' | 'CCIP' | 'CCIR';

/** The 64-byte header that all binary files share. */
export interface FileHeader {
  readonly magic: FileMagic;
  /** 15 characters: a merchant number, or from-city ‖ to-city ‖ 7 spaces. */
  readonly owner: string;
  /** YYYYMMDD */
  readonly businessDate: string;
  readonly sequence: number;
  readonly recordCount: number;
  readonly totalFen: bigint;
  readonly created: Moment;
}

const RECORD_LENGTHS: Readonly<Record<FileMagic, number>> = { CCPF: 64, CCIP: 64, CCIR: 16 };

/** Header ‖ records. The count in the header is that of the records given. */
export function writeFile(header: Omit<FileHeader, 'recordCount'>, records: readonly Buffer[]): Buffer {
  const bytes = Buffer.alloc(64);
  bytes.write(header.magic, 0, 'ascii');
  bytes[4] = 0x01;
  bytes[5] = RECORD_LENGTHS[header.magic];
  bytes.write(header.owner.padEnd(15, ' '), 8, 15, 'ascii');
  packDigits(header.businessDate).copy(bytes, 24);
  unsigned(header.sequence, 4).copy(bytes, 28);
  unsigned(records.length, 4).copy(bytes, 32);
  unsigned64(header.totalFen).copy(bytes, 36);
  momentBytes(header.created).copy(bytes, 44);
  return Buffer.concat([bytes, ...records]);
}

/** Reads a file whole. Throws MalformedBytes when header and content do not agree. */
export function readFile(bytes: Buffer, magic: FileMagic): { header: FileHeader; records: Buffer[] } {
  const length = RECORD_LENGTHS[magic];
  if (bytes.length < 64 || bytes.toString('ascii', 0, 4) !== magic)
    throw new MalformedBytes(`this is not a ${magic} file`);
  if (bytes[4] !== 0x01 || bytes[5] !== length)
    throw new MalformedBytes(`${magic} version or record length is unknown`);
  const recordCount = bytes.readUInt32BE(32);
  if (bytes.length !== 64 + recordCount * length) {
    throw new MalformedBytes(`${magic} says ${recordCount} records, its length ${bytes.length} says otherwise`);
  }
  const records: Buffer[] = [];
  for (let at = 64; at < bytes.length; at += length) records.push(bytes.subarray(at, at + length));
  const header = {
    magic,
    owner: bytes.toString('ascii', 8, 23),
    businessDate: bytes.subarray(24, 28).toString('hex'),
    sequence: bytes.readUInt32BE(28),
    recordCount,
    totalFen: bytes.readBigUInt64BE(36),
    created: momentFromBytes(bytes.subarray(44, 51)),
  };
  return { header, records };
}

/** The eight decimal digits of a sequence in a file name. */
export function sequenceDigits(sequence: number): string {
  return String(sequence).padStart(8, '0');
}
