import { declareEqual, findBiller, raiseAlarm } from '@citycard/clearing';
import { type BusinessDate, type Database, type Fen, fen, type Transaction } from '@citycard/common';
import type { LookResult } from '../daily/in-step.ts';
import { lookByPlan } from '../matching/look-by-plan.ts';
import { billerBills, billSubject } from './plan.ts';

/** A payment that the two sides do not have alike. */
export interface BillDifference {
  readonly differenceNo: bigint;
  readonly paymentId: string;
  readonly kind: string;
  readonly oursFen?: Fen;
  readonly theirsFen?: Fen;
  readonly action?: string;
  readonly reason?: string;
  readonly proposedBy?: string;
  readonly approvedBy?: string;
  readonly resolved: boolean;
}

/** The daily check of a biller: both sides' totals, and what is not alike. */
export interface BillCheck {
  readonly billerCode: string;
  readonly date: string;
  readonly ours: { readonly count: number; readonly amountFen: Fen };
  readonly theirs: { readonly count: number; readonly amountFen: Fen };
  /** Lines that both sides have alike. */
  readonly equal: number;
  readonly differences: readonly BillDifference[];
  /** No difference is open. */
  readonly closed: boolean;
}

/**
 * Matches the statement of a biller's day with our payments and cancellations, puts down the totals of both sides, and says whether the
 * day is equal. Comparing again changes nothing that is decided.
 */
export async function compareBills(tx: Transaction, billerCode: string, date: BusinessDate): Promise<LookResult> {
  const { found, opened, ended, states } = await lookByPlan(tx, billerBills, date, billerCode);
  await tx.query(
    `insert into reconciliation.bill_check (biller_code, booked_on, ours_count, ours_fen, theirs_count, theirs_fen, equal_count, checked_at)
     select $1, $2, o.count, o.amount, t.count, t.amount, $3, clock_timestamp()
       from (select count(*) as count, coalesce(sum(amount_fen), 0) as amount from clearing.bill_payment
              where biller_code = $1 and state = 'paid' and decided_at >= $2::date::timestamp at time zone 'Asia/Shanghai'
                and decided_at < ($2::date + 1)::timestamp at time zone 'Asia/Shanghai') o,
            (select count(*) as count, coalesce(sum(amount_fen), 0) as amount from clearing.bill_statement_line
              where biller_code = $1 and booked_on = $2 and outcome = 'paid') t
     on conflict (biller_code, booked_on) do update
       set ours_count = excluded.ours_count, ours_fen = excluded.ours_fen, theirs_count = excluded.theirs_count,
           theirs_fen = excluded.theirs_fen, equal_count = excluded.equal_count, checked_at = excluded.checked_at`,
    [billerCode, date, states.equal?.results ?? 0],
  );
  if (opened > 0)
    await raiseAlarm(tx, {
      kind: 'bill-check-differs',
      severity: 'warning',
      subject: `biller ${billerCode} ${date}`,
      evidence: { differences: opened },
    });
  await declareDay(tx, billerCode, date);
  return { found, opened, ended };
}

/** A participant's day is equal when no bill of any of its codes is open; its settlement follows (domain.md B.7). */
export async function declareDay(tx: Transaction, billerCode: string, date: BusinessDate): Promise<void> {
  const biller = await findBiller(tx, billerCode);
  if (biller === undefined) return;
  const { rowCount } = await tx.query(
    `select from reconciliation.difference where counterpart_kind = 'biller' and counterpart = $1 and business_day = $2 and state = 'open'
        and (starts_with(subject_key, 'bill ') or starts_with(subject_key, 'statement of ')) limit 1`,
    [biller.participantNo, date],
  );
  await declareEqual(tx, biller.participantNo, date, rowCount === 0);
}

/** The check of a day; undefined when there was none. */
export async function readCheck(
  db: Database | Transaction,
  billerCode: string,
  date: BusinessDate,
): Promise<BillCheck | undefined> {
  const { rows } = await (db as Database).query<
    Record<'ours_count' | 'ours_fen' | 'theirs_count' | 'theirs_fen' | 'equal_count', bigint>
  >('select * from reconciliation.bill_check where biller_code = $1 and booked_on = $2', [billerCode, date]);
  const [row] = rows;
  if (row === undefined) return undefined;
  const differences = await differencesOf(db, billerCode, date);
  return {
    billerCode,
    date,
    ours: { count: Number(row.ours_count), amountFen: fen(row.ours_fen) },
    theirs: { count: Number(row.theirs_count), amountFen: fen(row.theirs_fen) },
    equal: Number(row.equal_count),
    differences,
    closed: differences.every(({ resolved }) => resolved),
  };
}

async function differencesOf(
  db: Database | Transaction,
  billerCode: string,
  date: BusinessDate,
): Promise<BillDifference[]> {
  const { rows } = await (db as Database).query<{
    difference_no: bigint;
    payment_id: string;
    kind: string;
    ours_fen: bigint | null;
    theirs_fen: bigint | null;
    state: 'open' | 'ended';
    action: string | null;
    reason: string | null;
    proposed_by: string | null;
    approved_by: string | null;
  }>(
    `select d.difference_no, substr(d.subject_key, length($1) + 1) as payment_id, d.kind, d.ours_fen, d.theirs_fen, d.state, a.action,
            coalesce(a.reason, d.reason) as reason, a.proposed_by, a.approved_by
       from reconciliation.difference d left join reconciliation.bill_action a using (difference_no)
      where d.counterpart_kind = 'biller' and d.business_day = $2 and starts_with(d.subject_key, $1) order by 2, 3, 1`,
    [billSubject(billerCode), date],
  );
  return rows.map((row) => ({
    differenceNo: row.difference_no,
    paymentId: row.payment_id,
    kind: row.kind,
    ...(row.ours_fen !== null && { oursFen: fen(row.ours_fen) }),
    ...(row.theirs_fen !== null && { theirsFen: fen(row.theirs_fen) }),
    ...(row.action !== null && { action: row.action }),
    ...(row.reason !== null && { reason: row.reason }),
    ...(row.proposed_by !== null && { proposedBy: row.proposed_by }),
    ...(row.approved_by !== null && { approvedBy: row.approved_by }),
    resolved: row.state === 'ended',
  }));
}
