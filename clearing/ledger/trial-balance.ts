import { type Database, type Fen, fen, sumFen, type Transaction } from '@citycard/common';

export interface TrialBalanceRow {
  readonly kind: string;
  /** Absent for the accounts of cards, which stand in one line per kind. */
  readonly code?: string;
  readonly debitFen: Fen;
  readonly creditFen: Fen;
  /** Debits less credits. */
  readonly balanceFen: Fen;
}

/** Every account of the chart with its turnover, the cards' accounts summed per kind; `sumFen` must be zero. */
export async function trialBalance(db: Database | Transaction): Promise<{ rows: TrialBalanceRow[]; sumFen: Fen }> {
  const { rows } = await db.query<{ kind: string; code: string | null; debits: string; credits: string }>(
    `select kind, account_code as code, debits_posted::numeric as debits, credits_posted::numeric as credits
       from clearing.account
      union all
     select kind, null, sum(debits_posted), sum(credits_posted) from clearing.card_account group by kind
      order by kind, code`,
  );
  const lines = rows.map(({ kind, code, debits, credits }): TrialBalanceRow => {
    const debitFen = fen(debits);
    const creditFen = fen(credits);
    return { kind, ...(code !== null && { code }), debitFen, creditFen, balanceFen: fen(debitFen - creditFen) };
  });
  return { rows: lines, sumFen: sumFen(lines.map((line) => line.balanceFen)) };
}
