import { type BusinessDate, businessDate, type Database, type Fen, fen } from '@citycard/common';

/** Money the bank reports and nobody has recognised yet. */
export interface UnmatchedEntry {
  readonly account: string;
  readonly reference: string;
  readonly part: number;
  readonly direction: 'credit' | 'debit';
  readonly amountFen: Fen;
  readonly bookedOn: BusinessDate;
  /** Whole days since it was booked, in city time. */
  readonly ageDays: number;
  readonly reason: string;
  readonly remittance: string;
  readonly counterparty: string;
  readonly endToEndId?: string;
}

/** Money the bank notified and no day statement has brought. */
export interface MissingEntry {
  readonly account: string;
  readonly reference: string;
  readonly amountFen: Fen;
  readonly bookedOn: BusinessDate;
  readonly ageDays: number;
}

/** At most this many are listed at once, the oldest first. */
const LIST_LIMIT = 1000;

/** Parts nobody has recognised or booked, for a query that begins with what it selects of `p` and `e`. */
export const UNMATCHED = ` from reconciliation.bank_entry_part p
   join reconciliation.bank_entry e using (account_no, bank_reference)
  where p.state = 'unmatched'
    and not exists (select from clearing.former_issuer_transfer t
                     where t.account_code like 'bank-%:' || p.account_no and t.bank_reference = p.bank_reference
                       and t.posted_date is not null and t.amount_fen = e.amount_fen and e.direction = 'credit' and not e.reversal)`;

/** How many entries are older than so many days on the given day and what they sum up to, however many. */
export async function unmatchedTotals(
  db: Database,
  today: BusinessDate,
  olderThanDays: number,
): Promise<{ readonly count: bigint; readonly sumFen: bigint }> {
  const { rows } = await db.query<{ count: bigint; sum: bigint }>(
    `select count(*) as count, coalesce(sum(p.amount_fen), 0)::bigint as sum ${UNMATCHED} and $1::date - e.booked_on > $2`,
    [today, olderThanDays],
  );
  return { count: rows[0]?.count ?? 0n, sumFen: rows[0]?.sum ?? 0n };
}

/**
 * Unmatched entries, the oldest first, with their age on the given day. An entry whose text said nothing and which two people
 * have booked since as a payment of a former issuer is no longer one of them.
 */
export async function unmatchedEntries(db: Database, today: BusinessDate): Promise<UnmatchedEntry[]> {
  const { rows } = await db.query<{
    account_no: string;
    bank_reference: string;
    part_no: number;
    direction: 'credit' | 'debit';
    amount_fen: bigint;
    booked_on: string;
    age: number;
    reason: string;
    remittance: string;
    counterparty: string;
    end_to_end_id: string | null;
  }>(
    `select p.account_no, p.bank_reference, p.part_no, e.direction, p.amount_fen, e.booked_on, $1::date - e.booked_on as age,
            p.reason, p.remittance, p.counterparty, p.end_to_end_id
       ${UNMATCHED}
      order by e.booked_on, p.account_no, p.bank_reference, p.part_no limit $2`,
    [today, LIST_LIMIT],
  );
  return rows.map((row) => ({
    account: row.account_no,
    reference: row.bank_reference,
    part: row.part_no,
    direction: row.direction,
    amountFen: fen(row.amount_fen),
    bookedOn: businessDate(row.booked_on),
    ageDays: row.age,
    reason: row.reason,
    remittance: row.remittance,
    counterparty: row.counterparty,
    ...(row.end_to_end_id !== null && { endToEndId: row.end_to_end_id }),
  }));
}

/** Notified entries that should stand in a statement already received, the oldest first. */
export async function missingEntries(db: Database, today: BusinessDate): Promise<MissingEntry[]> {
  const { rows } = await db.query<{
    account_no: string;
    bank_reference: string;
    amount_fen: bigint;
    booked_on: string;
    age: number;
  }>(
    `select e.account_no, e.bank_reference, e.amount_fen, e.booked_on, $1::date - e.booked_on as age
       from reconciliation.bank_entry e
      where e.statement_date is null and exists (
        select from clearing.bank_statement s where s.account_no = e.account_no and s.statement_date >= e.booked_on)
      order by e.booked_on, e.account_no, e.bank_reference limit $2`,
    [today, LIST_LIMIT],
  );
  return rows.map((row) => ({
    account: row.account_no,
    reference: row.bank_reference,
    amountFen: fen(row.amount_fen),
    bookedOn: businessDate(row.booked_on),
    ageDays: row.age,
  }));
}
