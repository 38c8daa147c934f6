import { type BusinessDate, type Database, type Fen, fen, type Transaction } from '@citycard/common';

/** The rides of a business day that a rule of concessions is about, by category of their cards. */
export interface ConcessionLine {
  readonly category: string;
  readonly rideCount: number;
  /** What the rides would have cost, and what cards paid. */
  readonly fullFen: Fen;
  readonly paidFen: Fen;
  /** What went to pending credit. */
  readonly backFen: Fen;
  /** What the finance bureau is asked for when the month is over. */
  readonly subsidyFen: Fen;
}

/** What concessions came to on a business day; nothing before it is priced. */
export async function concessionLines(db: Database | Transaction, date: BusinessDate): Promise<ConcessionLine[]> {
  const { rows } = await (db as Database).query<{
    category: string;
    rides: bigint;
    full_fen: bigint;
    paid_fen: bigint;
    back_fen: bigint;
    subsidy_fen: bigint;
  }>(
    `select category, count(*) as rides, sum(full_fen)::bigint as full_fen, sum(paid_fen)::bigint as paid_fen,
            sum(back_fen)::bigint as back_fen, sum(subsidy_fen)::bigint as subsidy_fen
       from clearing.concession_ride where posted_date = $1 group by category order by category`,
    [date],
  );
  return rows.map((row) => ({
    category: row.category,
    rideCount: Number(row.rides),
    fullFen: fen(row.full_fen),
    paidFen: fen(row.paid_fen),
    backFen: fen(row.back_fen),
    subsidyFen: fen(row.subsidy_fen),
  }));
}
