import {
  addDays,
  type BusinessDate,
  businessDate,
  cityDate,
  compactDate,
  type Database,
  type Fen,
  fen,
  sqlState,
  transact,
  type Transaction,
} from '@citycard/common';
import { currentBusinessDate } from '../ledger/business-day.ts';
import { decodeFileHeader, HEADER_LENGTH, parseFileName, type PurchaseFileHeader } from '../purchases/purchase-file.ts';
import { RECORD_LENGTH } from '../purchases/purchase-record.ts';
import { type FileContent, type FileFigures, figuresOf, readContent, recordsIn } from './content.ts';
import { type StoredIntake } from './message.ts';
import { storeRecords } from './stored-record.ts';

/** Checks a detached CMS signature over a whole file; see `verifyDetachedCms`. */
export type SignatureCheck = (
  db: Database | Transaction,
  asked: { content: Buffer | AsyncIterable<Buffer>; signatureDer: Buffer; expectedCn: string; at: Date },
) => Promise<{ readonly ok: true; readonly serial: string } | { readonly ok: false; readonly reason: string }>;

export interface FileIntakeDeps {
  readonly db: Database;
  readonly verifySignature: SignatureCheck;
}

export interface DeliveredFile {
  readonly name: string;
  readonly content: FileContent;
  /** The `.p7s` beside it, DER. */
  readonly signature: Buffer;
  /** Participant the sender proved to be; left out when the signature alone says who sent it. */
  readonly deliveredBy?: string;
  /** One time for the whole file. */
  readonly receivedAt: Date;
}

/** What taking a file in led to; the same for every later delivery of the same file. */
export interface TakenFile extends StoredIntake {
  readonly fileName: string;
  readonly participantNo: string;
  readonly sequence: number;
  readonly records: number;
  readonly amountFen: Fen;
  /** As the header says; reported, nothing more. */
  readonly headerBusinessDate: BusinessDate;
  readonly receivedAt: Date;
}

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
  | 'changed-while-read';

export type FileIntakeResult =
  | { readonly status: 'accepted' | 'repeat'; readonly file: TakenFile }
  /** Nothing was stored. `detail` tells the sender what to correct. */
  | { readonly status: 'refused'; readonly reason: FileRefusal; readonly detail: string };

/** How files of one format name their sender. */
export interface FileFormat {
  readonly magic: 'CCPF' | 'CCIP';
  readonly source: 'ccpf' | 'ccip';
  /** The participant behind the header's sender and the CN its certificate must bear; a sentence when there is none. */
  sender(
    db: Database,
    header: PurchaseFileHeader,
  ): Promise<{ readonly participantNo: string; readonly expectedCn: string } | { readonly problem: string }>;
}

const OLDEST_BUSINESS_DATE_DAYS = 90;
const UNIQUE_VIOLATION = '23505';

/** Ends a transaction whose file turned out wrong. */
class Refused extends Error {
  readonly reason: FileRefusal;
  constructor(reason: FileRefusal, detail: string) {
    super(detail);
    this.reason = reason;
  }
}

/**
 * Takes a signed file of purchase records in, whole or not at all (terminal-interface.md §3, "Purchase file"). A name or
 * sequence seen before is answered with the first result when the content is the same, and refused when it is not.
 */
export async function takeFile(
  deps: FileIntakeDeps,
  format: FileFormat,
  file: DeliveredFile,
): Promise<FileIntakeResult> {
  try {
    const figures = await figuresOf(file.content);
    const header = checkHeader(format, file, figures);
    const sender = await format.sender(deps.db, header);
    if ('problem' in sender) throw new Refused('sender', sender.problem);
    if (file.deliveredBy !== undefined && file.deliveredBy !== sender.participantNo) {
      throw new Refused('sender', `this file is of ${sender.participantNo}; it was delivered by ${file.deliveredBy}`);
    }
    const identity = { name: file.name, source: format.source, sequence: header.sequence, ...sender };
    const seen = await findSeen(deps.db, identity, figures.sha256);
    if (seen !== undefined) return { status: 'repeat', file: seen };
    await checkSignature(deps, file, sender.expectedCn);
    checkTotals(header, figures);
    return await store(deps.db, identity, header, figures, file);
  } catch (error) {
    if (error instanceof Refused) return { status: 'refused', reason: error.reason, detail: error.message };
    throw error;
  }
}

function checkHeader(format: FileFormat, file: DeliveredFile, figures: FileFigures): PurchaseFileHeader {
  const name = parseFileName(file.name, format.magic);
  if (name === undefined) {
    const form = format.magic === 'CCPF' ? '<participant>' : '<from>-<to>';
    throw new Refused(
      'name',
      `a file name has the form ${form}-<yyyymmdd>-<sequence of 8 digits>.${format.magic.toLowerCase()}`,
    );
  }
  const read = decodeFileHeader(figures.header, format.magic);
  if (!read.ok) throw new Refused('header', read.problem);
  const { header } = read;
  const agrees =
    name.sender === header.sender &&
    name.date === compactDate(header.businessDate) &&
    name.sequence === header.sequence;
  if (!agrees) {
    throw new Refused(
      'name-and-header-differ',
      `the name says ${name.sender}, ${name.date}, sequence ${name.sequence}; ` +
        `the header ${header.sender}, ${compactDate(header.businessDate)}, sequence ${header.sequence}`,
    );
  }
  return header;
}

function checkTotals(header: PurchaseFileHeader, figures: FileFigures): void {
  const expected = HEADER_LENGTH + header.count * RECORD_LENGTH;
  if (figures.length !== expected) {
    throw new Refused(
      'length',
      `${header.count} records make a file of ${expected} bytes; this one has ${figures.length}`,
    );
  }
  if (figures.amountFen !== header.totalFen) {
    throw new Refused(
      'total',
      `the header says ${header.totalFen} fen; the records sum up to ${figures.amountFen} fen`,
    );
  }
}

async function checkSignature(deps: FileIntakeDeps, file: DeliveredFile, expectedCn: string): Promise<void> {
  const content = Buffer.isBuffer(file.content) ? file.content : readContent(file.content);
  const verdict = await deps.verifySignature(deps.db, {
    content,
    signatureDer: file.signature,
    expectedCn,
    at: file.receivedAt,
  });
  if (!verdict.ok) throw new Refused('signature', verdict.reason);
}

interface FileIdentity {
  readonly name: string;
  readonly source: 'ccpf' | 'ccip';
  readonly sequence: number;
  readonly participantNo: string;
}

interface IntakeRow {
  intake_id: bigint;
  file_name: string;
  participant_no: string;
  file_sequence: bigint;
  sha256: Buffer;
  header_business_date: string;
  record_count: number;
  amount_fen: bigint;
  received_at: Date;
  business_date: string;
}

async function findSeen(db: Database, identity: FileIdentity, sha256: Buffer): Promise<TakenFile | undefined> {
  const { rows } = await db.query<IntakeRow>(
    `select intake_id, file_name, participant_no, file_sequence, sha256, header_business_date, record_count, amount_fen,
            received_at, business_date
       from clearing.intake
      where file_name = $1 or (participant_no = $2 and source = $3 and file_sequence = $4)
      order by intake_id`,
    [identity.name, identity.participantNo, identity.source, identity.sequence],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  if (rows.length > 1 || !row.sha256.equals(sha256)) {
    throw new Refused(
      'other-content',
      `${row.file_name} was taken in on ${row.received_at.toISOString()} with other content; a sequence is never used again`,
    );
  }
  return takenFile(row);
}

function takenFile(row: IntakeRow): TakenFile {
  return {
    intakeId: row.intake_id,
    fileName: row.file_name,
    participantNo: row.participant_no,
    sequence: Number(row.file_sequence),
    records: row.record_count,
    amountFen: fen(row.amount_fen),
    headerBusinessDate: businessDate(row.header_business_date),
    businessDate: businessDate(row.business_date),
    receivedAt: row.received_at,
  };
}

async function store(
  db: Database,
  identity: FileIdentity,
  header: PurchaseFileHeader,
  figures: FileFigures,
  file: DeliveredFile,
): Promise<FileIntakeResult> {
  try {
    const taken = await transact(db, (tx) => storeWhole(tx, identity, header, figures, file));
    return { status: 'accepted', file: taken };
  } catch (error) {
    if (sqlState(error) !== UNIQUE_VIOLATION) throw error;
    // The same file, or another one of its name or sequence, was taken in at the same moment.
    const seen = await findSeen(db, identity, figures.sha256);
    if (seen === undefined) throw error;
    return { status: 'repeat', file: seen };
  }
}

async function storeWhole(
  tx: Transaction,
  identity: FileIdentity,
  header: PurchaseFileHeader,
  figures: FileFigures,
  file: DeliveredFile,
): Promise<TakenFile> {
  const day = await currentBusinessDate(tx);
  checkBusinessDate(header.businessDate, day, file.receivedAt);
  const { rows } = await tx.query<IntakeRow>(
    `insert into clearing.intake
       (source, participant_no, file_name, file_sequence, sha256, header_business_date, record_count, amount_fen, received_at,
        business_date)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     returning intake_id, file_name, participant_no, file_sequence, sha256, header_business_date, record_count, amount_fen,
               received_at, business_date`,
    [
      identity.source,
      identity.participantNo,
      identity.name,
      identity.sequence,
      figures.sha256,
      header.businessDate,
      header.count,
      header.totalFen,
      file.receivedAt,
      day,
    ],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('the database stored an intake and did not say which');
  const taken = takenFile(row);
  let amountFen = 0n;
  const records = (async function* () {
    for await (const raw of recordsIn(readContent(file.content))) {
      amountFen += BigInt(raw.readUInt32BE(26));
      yield { raw };
    }
  })();
  const stored = await storeRecords(tx, taken, records);
  if (stored !== header.count || amountFen !== header.totalFen) {
    throw new Refused('changed-while-read', 'the file changed while it was read; deliver it again');
  }
  return taken;
}

/** The future begins after the calendar's day or the open business day, whichever is later. */
function checkBusinessDate(date: BusinessDate, openDay: BusinessDate, receivedAt: Date): void {
  const today = cityDate(receivedAt);
  const newest = openDay > today ? openDay : today;
  if (date > newest) throw new Refused('business-date', `business date ${date} is in the future`);
  if (date < addDays(today, -OLDEST_BUSINESS_DATE_DAYS)) {
    throw new Refused('business-date', `business date ${date} is more than ${OLDEST_BUSINESS_DATE_DAYS} days ago`);
  }
}
