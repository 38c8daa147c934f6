import { type BusinessDate, type Transaction } from '@citycard/common';

type Fact = Readonly<Record<string, string | number>>;

/** The tables that were written when a day was closed, as they were written then. */
export interface DayFacts {
  rows(table: string): readonly Fact[];
}

export async function dayFacts(tx: Transaction, date: BusinessDate): Promise<DayFacts> {
  const { rows } = await tx.query<{ name: string; content: Buffer }>(
    `select name, content from clearing.day_report where business_date = $1 and name like '%.json'`,
    [date],
  );
  const tables = new Map(
    rows.map(({ name, content }) => [
      name.slice(date.length + 1, -'.json'.length),
      (JSON.parse(content.toString('utf8')) as { readonly rows: readonly Fact[] }).rows,
    ]),
  );
  return { rows: (table) => tables.get(table) ?? [] };
}

export const wordsOf = (fact: Fact, key: string): string => String(fact[key] ?? '');
export const wholeOf = (fact: Fact, key: string): bigint => BigInt(fact[key] ?? 0);
