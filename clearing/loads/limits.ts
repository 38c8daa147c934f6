import { type BusinessDate, type Database, type Fen, fen, type Transaction } from '@citycard/common';

/** Limits of loads on a day, fen; one that is left out is no limit (domain.md F.1). */
export interface LoadLimits {
  /** One load. */
  readonly single?: Fen;
  /** All loads of a card on a city date, pending ones included. */
  readonly daily?: Fen;
  /** What a purse may hold whose holder's identity is confirmed, and any other; beside the purse's own cap. */
  readonly namedCap?: Fen;
  readonly anonymousCap?: Fen;
}

export const LOAD_LIMIT_NAMES = ['single', 'daily', 'named-cap', 'anonymous-cap'] as const;
export type LoadLimitName = (typeof LOAD_LIMIT_NAMES)[number];

/** The limits in force on a city date: of each the newest that has begun. */
export async function loadLimitsOn(db: Database | Transaction, date: BusinessDate): Promise<LoadLimits> {
  const { rows } = await db.query<{ limit_name: LoadLimitName; amount_fen: bigint | null }>({
    name: 'clearing-load-limits',
    text: `select distinct on (limit_name) limit_name, amount_fen from clearing.load_limit
            where valid_from <= $1 order by limit_name, valid_from desc`,
    values: [date],
  });
  const of = (name: LoadLimitName): Fen | undefined => {
    const amount = rows.find((row) => row.limit_name === name)?.amount_fen;
    return amount === undefined || amount === null ? undefined : fen(amount);
  };
  const [single, daily, namedCap, anonymousCap] = [of('single'), of('daily'), of('named-cap'), of('anonymous-cap')];
  return {
    ...(single !== undefined && { single }),
    ...(daily !== undefined && { daily }),
    ...(namedCap !== undefined && { namedCap }),
    ...(anonymousCap !== undefined && { anonymousCap }),
  };
}
