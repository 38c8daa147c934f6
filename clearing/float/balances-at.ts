import { type BusinessDate, type Database, type Fen, fen, type Transaction } from '@citycard/common';

/** One line of the trial balance at the end of a business day; the accounts of cards stand in one line per kind. */
export interface BalanceLine {
  readonly kind: string;
  readonly code?: string;
  readonly debitFen: Fen;
  readonly creditFen: Fen;
  /** Debits less credits. */
  readonly balanceFen: Fen;
}

/**
 * All posted balances as they were at the end of a business day: today's, with what was posted on later days taken away,
 * in one statement and so at one instant. For a closed day the answer never changes.
 */
export async function balancesAt(db: Database | Transaction, date: BusinessDate): Promise<BalanceLine[]> {
  const { rows } = await (db as Database).query<{ kind: string; code: string | null; debits: string; credits: string }>(
    `with later as (
       select s.account, sum(s.debit) as debit, sum(s.credit) as credit
         from clearing.ledger_transfer t
        cross join lateral (values (t.debit_account, t.amount_fen, 0), (t.credit_account, 0, t.amount_fen)) as s(account, debit, credit)
        where t.business_date > $1 and t.phase in ('posted', 'post')
        group by 1
     ), now_at as (
       select kind, account_code as code, account_code as account, debits_posted::numeric as debits, credits_posted::numeric as credits
         from clearing.account
        union all
       select kind, null, kind, sum(debits_posted), sum(credits_posted) from clearing.card_account group by kind
     )
     select n.kind, n.code, n.debits - coalesce(l.debit, 0) as debits, n.credits - coalesce(l.credit, 0) as credits
       from now_at n left join later l using (account)
      order by n.kind, n.code`,
    [date],
  );
  return rows.map(({ kind, code, debits, credits }) => {
    const [debitFen, creditFen] = [fen(debits), fen(credits)];
    return { kind, ...(code !== null && { code }), debitFen, creditFen, balanceFen: fen(debitFen - creditFen) };
  });
}
