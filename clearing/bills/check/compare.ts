import { type BusinessDate, type Database, type Fen, fen, type Transaction } from '@citycard/common';
import { raiseAlarm } from '../../alarms/alarm.ts';

export type DifferenceKind = 'only-ours' | 'only-theirs' | 'amount-differs' | 'outcome-differs' | 'reported-twice';

/** A payment that the two sides do not have alike. */
export interface Difference {
  readonly paymentId: string;
  readonly kind: DifferenceKind;
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
  readonly equal: number;
  readonly differences: readonly Difference[];
  /** No difference is open. */
  readonly closed: boolean;
}

/** Our payments of the biller with what became of them, and on which day of the city. */
const OURS = `
  select b.payment_id, b.amount_fen, b.state, (b.decided_at at time zone 'Asia/Shanghai')::date as decided_on,
         c.state = 'cancelled' as cancelled, (c.decided_at at time zone 'Asia/Shanghai')::date as cancelled_on
    from clearing.bill_payment b
    left join clearing.bill_cancellation c on c.card_no = b.card_no and c.sam_no = b.sam_no and c.sam_transaction_no = b.sam_transaction_no
   where b.biller_code = $1`;

/**
 * Compares the kept statement of a day with our payments and cancellations of that day, and with whatever else it names. A
 * payment that one side booked on the day before or after is found by its id, on whichever statement it stands. Everything
 * that differs is written down; checking again adds what is new and changes nothing that is there.
 */
export async function compare(tx: Transaction, billerCode: string, date: BusinessDate): Promise<void> {
  await tx.query(
    `with ours as (${OURS}), theirs as (
       select payment_id, count(*) filter (where outcome = 'paid') as paid, count(*) filter (where outcome = 'cancelled') as cancelled,
              max(amount_fen) as amount_fen, min(amount_fen) as least_fen
         from clearing.bill_statement_line where biller_code = $1 and booked_on = $2 group by 1
     ), own as (
       select * from ours where state = 'paid' and decided_on = $2
     )
     insert into clearing.bill_check (biller_code, booked_on, ours_count, ours_fen, theirs_count, theirs_fen, equal_count, checked_at)
     select $1, $2, (select count(*) from own), (select coalesce(sum(amount_fen), 0) from own),
            (select count(*) from theirs), (select coalesce(sum(amount_fen), 0) from theirs),
            (select count(*) from own o join theirs t using (payment_id) where t.amount_fen = o.amount_fen and t.least_fen = o.amount_fen), clock_timestamp()
     on conflict (biller_code, booked_on) do update
       set ours_count = excluded.ours_count, ours_fen = excluded.ours_fen, theirs_count = excluded.theirs_count,
           theirs_fen = excluded.theirs_fen, equal_count = excluded.equal_count, checked_at = excluded.checked_at`,
    [billerCode, date],
  );
  const found = await tx.query(
    `with ours as (${OURS}), line as (
       select payment_id, amount_fen, outcome from clearing.bill_statement_line where biller_code = $1 and booked_on = $2
     ), anywhere as (
       select payment_id, outcome from clearing.bill_statement_line where biller_code = $1
     ), found as (
       select o.payment_id, 'only-ours' as kind, o.amount_fen as ours, null::bigint as theirs from ours o
        where o.state = 'paid' and o.decided_on = $2 and not exists (select from anywhere a where a.payment_id = o.payment_id)
       union all
       select o.payment_id, 'outcome-differs', o.amount_fen, null from ours o
        where o.cancelled and o.cancelled_on = $2 and exists (select from anywhere a where a.payment_id = o.payment_id)
          and not exists (select from anywhere a where a.payment_id = o.payment_id and a.outcome = 'cancelled')
       union all
       select l.payment_id, 'only-theirs', null, max(l.amount_fen) from line l
        where not exists (select from ours o where o.payment_id = l.payment_id) group by 1
       union all
       select l.payment_id, 'outcome-differs', max(o.amount_fen), max(l.amount_fen) from line l join ours o using (payment_id)
        where o.state <> 'paid' or (l.outcome = 'cancelled' and not coalesce(o.cancelled, false)) group by 1
       union all
       select l.payment_id, 'amount-differs', max(o.amount_fen), max(l.amount_fen) from line l join ours o using (payment_id)
        where l.amount_fen <> o.amount_fen group by 1
       union all
       select l.payment_id, 'reported-twice', null, max(l.amount_fen) from line l group by l.payment_id, l.outcome having count(*) > 1
     )
     insert into clearing.bill_difference (biller_code, booked_on, payment_id, kind, ours_fen, theirs_fen)
     select $1, $2, payment_id, kind, max(ours), max(theirs) from found group by payment_id, kind on conflict do nothing`,
    [billerCode, date],
  );
  // What was ours alone on an earlier day may stand on this statement.
  await tx.query(
    `update clearing.bill_difference d set action = 'found-later', resolved_at = clock_timestamp()
      where d.biller_code = $1 and d.kind = 'only-ours' and d.resolved_at is null
        and exists (select from clearing.bill_statement_line l where l.biller_code = $1 and l.payment_id = d.payment_id)`,
    [billerCode],
  );
  if ((found.rowCount ?? 0) > 0) {
    await raiseAlarm(tx, {
      kind: 'bill-check-differs',
      severity: 'warning',
      subject: `biller ${billerCode} ${date}`,
      evidence: { differences: found.rowCount },
    });
  }
}

/** The check of a day; undefined when there was none. */
export async function readCheck(
  db: Database | Transaction,
  billerCode: string,
  date: string,
): Promise<BillCheck | undefined> {
  const { rows } = await (db as Database).query<
    Record<'ours_count' | 'ours_fen' | 'theirs_count' | 'theirs_fen' | 'equal_count', bigint>
  >('select * from clearing.bill_check where biller_code = $1 and booked_on = $2', [billerCode, date]);
  const [row] = rows;
  if (row === undefined) return undefined;
  const differences = await differencesOf(db, 'biller_code = $1 and booked_on = $2', [billerCode, date]);
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
  condition: string,
  values: readonly unknown[],
): Promise<Difference[]> {
  const { rows } = await (db as Database).query<{
    payment_id: string;
    kind: DifferenceKind;
    ours_fen: bigint | null;
    theirs_fen: bigint | null;
    action: string | null;
    reason: string | null;
    proposed_by: string | null;
    approved_by: string | null;
    resolved_at: Date | null;
  }>(`select * from clearing.bill_difference where ${condition} order by payment_id, kind`, [...values]);
  return rows.map((row) => ({
    paymentId: row.payment_id,
    kind: row.kind,
    ...(row.ours_fen !== null && { oursFen: fen(row.ours_fen) }),
    ...(row.theirs_fen !== null && { theirsFen: fen(row.theirs_fen) }),
    ...(row.action !== null && { action: row.action }),
    ...(row.reason !== null && { reason: row.reason }),
    ...(row.proposed_by !== null && { proposedBy: row.proposed_by }),
    ...(row.approved_by !== null && { approvedBy: row.approved_by }),
    resolved: row.resolved_at !== null,
  }));
}
