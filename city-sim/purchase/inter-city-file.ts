import { unsigned } from '../bytes/integers.ts';
import type { Moment } from '../bytes/moment.ts';
import { readFile, sequenceDigits, writeFile, type FileHeader } from './file-header.ts';
import { totalOf, type NamedFile } from './purchase-file.ts';

/** Name parts and header values of both inter-city files. */
export interface InterCityFile {
  /** Inter-city codes, 4 digits. */
  readonly from: string;
  readonly to: string;
  /** YYYYMMDD */
  readonly businessDate: string;
  readonly sequence: number;
  readonly created: Moment;
}

/** One row of a CCIR: what became of one record of a CCIP. */
export interface AnswerRow {
  readonly sequence: number;
  /** From 0. */
  readonly index: number;
  /** 00 accepted, else the reason code. */
  readonly outcome: number;
  /** fen */
  readonly acceptedFen: number;
}

function ownerOf({ from, to }: InterCityFile): string {
  return `${from}${to}`.padEnd(15, ' ');
}

function nameOf(file: InterCityFile, extension: string): string {
  return `${file.from}-${file.to}-${file.businessDate}-${sequenceDigits(file.sequence)}.${extension}`;
}

function citiesOf(header: FileHeader): InterCityFile {
  const { owner, businessDate, sequence, created } = header;
  return { from: owner.slice(0, 4), to: owner.slice(4, 8), businessDate, sequence, created };
}

/** `.ccip`: purchases made in `from` with cards of `to`; records of 64 bytes. */
export function writeInterCityPurchases(file: InterCityFile, records: readonly Buffer[]): NamedFile {
  const { businessDate, sequence, created } = file;
  const header = {
    magic: 'CCIP',
    owner: ownerOf(file),
    businessDate,
    sequence,
    totalFen: totalOf(records),
    created,
  } as const;
  return { name: nameOf(file, 'ccip'), bytes: writeFile(header, records) };
}

/** Reads a `.ccip`. Throws MalformedBytes when it is not whole. */
export function readInterCityPurchases(bytes: Buffer): InterCityFile & { totalFen: bigint; records: Buffer[] } {
  const { header, records } = readFile(bytes, 'CCIP');
  return { ...citiesOf(header), totalFen: header.totalFen, records };
}

/** `.ccir`: the answer, `from` being the city that answers. */
export function writeInterCityAnswer(file: InterCityFile, rows: readonly AnswerRow[]): NamedFile {
  const { businessDate, sequence, created } = file;
  const totalFen = rows.reduce((total, row) => total + BigInt(row.acceptedFen), 0n);
  const records = rows.map((row) =>
    Buffer.concat([
      unsigned(row.sequence, 4),
      unsigned(row.index, 4),
      Buffer.from([row.outcome]),
      unsigned(row.acceptedFen, 4),
      Buffer.alloc(3),
    ]),
  );
  const header = { magic: 'CCIR', owner: ownerOf(file), businessDate, sequence, totalFen, created } as const;
  return { name: nameOf(file, 'ccir'), bytes: writeFile(header, records) };
}

/** Reads a `.ccir`. Throws MalformedBytes when it is not whole. */
export function readInterCityAnswer(bytes: Buffer): InterCityFile & { totalFen: bigint; rows: AnswerRow[] } {
  const { header, records } = readFile(bytes, 'CCIR');
  const rows = records.map((record) => ({
    sequence: record.readUInt32BE(0),
    index: record.readUInt32BE(4),
    outcome: record.readUInt8(8),
    acceptedFen: record.readUInt32BE(9),
  }));
  return { ...citiesOf(header), totalFen: header.totalFen, rows };
}
