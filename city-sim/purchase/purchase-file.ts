import type { Moment } from '../bytes/moment.ts';
import { sequenceDigits, writeFile } from './file-header.ts';

/** A file ready to be delivered: its name and its bytes. */
export interface NamedFile {
  readonly name: string;
  readonly bytes: Buffer;
}

/** What a depot puts into one purchase file. */
export interface PurchaseFile {
  /** Merchant number, 15 characters. */
  readonly participant: string;
  /** YYYYMMDD */
  readonly businessDate: string;
  /** Never restarts. */
  readonly sequence: number;
  readonly created: Moment;
  /** 64 bytes each */
  readonly records: readonly Buffer[];
}

/** Sum of the amounts of encoded purchase records, fen. */
export function totalOf(records: readonly Buffer[]): bigint {
  return records.reduce((total, record) => total + BigInt(record.readUInt32BE(26)), 0n);
}

/** The `.ccpf` file of the interface page. */
export function writePurchaseFile(file: PurchaseFile): NamedFile {
  const { participant, businessDate, sequence, created, records } = file;
  const header = {
    magic: 'CCPF',
    owner: participant,
    businessDate,
    sequence,
    totalFen: totalOf(records),
    created,
  } as const;
  return {
    name: `${participant}-${businessDate}-${sequenceDigits(sequence)}.ccpf`,
    bytes: writeFile(header, records),
  };
}
