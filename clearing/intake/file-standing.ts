import { type BusinessDate, businessDate, cityDateTimeDigits, type Database, type Fen, fen } from '@citycard/common';
import { type CsvValue, csvLine } from '../reports/csv.ts';
import { reasonText } from '../reports/purchase-details.ts';

/** A file that was taken, and how far its records are judged. */
export interface FileStanding {
  readonly intakeId: bigint;
  readonly fileName: string;
  readonly participantNo: string;
  readonly source: string;
  readonly sequence?: number;
  readonly sha256: string;
  readonly records: number;
  readonly amountFen: Fen;
  readonly receivedAt: Date;
  readonly businessDate: BusinessDate;
  readonly headerBusinessDate: BusinessDate;
  /** Records nobody has judged yet. */
  readonly undecided: number;
}

/** How many records of a file came to which outcome. */
export interface OutcomeCount {
  readonly state: string;
  readonly reasonCode?: string;
  readonly count: number;
  readonly amountFen: Fen;
}

interface StandingRow {
  intake_id: bigint;
  file_name: string;
  participant_no: string;
  source: string;
  file_sequence: bigint | null;
  sha256: Buffer;
  record_count: number;
  amount_fen: bigint;
  received_at: Date;
  business_date: string;
  header_business_date: string;
  undecided: number;
}

const STANDING = `
select i.intake_id, i.file_name, i.participant_no, i.source, i.file_sequence, i.sha256, i.record_count, i.amount_fen, i.received_at,
       i.business_date, i.header_business_date, coalesce(u.record_count - u.next_index, 0) as undecided
  from clearing.intake i
  left join clearing.undecided_intake u on u.business_date = i.business_date and u.intake_id = i.intake_id
 where i.file_name is not null and i.source in ('ccpf', 'xf') and ($1::text is null or i.participant_no = $1)`;

const PAGE = 100;

/** Files that were taken, the newest first, a page at a time. */
export async function listFiles(
  db: Database,
  query: { readonly participantNo?: string; readonly before?: bigint } = {},
): Promise<FileStanding[]> {
  const { rows } = await db.query<StandingRow>(
    `${STANDING} and ($2::bigint is null or i.intake_id < $2) order by i.intake_id desc limit ${PAGE}`,
    [query.participantNo ?? null, query.before ?? null],
  );
  return rows.map(standingOf);
}

/** The file taken under that name; undefined when none was, or it is another participant's. */
export async function findFile(
  db: Database,
  fileName: string,
  participantNo?: string,
): Promise<FileStanding | undefined> {
  const { rows } = await db.query<StandingRow>(`${STANDING} and i.file_name = $2`, [participantNo ?? null, fileName]);
  return rows[0] && standingOf(rows[0]);
}

function standingOf(row: StandingRow): FileStanding {
  return {
    intakeId: row.intake_id,
    fileName: row.file_name,
    participantNo: row.participant_no,
    source: row.source,
    ...(row.file_sequence === null ? {} : { sequence: Number(row.file_sequence) }),
    sha256: row.sha256.toString('hex'),
    records: row.record_count,
    amountFen: fen(row.amount_fen),
    receivedAt: row.received_at,
    businessDate: businessDate(row.business_date),
    headerBusinessDate: businessDate(row.header_business_date),
    undecided: row.undecided,
  };
}

/** What the judged records of a file came to. */
export async function fileOutcomes(db: Database, file: FileStanding): Promise<OutcomeCount[]> {
  const { rows } = await db.query<{ state: string; reason_code: string | null; count: bigint; amount_fen: bigint }>(
    `select state, reason_code, count(*) as count, sum(amount_fen)::bigint as amount_fen from clearing.purchase_record
      where business_date = $1 and intake_id = $2 group by state, reason_code order by state, reason_code`,
    [file.businessDate, file.intakeId],
  );
  return rows.map(({ state, reason_code: code, count, amount_fen: amount }) => ({
    state,
    ...(code === null ? {} : { reasonCode: code }),
    count: Number(count),
    amountFen: fen(amount),
  }));
}

/** The columns of {@link outcomeLine}. */
export const OUTCOME_HEADER = [
  'record',
  'outcome',
  'reason',
  'reason text',
  'detail',
  'card',
  'offline counter',
  'SAM',
  'SAM transaction',
  'tapped at',
  'amount fen',
  'paid on',
];
const AT_ONCE = 2_000;

export interface OutcomeRow {
  record_index: number;
  state: string;
  reason_code: string | null;
  detail: string | null;
  card_no: string;
  offline_counter: number;
  sam_no: string;
  sam_transaction_no: bigint;
  tapped_at: Date | null;
  amount_fen: bigint;
  posted_date: string | null;
}

/**
 * What became of every record of a file, as CSV in pieces: one line per record in the order of the file, those not judged yet as
 * `received`; or only of those that are not accepted. Records count from 0.
 */
export async function* outcomesCsv(db: Database, file: FileStanding, onlyExceptions = false): AsyncGenerator<string> {
  yield csvLine(OUTCOME_HEADER, true);
  let next = 0;
  for (;;) {
    const { rows } = await db.query<OutcomeRow>(
      `select record_index, state, reason_code, detail, card_no, offline_counter, sam_no, sam_transaction_no, tapped_at, amount_fen,
              posted_date
         from clearing.purchase_record
        where business_date = $1 and intake_id = $2 and record_index >= $3 and (not $4 or state <> 'accepted')
        order by record_index limit ${AT_ONCE}`,
      [file.businessDate, file.intakeId, next, onlyExceptions],
    );
    if (rows.length === 0) break;
    yield rows.map((row) => csvLine(outcomeLine(row))).join('');
    next = (rows.at(-1)?.record_index ?? next) + 1;
  }
  if (onlyExceptions) return;
  for (let from = next; from < file.records; from += AT_ONCE) {
    const to = Math.min(from + AT_ONCE, file.records);
    yield Array.from({ length: to - from }, (_, n) => csvLine(undecidedLine(from + n))).join('');
  }
}

function undecidedLine(index: number): readonly CsvValue[] {
  return [index, 'received', ...Array.from({ length: OUTCOME_HEADER.length - 2 }, () => '')];
}

/** What became of one record, for people and their spreadsheets. */
export function outcomeLine(row: OutcomeRow): readonly CsvValue[] {
  return [
    row.record_index,
    row.state,
    row.reason_code ?? '',
    reasonText(row.reason_code),
    row.detail ?? '',
    row.card_no,
    row.offline_counter,
    row.sam_no,
    row.sam_transaction_no,
    row.tapped_at === null ? '' : moment(row.tapped_at),
    row.amount_fen,
    row.posted_date ?? '',
  ];
}

/** City time, as terminals write it. */
function moment(at: Date): string {
  const { date, time } = cityDateTimeDigits(at);
  return date + time;
}
