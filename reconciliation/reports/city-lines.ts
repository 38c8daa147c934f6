import { REPORT_COLUMNS } from '@citycard/clearing';
import type { Transaction } from '@citycard/common';

const { text } = REPORT_COLUMNS;

/** The columns every table about cities begins with. */
export const CITY_COLUMNS = [text('city', '城市', 'City'), text('name', '名称', 'Name')];

export interface KnownCity {
  readonly city: string;
  readonly name: string;
  readonly participantNo: string;
}

/** Counts and sums of a statement with a column `city`, by their names. */
export type Counted = Readonly<Record<string, bigint>>;

/** What a statement that groups by city says of each of them; nothing of a city is nothing found. */
export async function byCity(
  tx: Transaction,
  cities: readonly KnownCity[],
  sql: string,
  values: readonly unknown[],
): Promise<{ readonly known: KnownCity; readonly found: Counted }[]> {
  const { rows } = await tx.query<Counted & { city: string }>(sql, [...values]);
  const found = new Map(rows.map((row) => [row.city, row]));
  return cities.map((known) => ({ known, found: found.get(known.city) ?? {} }));
}

export const counted = (found: Counted, name: string): bigint => found[name] ?? 0n;
