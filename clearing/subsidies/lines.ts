import { type BusinessDate, type Database, type Transaction } from '@citycard/common';
import { csvLine } from '../reports/csv.ts';

const LINE_COLUMNS = `card_no, business_date, intake_id, record_index, participant_no, posted_date, tapped_at, full_fen, paid_fen,
  subsidy_fen, excluded, improbable, reclaims`;

/**
 * The rides of a category ($1) posted between two days ($2, $3), as the books of concessions stand now: rides on a card whose
 * holder was not entitled on that day (dead, expired, not verified again, withdrawn) are left out, improbable ones are marked.
 * One pass over the month. Then come, below zero, rides that an earlier claim ($4: this one) was approved with and that the
 * books know better by now: for each operator the oldest first, as far as what it is claimed for here reaches; the rest waits
 * for the claim after.
 */
const LINES = `
with seen as (
  select r.*, x.improbable_minutes, x.improbable_rides_per_day,
         count(*) over (partition by r.card_no, r.tapped_on) as rides_that_day,
         r.tapped_at - lag(r.tapped_at) over (partition by r.card_no order by r.tapped_at, r.intake_id, r.record_index) as since_last
    from clearing.concession_ride r left join clearing.concession_rule x on x.rule_id = r.fare_rule
   where r.posted_date between $2 and $3 and r.category = $1
), own as (
select s.card_no, s.business_date, s.intake_id, s.record_index, s.participant_no, s.posted_date, s.tapped_at, s.full_fen,
       s.paid_fen - s.back_fen as paid_fen, s.subsidy_fen,
       case when s.finding = 'fare-too-high' then 'fare-too-high'
            when $1 <> 'full' and not exists (select from clearing.concession c
                   where c.card_no = s.card_no and c.category = s.category and s.tapped_on between c.valid_from and c.valid_to)
              then 'not-entitled' end as excluded,
       case when s.since_last < make_interval(mins => s.improbable_minutes) then 'two-at-once'
            when s.rides_that_day > s.improbable_rides_per_day then 'rides-per-day' end as improbable
  from seen s where s.subsidy_fen > 0 or s.finding = 'fare-too-high'
), room as (
  select participant_no, sum(subsidy_fen) as room_fen from own where excluded is null group by 1
), wrong as (
  select l.*, sum(l.subsidy_fen) over (partition by l.participant_no order by l.claim_no, l.card_no, l.business_date, l.intake_id, l.record_index) as until_fen
    from clearing.subsidy_claim k join clearing.subsidy_line l using (claim_no)
   where k.category = $1 and $1 <> 'full' and k.claim_no < $4 and k.state in ('approved', 'paid')
     and l.excluded is null and l.reclaims is null and l.subsidy_fen > 0
     and not exists (select from clearing.concession c where c.card_no = l.card_no and c.category = k.category
                        and (l.tapped_at at time zone 'Asia/Shanghai')::date between c.valid_from and c.valid_to)
     and not exists (select from clearing.subsidy_line b join clearing.subsidy_claim bk on bk.claim_no = b.claim_no
                      where b.card_no = l.card_no and b.reclaims = l.claim_no and b.business_date = l.business_date
                        and b.intake_id = l.intake_id and b.record_index = l.record_index and b.claim_no < $4 and bk.state <> 'withdrawn')
)
select own.*, null::bigint as reclaims from own
 union all
select w.card_no, w.business_date, w.intake_id, w.record_index, w.participant_no, w.posted_date, w.tapped_at, w.full_fen, w.paid_fen,
       -w.subsidy_fen, null, null, w.claim_no
  from wrong w join room using (participant_no) where w.until_fen <= room_fen`;

/** Writes the lines of a claim. */
export async function writeLines(
  tx: Transaction,
  claimNo: bigint,
  category: string,
  { first, last }: { readonly first: BusinessDate; readonly last: BusinessDate },
): Promise<void> {
  await tx.query(`insert into clearing.subsidy_line (claim_no, ${LINE_COLUMNS}) select $4, l.* from (${LINES}) l`, [
    category,
    first,
    last,
    claimNo,
  ]);
}

/** How many rides of a claim would be other lines if it were made now; 0 when it says what the books say. */
export async function changedLines(
  tx: Transaction,
  claimNo: bigint,
  category: string,
  { first, last }: { readonly first: BusinessDate; readonly last: BusinessDate },
): Promise<bigint> {
  const { rows } = await tx.query<{ changed: bigint }>(
    `with again as materialized (${LINES}), stored as (
       select ${LINE_COLUMNS} from clearing.subsidy_line where claim_no = $4
     ) select count(*) as changed from (
       (select * from again except select * from stored) union all (select * from stored except select * from again)) d`,
    [category, first, last, claimNo],
  );
  return rows[0]?.changed ?? 0n;
}

/** Lines of one statement when a claim is written out. */
const AT_ONCE = 5_000;
const HEADER = [
  'ride',
  'business_date',
  'tapped_at',
  'operator',
  'card_no',
  'full_fare_fen',
  'paid_fen',
  'subsidy_fen',
  'excluded',
  'improbable',
  'reclaims',
] as const;

/** The claim file: every ride with what it is claimed for, those left out with the reason; CSV, in pieces. */
export async function* claimCsv(db: Database, claimNo: bigint): AsyncGenerator<string> {
  yield csvLine(HEADER, true);
  let after: readonly [string, string, bigint, number] = ['', '0001-01-01', 0n, -1];
  for (;;) {
    const { rows } = await db.query<{
      card_no: string;
      business_date: string;
      intake_id: bigint;
      record_index: number;
      participant_no: string;
      tapped: string;
      full_fen: bigint;
      paid_fen: bigint;
      subsidy_fen: bigint;
      excluded: string | null;
      improbable: string | null;
      reclaims: bigint | null;
    }>(
      `select ${LINE_COLUMNS}, to_char(tapped_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS') as tapped
         from clearing.subsidy_line
        where claim_no = $1 and (card_no, business_date, intake_id, record_index) > ($2, $3::date, $4, $5)
        order by card_no, business_date, intake_id, record_index limit ${AT_ONCE}`,
      [claimNo, ...after],
    );
    const lastRow = rows.at(-1);
    if (lastRow === undefined) return;
    yield rows
      .map((row) =>
        csvLine([
          `${row.intake_id}-${row.record_index}`,
          row.business_date,
          row.tapped,
          row.participant_no,
          row.card_no,
          row.full_fen,
          row.paid_fen,
          row.subsidy_fen,
          row.excluded ?? '',
          row.improbable ?? '',
          row.reclaims ?? '',
        ]),
      )
      .join('');
    after = [lastRow.card_no, lastRow.business_date, lastRow.intake_id, lastRow.record_index];
  }
}
