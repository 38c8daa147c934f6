import { type BusinessDate, businessDate, type Database, transact, type Transaction } from '@citycard/common';
import { prepared } from '../prepared.ts';
import type { PurchaseState, ReasonCode } from '../purchases/reason-codes.ts';
import {
  type AnswerKind,
  answerName,
  type Figure,
  nsFile,
  qsFile,
  SS_LONG,
  SS_SHORT,
  ssFile,
  ssLength,
  type SsRow,
} from './answer-format.ts';
import { CAUSE, causeOf } from './causes.ts';
import { xfNameParts } from './xf-name.ts';

/** Files answered together; the rest comes in the next batch. */
const FILES_AT_ONCE = 50;
/** 20 MB of text; what a batch has more goes into further files of the next serials. */
const ROWS_PER_FILE = 100_000;

interface FileRow {
  intake_id: bigint;
  file_name: string;
  business_date: string;
  record_count: number;
}

/** A batch is one settlement date of one industry and, since a file has rows of one length, one length of names. */
interface Batch {
  readonly date: BusinessDate;
  readonly industry: string;
  readonly length: typeof SS_LONG | typeof SS_SHORT;
  readonly files: FileRow[];
  readonly refused: SsRow[];
  readonly adjusted: SsRow[];
  readonly figures: Record<
    'confirmed' | 'refused' | 'adjusted' | 'adjustRefused',
    { count: number; amountFen: bigint }
  >;
}

const DUE = `
select participant_no from clearing.intake i
  where source = 'xf' and file_name is not null and answered_file_at is null
    and not exists (select from clearing.undecided_intake u where u.business_date = i.business_date and u.intake_id = i.intake_id)
 union
 select h.participant_no from clearing.held_text_record h
   join clearing.purchase_record r using (card_no, business_date, intake_id, record_index)
  where r.state in ('accepted', 'rejected', 'duplicate')`;

/**
 * Makes the answers to text files whose records are all judged, and tells what became of records answered as refused while they
 * were held (domain.md B.2). What a batch covers is marked in the transaction that keeps its files, so that every file and every
 * adjustment is told once. Resolves to how many batches were made.
 */
export async function makeTextAnswers(db: Database): Promise<number> {
  const { rows } = await db.query<{ participant_no: string }>(prepared('text-answers-due', DUE));
  let made = 0;
  for (const { participant_no: participantNo } of rows) {
    made += await transact(db, (tx) => answerParticipant(tx, participantNo));
  }
  return made;
}

async function answerParticipant(tx: Transaction, participantNo: string): Promise<number> {
  await lockAnswers(tx, participantNo);
  const batches = new Map<string, Batch>();
  await addFiles(tx, participantNo, batches);
  await addAdjustments(tx, participantNo, batches);
  for (const batch of batches.values()) await keepBatch(tx, participantNo, batch);
  return batches.size;
}

/** One batch of a participant is made at a time, so that serials follow one another. */
export async function lockAnswers(tx: Transaction, participantNo: string): Promise<void> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 5012019370704))', [participantNo]);
}

/** The serial after the participant's last; the caller holds {@link lockAnswers}. */
export async function nextSerial(tx: Transaction, participantNo: string): Promise<number> {
  const { rows } = await tx.query<{ serial: number }>(
    'select coalesce(max(serial), 0) + 1 as serial from clearing.operator_answer where participant_no = $1',
    [participantNo],
  );
  return rows[0]?.serial ?? 1;
}

function batchOf(batches: Map<string, Batch>, date: BusinessDate, fileName: string): Batch {
  const { industry } = xfNameParts(fileName);
  const length = ssLength(fileName);
  const key = `${date} ${industry} ${length}`;
  const zero = () => ({ count: 0, amountFen: 0n });
  const batch = batches.get(key) ?? {
    date,
    industry,
    length,
    files: [],
    refused: [],
    adjusted: [],
    figures: { confirmed: zero(), refused: zero(), adjusted: zero(), adjustRefused: zero() },
  };
  batches.set(key, batch);
  return batch;
}

async function addFiles(tx: Transaction, participantNo: string, batches: Map<string, Batch>): Promise<void> {
  const { rows: files } = await tx.query<FileRow>(
    `select intake_id, file_name, business_date, record_count from clearing.intake i
      where source = 'xf' and file_name is not null and answered_file_at is null and participant_no = $1
        and not exists (select from clearing.undecided_intake u where u.business_date = i.business_date and u.intake_id = i.intake_id)
      order by intake_id limit ${FILES_AT_ONCE} for update of i`,
    [participantNo],
  );
  for (const file of files) {
    const batch = batchOf(batches, businessDate(file.business_date), file.file_name);
    batch.files.push(file);
    await addRecords(tx, file, batch);
  }
  const { rowCount } = await tx.query(
    `insert into clearing.held_text_record (card_no, business_date, intake_id, record_index, participant_no)
     select r.card_no, r.business_date, r.intake_id, r.record_index, r.participant_no
       from unnest($1::date[], $2::bigint[]) as f(business_date, intake_id)
       join clearing.purchase_record r using (business_date, intake_id)
      where r.state in ('suspicious', 'routed')`,
    [files.map((file) => file.business_date), files.map((file) => file.intake_id)],
  );
  const heldBack = [...batches.values()].flatMap(({ refused }) => refused).length;
  if ((rowCount ?? 0) > heldBack) throw new Error('more records are held than were refused');
  await tx.query('update clearing.intake set answered_file_at = clock_timestamp() where intake_id = any($1)', [
    files.map((file) => file.intake_id),
  ]);
}

interface RecordRow {
  record_index: number;
  state: PurchaseState;
  reason_code: ReasonCode | null;
  amount_fen: bigint;
  source_line: string;
}

async function addRecords(tx: Transaction, file: FileRow, batch: Batch): Promise<void> {
  const { rows: accepted } = await tx.query<{ count: bigint; amount_fen: bigint }>(
    `select count(*) as count, coalesce(sum(amount_fen), 0)::bigint as amount_fen from clearing.purchase_record
      where business_date = $1 and intake_id = $2 and state = 'accepted'`,
    [file.business_date, file.intake_id],
  );
  const { rows } = await tx.query<RecordRow>(
    `select record_index, state, reason_code, amount_fen, source_line from clearing.purchase_record
      where business_date = $1 and intake_id = $2 and state <> 'accepted' order by record_index`,
    [file.business_date, file.intake_id],
  );
  const { confirmed, refused } = batch.figures;
  confirmed.count += Number(accepted[0]?.count ?? 0n);
  confirmed.amountFen += accepted[0]?.amount_fen ?? 0n;
  refused.count += rows.length;
  refused.amountFen += rows.reduce((sum, row) => sum + row.amount_fen, 0n);
  for (const row of rows) {
    batch.refused.push({
      fileName: file.file_name,
      settleDate: batch.date,
      cause: causeOf(row.state, row.reason_code),
      line: row.source_line,
      lineNumber: row.record_index + 2,
    });
  }
}

interface AdjustedRow extends RecordRow {
  file_name: string;
  told_on: string;
}

async function addAdjustments(tx: Transaction, participantNo: string, batches: Map<string, Batch>): Promise<void> {
  const { rows } = await tx.query<AdjustedRow>(
    `with ended as (
       delete from clearing.held_text_record h using clearing.purchase_record r
        where h.participant_no = $1 and r.card_no = h.card_no and r.business_date = h.business_date and r.intake_id = h.intake_id
          and r.record_index = h.record_index and r.state in ('accepted', 'rejected', 'duplicate')
       returning r.intake_id, r.record_index, r.state, r.reason_code, r.amount_fen, r.source_line,
                 coalesce(r.posted_date, (r.decided_at at time zone 'Asia/Shanghai')::date) as told_on
     )
     select e.*, i.file_name from ended e join clearing.intake i using (intake_id) order by intake_id, record_index`,
    [participantNo],
  );
  for (const row of rows) {
    const batch = batchOf(batches, businessDate(row.told_on), row.file_name);
    const paid = row.state === 'accepted';
    const figure = paid ? batch.figures.adjusted : batch.figures.adjustRefused;
    figure.count += 1;
    figure.amountFen += row.amount_fen;
    batch.adjusted.push({
      fileName: row.file_name,
      settleDate: batch.date,
      cause: paid ? CAUSE.adjusted : CAUSE.adjustmentRefused,
      line: row.source_line,
      lineNumber: row.record_index + 2,
    });
  }
}

async function keepBatch(tx: Transaction, participantNo: string, batch: Batch): Promise<void> {
  proveTotals(batch);
  let serial = await nextSerial(tx, participantNo);
  const keep = async (kind: AnswerKind, content: string) => {
    const name = answerName(kind, { date: batch.date, industry: batch.industry, merchant: participantNo, serial });
    await tx.query(
      `insert into clearing.operator_answer (participant_no, serial, kind, file_name, settle_date, content)
       values ($1, $2, $3, $4, $5, $6)`,
      [participantNo, serial, kind, name, batch.date, Buffer.from(content, 'latin1')],
    );
  };
  const ss = [...batch.refused, ...batch.adjusted];
  await keep('SS', ssFile(batch.length, ss.slice(0, ROWS_PER_FILE)));
  for (let from = ROWS_PER_FILE; from < ss.length; from += ROWS_PER_FILE) {
    serial += 1;
    await keep('SS', ssFile(batch.length, ss.slice(from, from + ROWS_PER_FILE)));
  }
  await keep('QS', qsFile(batch.industry, participantNo, batch.date, batch.figures));
  await keep(
    'NS',
    nsFile(
      batch.files.map((file) => file.file_name),
      batch.date,
    ),
  );
}

/** Confirmed and refused are the records of the files named in NS, to the last one. */
function proveTotals({ files, figures }: Batch): void {
  const named = files.reduce((sum, file) => sum + file.record_count, 0);
  const told = sum(figures.confirmed, figures.refused);
  if (named !== told) throw new Error(`the files hold ${named} records, the summary tells of ${told}`);
}

const sum = (...figures: readonly Figure[]): number => figures.reduce((total, { count }) => total + count, 0);

/** An answer file as it was made. */
export interface TextAnswer {
  readonly participantNo: string;
  readonly fileName: string;
  /** `CD`: decisions about held records, in CSV, with a signature beside it. */
  readonly kind: AnswerKind | 'CD';
  readonly settleDate: BusinessDate;
  readonly madeAt: Date;
}

interface AnswerRow {
  participant_no: string;
  file_name: string;
  kind: AnswerKind | 'CD';
  settle_date: string;
  made_at: Date;
}

/** Answer files, the newest first. */
export async function listTextAnswers(db: Database, participantNo?: string): Promise<TextAnswer[]> {
  const { rows } = await db.query<AnswerRow>(
    `select participant_no, file_name, kind, settle_date, made_at from clearing.operator_answer
      where ($1::text is null or participant_no = $1) and (kind <> 'CD' or signature is not null) order by made_at desc, participant_no, serial desc, kind limit 300`,
    [participantNo ?? null],
  );
  return rows.map((row) => ({
    participantNo: row.participant_no,
    fileName: row.file_name,
    kind: row.kind,
    settleDate: businessDate(row.settle_date),
    madeAt: row.made_at,
  }));
}

const SIGNATURE = '.p7s';

/**
 * The bytes of an answer file, or of its signature by the name with `.p7s` behind; undefined when there is none of that name,
 * or it is another participant's.
 */
export async function readTextAnswer(
  db: Database,
  fileName: string,
  participantNo?: string,
): Promise<Buffer | undefined> {
  const ofSignature = fileName.endsWith(SIGNATURE);
  const { rows } = await db.query<{ content: Buffer; signature: Buffer | null }>(
    `select content, signature from clearing.operator_answer
      where file_name = $1 and ($2::text is null or participant_no = $2) and (kind <> 'CD' or signature is not null)`,
    [ofSignature ? fileName.slice(0, -SIGNATURE.length) : fileName, participantNo ?? null],
  );
  return ofSignature ? (rows[0]?.signature ?? undefined) : rows[0]?.content;
}
