import {
  CCIR_ROW_LENGTH,
  type CcirRow,
  decodeCcirRow,
  HEADER_LENGTH,
  type RecordRef,
  verifyDetachedCms,
} from '@citycard/clearing';
import { createHash } from 'node:crypto';
import { type BusinessDate, businessDate, type Database, transact, type Transaction } from '@citycard/common';
import { endPresented } from './disputes/second-presentment.ts';
import { bookIssuerShare } from './position/issuer-share.ts';
import { bookAnswers } from './position/room.ts';
import { endLate } from './way/chase.ts';
import { type DeliveredCityFile, openAnswerFile, type TakenCityFile } from './delivery.ts';
import { cityErrors } from './errors.ts';

const ACCEPTED = '00';
const HELD = '0F';

interface SentRow {
  card_no: string;
  business_date: string;
  intake_id: bigint;
  record_index: number;
  sequence: bigint;
  position: number;
  amount_fen: bigint;
  outcome: string | null;
  presentment: number;
}

/**
 * Takes in a CCIR file: the home city's answers to purchases we sent it, whole or not at all. The first answer to a CCIP
 * has all its rows in order; a later file has only rows that were held, each with its final outcome. The same file again
 * answers the first result (terminal-interface.md §3, "Inter-city files").
 *
 * @param verify what a signature is judged by; other than usual when the file stands for another that was signed
 * @throws CityCardError of the cities catalogue; then nothing was changed
 */
export async function takeAnswers(
  db: Database,
  file: DeliveredCityFile,
  city: string,
  verify = verifyDetachedCms,
): Promise<TakenCityFile> {
  const sha256 = createHash('sha256').update(file.content).digest();
  const header = await openAnswerFile(db, file, city, verify);
  const rows = readRows(file);
  const sum = rows.reduce((total, row) => total + row.acceptedFen, 0n);
  if (sum !== header.totalFen) throw cityErrors.totalBad({ name: file.name, total: header.totalFen, sum });
  return transact(db, async (tx) => {
    // One answer file of a city at a time: two could name the same rows.
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('reconciliation answers of ' || $1, 0))`, [city]);
    const result = { name: file.name, kind: 'ccir', records: rows.length, amountFen: header.totalFen } as const;
    if (await seenBefore(tx, file.name, city, header.sequence, sha256)) return { status: 'repeat', ...result };
    const sent = await findSent(tx, file.name, city, rows);
    const ours = await filesOf(tx, city, rows);
    checkCompleteness(file.name, rows, sent, new Map(ours.map((each) => [each.sequence, each.records])));
    await tx.query(
      `insert into reconciliation.city_file
         (file_name, direction, kind, city, sequence, business_date, record_count, amount_fen, sha256, content, signature)
       values ($1, 'in', 'ccir', $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        file.name,
        city,
        header.sequence,
        header.businessDate,
        rows.length,
        header.totalFen,
        sha256,
        file.content,
        file.signature,
      ],
    );
    await apply(tx, file.name, city, rows, sent);
    const { businessDate, totalFen: acceptedFen } = header;
    await bookIssuerShare(tx, { name: file.name, city, businessDate, acceptedFen, weIssued: false });
    await endLate(tx, ours, file.name);
    return { status: 'accepted', ...result };
  });
}

function readRows(file: DeliveredCityFile): CcirRow[] {
  const rows: CcirRow[] = [];
  for (let at = HEADER_LENGTH; at < file.content.length; at += CCIR_ROW_LENGTH) {
    const row = decodeCcirRow(file.content.subarray(at, at + CCIR_ROW_LENGTH));
    const problem = row === undefined ? 'its outcome is unknown or its last bytes are not zero' : complaintAbout(row);
    if (row === undefined || problem !== undefined) {
      throw cityErrors.rowBad({ name: file.name, row: rows.length + 1, problem });
    }
    rows.push(row);
  }
  return rows;
}

function complaintAbout(row: CcirRow): string | undefined {
  return row.outcome !== ACCEPTED && row.acceptedFen !== 0n
    ? `outcome ${row.outcome} with an accepted amount of ${row.acceptedFen} fen`
    : undefined;
}

async function seenBefore(
  tx: Transaction,
  name: string,
  city: string,
  sequence: number,
  sha256: Buffer,
): Promise<boolean> {
  const { rows } = await tx.query<{ file_name: string; sha256: Buffer }>(
    `select file_name, sha256 from reconciliation.city_file
      where file_name = $1 or (direction, kind, city, sequence) = ('in', 'ccir', $2, $3)`,
    [name, city, sequence],
  );
  const other = rows.find((row) => row.file_name !== name || !row.sha256.equals(sha256));
  if (other !== undefined) throw cityErrors.otherContent({ known: other.file_name });
  return rows.length > 0;
}

/** The record each row answers, in the order of the rows; a row for anything else refuses the whole file. */
async function findSent(tx: Transaction, name: string, city: string, rows: readonly CcirRow[]): Promise<SentRow[]> {
  const { rows: found } = await tx.query<SentRow & { row_no: number }>(
    `select s.card_no, s.business_date, s.intake_id, s.record_index, s.sequence, s.position, s.amount_fen, s.outcome, s.presentment, r.row_no::integer
       from unnest($2::bigint[], $3::bigint[]) with ordinality as r (sequence, position, row_no)
       join reconciliation.city_sent_record s on s.city = $1 and s.sequence = r.sequence and s.position = r.position`,
    [city, rows.map((row) => row.ccipSequence), rows.map((row) => row.index)],
  );
  const byRow = new Map(found.map((sent) => [sent.row_no - 1, sent]));
  const answered = new Set<string>();
  return rows.map((row, index) => {
    const sent = byRow.get(index);
    const where = { name, row: index + 1, index: row.index, sequence: row.ccipSequence, city };
    if (sent === undefined) throw cityErrors.rowNeverSent(where);
    const again = sent.outcome === HELD && row.outcome === HELD;
    const place = `${sent.sequence}/${sent.position}`;
    if ((sent.outcome !== null && sent.outcome !== HELD) || again || answered.has(place))
      throw cityErrors.rowAnswered(where);
    answered.add(place);
    if (row.outcome === ACCEPTED && row.acceptedFen !== sent.amount_fen) {
      const problem = `${row.acceptedFen} fen are accepted, but the purchase was ${sent.amount_fen} fen`;
      throw cityErrors.rowBad({ name, row: index + 1, problem });
    }
    return sent;
  });
}

/** Our files that the rows speak of. */
async function filesOf(tx: Transaction, city: string, rows: readonly CcirRow[]) {
  const { rows: files } = await tx.query<{
    file_name: string;
    sequence: bigint;
    record_count: number;
    business_date: BusinessDate;
    participant_no: string;
  }>(
    `select f.file_name, f.sequence, f.record_count, f.business_date, p.participant_no from reconciliation.city_file f
       join clearing.participant p on p.kind = 'city' and p.city_code = f.city
      where f.direction = 'out' and f.kind = 'ccip' and f.city = $1 and f.sequence = any($2::bigint[])`,
    [city, [...new Set(rows.map((row) => row.ccipSequence))]],
  );
  return files.map((file) => ({
    name: file.file_name,
    sequence: Number(file.sequence),
    records: file.record_count,
    businessDay: file.business_date,
    counterpart: file.participant_no,
  }));
}

/** Either all rows of one file never answered before, in order, or only rows that were held. */
function checkCompleteness(
  name: string,
  rows: readonly CcirRow[],
  sent: readonly SentRow[],
  sizes: ReadonlyMap<number, number>,
): void {
  const first = sent.find((record) => record.outcome === null);
  if (first === undefined) return;
  const sequence = Number(first.sequence);
  const expected = sizes.get(sequence) ?? 0;
  const misplaced = rows.findIndex((row, index) => row.ccipSequence !== sequence || row.index !== index);
  const problem =
    misplaced >= 0
      ? `row ${misplaced + 1} is of record ${rows[misplaced]?.index} of file ${rows[misplaced]?.ccipSequence}`
      : `it has ${rows.length}`;
  if (misplaced >= 0 || rows.length !== expected)
    throw cityErrors.rowsIncomplete({ name, expected, sequence, problem });
}

async function apply(
  tx: Transaction,
  name: string,
  city: string,
  rows: readonly CcirRow[],
  sent: readonly SentRow[],
): Promise<void> {
  await tx.query(
    `update reconciliation.city_sent_record s
        set held_in = case when s.outcome is null then s.held_in else s.answered_in end, outcome = a.outcome, answered_in = $6,
            answered_at = clock_timestamp()
       from unnest($1::text[], $2::date[], $3::bigint[], $4::integer[], $5::text[], $7::smallint[])
            as a (card_no, business_date, intake_id, record_index, outcome, presentment)
      where s.card_no = a.card_no and s.business_date = a.business_date and s.intake_id = a.intake_id
        and s.record_index = a.record_index and s.presentment = a.presentment`,
    [
      sent.map((record) => record.card_no),
      sent.map((record) => record.business_date),
      sent.map((record) => record.intake_id),
      sent.map((record) => record.record_index),
      rows.map((row) => row.outcome),
      name,
      sent.map((record) => record.presentment),
    ],
  );
  const answers = rows.flatMap((row, index) => {
    const record = sent[index];
    if (record === undefined) throw new Error('a row of an answer file has lost its record');
    const { sequence, position, presentment } = record;
    const answer = { ref: refOf(record), outcome: row.outcome, acceptedFen: row.acceptedFen };
    return [{ answer, row: index + 1, sequence, position, presentment }];
  });
  // What is presented a second time is refused in the books already; its dispute is what the answer ends.
  await endPresented(
    tx,
    city,
    answers.filter(({ presentment }) => presentment > 1),
    name,
  );
  const unknown = await bookAnswers(
    tx,
    city,
    answers.filter(({ presentment }) => presentment === 1),
  );
  if (unknown !== undefined)
    throw cityErrors.rowNeverSent({
      name,
      row: unknown.row,
      index: unknown.position,
      sequence: unknown.sequence,
      city,
    });
}

function refOf(sent: SentRow): RecordRef {
  return {
    cardNo: sent.card_no,
    businessDate: businessDate(sent.business_date),
    intakeId: sent.intake_id,
    index: sent.record_index,
  };
}
