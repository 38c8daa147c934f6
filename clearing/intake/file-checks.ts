import {
  addDays,
  type BusinessDate,
  cityDate,
  compactDate,
  type Database,
  type Fen,
  type Transaction,
} from '@citycard/common';
import type { SignedContent } from '../certificates/index.ts';
import { decodeFileHeader, HEADER_LENGTH, parseFileName, type PurchaseFileHeader } from '../purchases/purchase-file.ts';
import { RECORD_LENGTH } from '../purchases/purchase-record.ts';

/** Checks a detached CMS signature over a whole file; see `verifyDetachedCms`. */
export type SignatureCheck = (
  db: Database | Transaction,
  asked: { content: SignedContent; signatureDer: Buffer; expectedCn: string; at: Date },
) => Promise<{ readonly ok: true; readonly serial: string } | { readonly ok: false; readonly reason: string }>;

export type FileRefusal =
  | 'name'
  | 'header'
  | 'name-and-header-differ'
  | 'sender'
  | 'other-content'
  | 'length'
  | 'total'
  | 'business-date'
  | 'signature'
  /** A line of a text file that cannot be read. */
  | 'line';

/** Ends the intake of a file that is wrong; the message tells the sender what to correct. */
export class Refused extends Error {
  readonly reason: FileRefusal;
  constructor(reason: FileRefusal, detail: string) {
    super(detail);
    this.reason = reason;
  }
}

/** The participant behind a file and the CN its certificate must bear. */
export interface FileSender {
  readonly participantNo: string;
  readonly expectedCn: string;
}

/** How files of one binary format name their sender. */
export interface FileFormat {
  readonly magic: 'CCPF' | 'CCIP';
  readonly source: 'ccpf' | 'ccip';
  /** A sentence when there is no such sender. */
  sender(db: Database | Transaction, named: string): Promise<FileSender | { readonly problem: string }>;
}

const OLDEST_BUSINESS_DATE_DAYS = 90;

/** The sender a file's name or header names. @throws Refused `sender` */
export async function senderOf(
  db: Database | Transaction,
  format: Pick<FileFormat, 'sender'>,
  named: string,
  deliveredBy: string | undefined,
): Promise<FileSender> {
  const sender = await format.sender(db, named);
  if ('problem' in sender) throw new Refused('sender', sender.problem);
  if (deliveredBy !== undefined && deliveredBy !== sender.participantNo) {
    throw new Refused('sender', `this file is of ${sender.participantNo}; it was delivered by ${deliveredBy}`);
  }
  return sender;
}

/** The sender, date and sequence a name says. @throws Refused `name` */
export function nameParts(fileName: string, magic: FileFormat['magic']): NonNullable<ReturnType<typeof parseFileName>> {
  const parts = parseFileName(fileName, magic);
  if (parts !== undefined) return parts;
  const form = magic === 'CCPF' ? '<participant>' : '<from>-<to>';
  throw new Refused(
    'name',
    `a file name has the form ${form}-<yyyymmdd>-<sequence of 8 digits>.${magic.toLowerCase()}`,
  );
}

/** The header of a file of that name. @throws Refused `name`, `header`, `name-and-header-differ` */
export function headerOf(fileName: string, magic: FileFormat['magic'], bytes: Buffer): PurchaseFileHeader {
  const name = nameParts(fileName, magic);
  const read = decodeFileHeader(bytes, magic);
  if (!read.ok) throw new Refused('header', read.problem);
  const { header } = read;
  const agrees =
    name.sender === header.sender &&
    name.date === compactDate(header.businessDate) &&
    name.sequence === header.sequence;
  if (agrees) return header;
  throw new Refused(
    'name-and-header-differ',
    `the name says ${name.sender}, ${name.date}, sequence ${name.sequence}; ` +
      `the header ${header.sender}, ${compactDate(header.businessDate)}, sequence ${header.sequence}`,
  );
}

/** @throws Refused `length` */
export function checkLength(header: PurchaseFileHeader, length: number): void {
  const expected = HEADER_LENGTH + header.count * RECORD_LENGTH;
  if (length === expected) return;
  throw new Refused('length', `${header.count} records make a file of ${expected} bytes; this one has ${length}`);
}

/** @throws Refused `total` */
export function checkTotal(header: PurchaseFileHeader, amountFen: bigint): void {
  if (amountFen === header.totalFen) return;
  throw new Refused('total', `the header says ${header.totalFen} fen; the records sum up to ${amountFen} fen`);
}

/**
 * The future begins after the calendar's day or the open business day, whichever is later.
 *
 * @throws Refused `business-date`
 */
export function checkBusinessDate(date: BusinessDate, openDay: BusinessDate, receivedAt: Date): void {
  const today = cityDate(receivedAt);
  const newest = openDay > today ? openDay : today;
  if (date > newest) throw new Refused('business-date', `business date ${date} is in the future`);
  if (date < addDays(today, -OLDEST_BUSINESS_DATE_DAYS)) {
    throw new Refused('business-date', `business date ${date} is more than ${OLDEST_BUSINESS_DATE_DAYS} days ago`);
  }
}

/** What a file says of itself and what is known of it once it is whole. */
export interface WholeFile {
  readonly name: string;
  readonly source: 'ccpf' | 'ccip' | 'xf';
  readonly participantNo: string;
  /** Absent in formats whose names carry none that never restarts. */
  readonly sequence?: number;
  readonly sha256: Buffer;
  readonly headerBusinessDate: BusinessDate;
  readonly records: number;
  readonly amountFen: Fen;
  /** Where its records are stored. */
  readonly contentId: bigint;
  /** One time for the whole file. */
  readonly receivedAt: Date;
}
