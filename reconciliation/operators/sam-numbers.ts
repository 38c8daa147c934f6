import type { BusinessDate, Database, Transaction } from '@citycard/common';
import type { FoundDifference } from '../differences/index.ts';
import { keepInStep, type LookResult } from '../daily/in-step.ts';

/**
 * Records that say nothing of their SAM's counter: anybody can write a number into a record whose TAC is wrong (01), the SAM is
 * not the sender's (09), or it is a test (0E).
 */
const NOT_OF_THE_SAM = ['01', '09', '0E'];

/**
 * Takes the transaction numbers of a business day's records into the runs of their SAMs. Refused and held records count as the
 * others: a number that came is not missing. Taking a day again changes nothing.
 */
export async function takeSamNumbers(tx: Transaction, date: BusinessDate): Promise<void> {
  await tx.query(
    `with came as (
       select sam_no, sam_transaction_no as no from clearing.purchase_record
        where business_date = $1 and (reason_code is null or reason_code <> all($2)) group by 1, 2
     ), known as (
       delete from reconciliation.sam_run r using (select distinct sam_no from came) s where r.sam_no = s.sam_no
       returning r.sam_no, r.from_no, r.to_no, r.since_day
     ), piece as (
       select sam_no, no as from_no, no as to_no, $1::date as since_day from came union all select * from known
     ), stepped as (
       select *, coalesce(max(to_no) over (partition by sam_no order by from_no, to_no rows between unbounded preceding and 1 preceding), -2) as reached
         from piece
     ), run as (
       select *, count(*) filter (where from_no > reached + 1) over (partition by sam_no order by from_no, to_no) as run_no from stepped
     )
     insert into reconciliation.sam_run (sam_no, from_no, to_no, since_day)
     select sam_no, min(from_no), max(to_no), min(since_day) from run group by sam_no, run_no`,
    [date, NOT_OF_THE_SAM],
  );
  await tx.query(
    `insert into reconciliation.sam_upload as u (sam_no, participant_no, first_day, last_day, last_tapped_at, days)
     select sam_no, max(participant_no), $1, $1, max(tapped_at), 1 from clearing.purchase_record
      where business_date = $1 and (reason_code is null or reason_code <> all($2)) group by 1
     on conflict (sam_no) do update set participant_no = case when excluded.last_day >= u.last_day then excluded.participant_no else u.participant_no end,
       days = u.days + case when excluded.last_day between u.first_day and u.last_day then 0 else 1 end,
       first_day = least(u.first_day, excluded.first_day), last_day = greatest(u.last_day, excluded.last_day),
       last_tapped_at = greatest(u.last_tapped_at, excluded.last_tapped_at)`,
    [date, NOT_OF_THE_SAM],
  );
}

/** Numbers of a SAM between two that came. */
export interface SamHole {
  readonly samNo: string;
  readonly participantNo: string;
  readonly terminalNo?: string;
  readonly fromNo: bigint;
  readonly toNo: bigint;
  /** The business day on which the number behind the hole came. */
  readonly since: BusinessDate;
}

interface HoleRow {
  sam_no: string;
  participant_no: string;
  terminal_no: string | null;
  from_no: bigint;
  to_no: bigint;
  since: BusinessDate;
}

/** Holes that were there on or before a day, by SAM; what a SAM did before its first record nobody can tell. */
export async function samHoles(db: Database | Transaction, until: BusinessDate): Promise<SamHole[]> {
  const { rows } = await (db as Database).query<HoleRow>(
    `select h.sam_no, coalesce(a.participant_no, u.participant_no) as participant_no, a.terminal_no, h.from_no, h.to_no, h.since
       from (select sam_no, to_no + 1 as from_no, lead(from_no) over w - 1 as to_no,
                    greatest(since_day, lead(since_day) over w) as since
               from reconciliation.sam_run window w as (partition by sam_no order by from_no)) h
       join reconciliation.sam_upload u using (sam_no)
       left join lateral (select participant_no, terminal_no from clearing.sam_assignment s where s.sam_no = h.sam_no
                           order by s.valid_to desc nulls first, s.valid_from desc limit 1) a on true
      where h.to_no is not null and h.since <= $1
      order by h.sam_no, h.from_no`,
    [until],
  );
  return rows.map((row) => ({
    samNo: row.sam_no,
    participantNo: row.participant_no,
    ...(row.terminal_no !== null && { terminalNo: row.terminal_no }),
    fromNo: row.from_no,
    toNo: row.to_no,
    since: row.since,
  }));
}

/** Puts down the holes that are older than the patience of depots, and ends those that were filled. */
export async function lookForHoles(tx: Transaction, until: BusinessDate): Promise<LookResult> {
  const holes = await samHoles(tx, until);
  const found = holes.map((hole): FoundDifference => {
    const { samNo, participantNo, terminalNo, fromNo, toNo, since } = hole;
    return {
      counterpartKind: 'operator',
      counterpart: participantNo,
      businessDay: since,
      subjectKey: `sam ${samNo} number ${fromNo}`,
      kind: 'hole',
      evidence: {
        samNo,
        ...(terminalNo !== undefined && { terminalNo }),
        fromNo: Number(fromNo),
        toNo: Number(toNo),
        missing: Number(toNo - fromNo) + 1,
      },
    };
  });
  const scope = { counterpartKinds: ['operator'], subject: 'sam ', kind: 'hole' } as const;
  return keepInStep(tx, scope, found, 'the missing records have come, or the hole is told with another first number');
}
