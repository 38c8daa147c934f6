import { type BusinessDate, type Database, type Fen, fen, sumFen, type Transaction } from '@citycard/common';
import { chunkAt } from './chunk-at.ts';

export interface TrialBalanceRow {
  readonly kind: string;
  /** Absent for the accounts of cards, which stand in one line per kind. */
  readonly code?: string;
  readonly debitFen: Fen;
  readonly creditFen: Fen;
  /** Debits less credits. */
  readonly balanceFen: Fen;
}

export interface TrialBalance {
  readonly rows: TrialBalanceRow[];
  /** Zero. */
  readonly sumFen: Fen;
  /** The newest set of postings it contains. */
  readonly chunkNo: bigint;
}

/**
 * Every account of the chart with its turnover, the cards' accounts summed per kind; `sumFen` must be zero. Now, or as it
 * was at an instant in the past or at the end of a business day: today's, with what was sealed since (what belongs to
 * later days) taken away, in one statement and so at one instant itself.
 *
 * @throws CityCardError `clearing-ledger.archived` when transfers since then are archived
 */
export async function trialBalance(
  db: Database | Transaction,
  at?: { readonly instant: Date } | { readonly endOf: BusinessDate },
): Promise<TrialBalance> {
  const instant = at !== undefined && 'instant' in at ? await chunkAt(db, at.instant) : null;
  const endOf = at !== undefined && 'endOf' in at ? at.endOf : null;
  const { rows } = await db.query<{
    kind: string;
    code: string | null;
    debits: string;
    credits: string;
    chunk_no: bigint;
  }>(BALANCES, [instant, endOf]);
  const lines = rows.map(({ kind, code, debits, credits }): TrialBalanceRow => {
    const debitFen = fen(debits);
    const creditFen = fen(credits);
    return { kind, ...(code !== null && { code }), debitFen, creditFen, balanceFen: fen(debitFen - creditFen) };
  });
  return { rows: lines, sumFen: sumFen(lines.map((line) => line.balanceFen)), chunkNo: rows[0]?.chunk_no ?? 0n };
}

const BALANCES = `
  with later as (
    select s.account, sum(s.debit) as debit, sum(s.credit) as credit
      from clearing.ledger_transfer t
     cross join lateral (values (t.debit_account, t.amount_fen, 0), (t.credit_account, 0, t.amount_fen)) as s(account, debit, credit)
     where (t.chunk_no > $1 or t.business_date > $2) and t.phase in ('posted', 'post')
     group by 1
  ), now_at as (
    select kind, account_code as code, account_code as account, debits_posted::numeric as debits, credits_posted::numeric as credits
      from clearing.account
     union all
    select kind, null, kind, sum(debits_posted), sum(credits_posted) from clearing.card_account group by kind
  )
  select n.kind, n.code, n.debits - coalesce(l.debit, 0) as debits, n.credits - coalesce(l.credit, 0) as credits,
         coalesce($1, (select h.chunk_no from clearing.ledger_head h)) as chunk_no
    from now_at n left join later l using (account)
   order by n.kind, n.code`;
