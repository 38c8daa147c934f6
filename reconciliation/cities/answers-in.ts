import {
  applyCityAnswers,
  CCIR_ROW_LENGTH,
  type CcirRow,
  decodeCcirRow,
  HEADER_LENGTH,
  type RecordRef,
} from '@citycard/clearing';
import { createHash } from 'node:crypto';
import { businessDate, type Database, transact, type Transaction } from '@citycard/common';
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
}

/**
 * Takes in a CCIR file: the home city's answers to purchases we sent it, whole or not at all. The first answer to a CCIP
 * has all its rows in order; a later file has only rows that were held, each with its final outcome. The same file again
 * answers the first result (terminal-interface.md §3, "Inter-city files").
 *
 * @throws CityCardError of the cities catalogue; then nothing was changed
 */
export async function takeAnswers(db: Database, file: DeliveredCityFile, city: string): Promise<TakenCityFile> {
  const sha256 = createHash('sha256').update(file.content).digest();
  const header = await openAnswerFile(db, file, city);
  const rows = readRows(file);
  const sum = rows.reduce((total, row) => total + row.acceptedFen, 0n);
  if (sum !== header.totalFen) throw cityErrors.totalBad({ name: file.name, total: header.totalFen, sum });
  return transact(db, async (tx) => {
    // One answer file of a city at a time: two could name the same rows.
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('reconciliation answers of ' || $1, 0))`, [city]);
    const result = { name: file.name, kind: 'ccir', records: rows.length, amountFen: header.totalFen } as const;
    if (await seenBefore(tx, file.name, city, header.sequence, sha256)) return { status: 'repeat', ...result };
    const sent = await findSent(tx, file.name, city, rows);
    checkCompleteness(file.name, rows, sent, await sizesOf(tx, city, rows));
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
    `select s.card_no, s.business_date, s.intake_id, s.record_index, s.sequence, s.position, s.amount_fen, s.outcome, r.row_no::integer
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

/** How many records each of our files had that the rows speak of. */
async function sizesOf(tx: Transaction, city: string, rows: readonly CcirRow[]): Promise<Map<number, number>> {
  const { rows: files } = await tx.query<{ sequence: bigint; record_count: number }>(
    `select sequence, record_count from reconciliation.city_file
      where direction = 'out' and kind = 'ccip' and city = $1 and sequence = any($2::bigint[])`,
    [city, [...new Set(rows.map((row) => row.ccipSequence))]],
  );
  return new Map(files.map((file) => [Number(file.sequence), file.record_count]));
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
        set held_in = case when s.outcome is null then s.held_in else s.answered_in end, outcome = a.outcome, answered_in = $6
       from unnest($1::text[], $2::date[], $3::bigint[], $4::integer[], $5::text[])
            as a (card_no, business_date, intake_id, record_index, outcome)
      where s.card_no = a.card_no and s.business_date = a.business_date and s.intake_id = a.intake_id
        and s.record_index = a.record_index`,
    [
      sent.map((record) => record.card_no),
      sent.map((record) => record.business_date),
      sent.map((record) => record.intake_id),
      sent.map((record) => record.record_index),
      rows.map((row) => row.outcome),
      name,
    ],
  );
  const results = await applyCityAnswers(
    tx,
    city,
    rows.map((row, index) => ({ ref: refOf(sent[index]), outcome: row.outcome, acceptedFen: row.acceptedFen })),
  );
  const unknown = results.indexOf('unknown');
  if (unknown < 0) return;
  const { ccipSequence: sequence, index } = rows[unknown] ?? {};
  throw cityErrors.rowNeverSent({ name, row: unknown + 1, index, sequence, city });
}

function refOf(sent: SentRow | undefined): RecordRef {
  if (sent === undefined) throw new Error('a row of an answer file has lost its record');
  return {
    cardNo: sent.card_no,
    businessDate: businessDate(sent.business_date),
    intakeId: sent.intake_id,
    index: sent.record_index,
  };
}
