import {
  type BusinessDate,
  businessDate,
  type Database,
  type Fen,
  fen,
  sqlState,
  type Transaction,
} from '@citycard/common';
import { currentBusinessDate } from '../ledger/business-day.ts';
import { checkBusinessDate, Refused, type WholeFile } from './file-checks.ts';
import type { StoredIntake } from './message.ts';

/** What taking a file in led to; the same for every later delivery of the same file. */
export interface TakenFile extends StoredIntake {
  readonly fileName: string;
  readonly participantNo: string;
  /** Absent for text files: their names carry none that never restarts. */
  readonly sequence?: number;
  readonly records: number;
  readonly amountFen: Fen;
  /** As the header says; reported, nothing more. */
  readonly headerBusinessDate: BusinessDate;
  readonly receivedAt: Date;
}

const UNIQUE_VIOLATION = '23505';

interface IntakeRow {
  intake_id: bigint;
  file_name: string;
  participant_no: string;
  file_sequence: bigint | null;
  sha256: Buffer;
  header_business_date: string;
  record_count: number;
  amount_fen: bigint;
  received_at: Date;
  business_date: string;
}

const COLUMNS = `intake_id, file_name, participant_no, file_sequence, sha256, header_business_date, record_count, amount_fen,
       received_at, business_date`;

function takenFile(row: IntakeRow): TakenFile {
  return {
    intakeId: row.intake_id,
    fileName: row.file_name,
    participantNo: row.participant_no,
    ...(row.file_sequence === null ? {} : { sequence: Number(row.file_sequence) }),
    records: row.record_count,
    amountFen: fen(row.amount_fen),
    headerBusinessDate: businessDate(row.header_business_date),
    businessDate: businessDate(row.business_date),
    receivedAt: row.received_at,
  };
}

/**
 * The first result of a file that was taken before under this name or sequence.
 *
 * @throws Refused `other-content` when what was taken was another file
 */
export async function findTaken(
  db: Database | Transaction,
  file: Pick<WholeFile, 'name' | 'source' | 'participantNo' | 'sequence' | 'sha256'>,
): Promise<TakenFile | undefined> {
  const { rows } = await (db as Database).query<IntakeRow>(
    `select ${COLUMNS} from clearing.intake
      where file_name = $1 or (participant_no = $2 and source = $3 and file_sequence = $4) order by intake_id`,
    [file.name, file.participantNo, file.source, file.sequence ?? null],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  if (rows.length === 1 && row.sha256.equals(file.sha256)) return takenFile(row);
  throw new Refused(
    'other-content',
    `${row.file_name} was taken in on ${row.received_at.toISOString()} with other content; a sequence is never used again`,
  );
}

/**
 * Takes a whole file whose content is stored, inside the caller's transaction: from its commit on the file is in, and its
 * records wait to be judged. Its day is the open business day, which stays open until then.
 *
 * @throws Refused `business-date`; a unique violation when the same name or sequence is taken at the same moment
 */
export async function takeWhole(tx: Transaction, file: WholeFile): Promise<TakenFile> {
  const day = await currentBusinessDate(tx);
  checkBusinessDate(file.headerBusinessDate, day, file.receivedAt);
  const { rows } = await tx.query<IntakeRow>(
    `insert into clearing.intake
       (source, participant_no, file_name, file_sequence, sha256, header_business_date, record_count, amount_fen, received_at,
        business_date, content_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning ${COLUMNS}`,
    [
      file.source,
      file.participantNo,
      file.name,
      file.sequence ?? null,
      file.sha256,
      file.headerBusinessDate,
      file.records,
      file.amountFen,
      file.receivedAt,
      day,
      file.contentId,
    ],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('the database stored an intake and did not say which');
  if (file.records > 0) {
    await tx.query(
      `insert into clearing.undecided_intake (business_date, intake_id, content_id, record_count, left_fen)
       values ($1, $2, $3, $4, $5)`,
      [day, row.intake_id, file.contentId, file.records, file.amountFen],
    );
  }
  return takenFile(row);
}

/** Whether the database refused because the same name or sequence was taken at the same moment. */
export function isTakenMeanwhile(error: unknown): boolean {
  return sqlState(error) === UNIQUE_VIOLATION;
}
