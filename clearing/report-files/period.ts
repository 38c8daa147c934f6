import { addDays, type BusinessDate, businessDate, type Database, type Transaction } from '@citycard/common';
import { reportErrors } from './errors.ts';

/** A stretch of business days that reports are made of. */
export interface Period {
  /** 2026-11-20, 2026-11 or 2026Q4. */
  readonly name: string;
  readonly kind: 'day' | 'month' | 'quarter';
  readonly first: BusinessDate;
  readonly last: BusinessDate;
}

export const PERIOD_PATTERN = '^20[0-9]{2}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?|Q[1-4])$';

/** @throws CityCardError `clearing.reports.period-unknown` for what no calendar has */
export function periodOf(name: string): Period {
  const [, year = '', quarter] = /^(\d{4})Q([1-4])$/.exec(name) ?? [];
  if (quarter !== undefined) return { name, kind: 'quarter', ...months(Number(year), Number(quarter) * 3 - 2, 3) };
  if (/^\d{4}-\d{2}$/.test(name))
    return { name, kind: 'month', ...months(Number(name.slice(0, 4)), Number(name.slice(5)), 1) };
  try {
    const day = businessDate(name);
    return { name, kind: 'day', first: day, last: day };
  } catch (cause) {
    throw reportErrors.periodUnknown({ period: name }, cause);
  }
}

function months(year: number, month: number, count: number): { first: BusinessDate; last: BusinessDate } {
  const first = businessDate(`${year}-${String(month).padStart(2, '0')}-01`);
  const next = new Date(Date.UTC(year, month - 1 + count, 1)).toISOString().slice(0, 10);
  return { first, last: addDays(businessDate(next), -1) };
}

/**
 * Makes sure that nothing of the period can change any more: all its business days are closed, and none is still to come. The
 * city may have begun in the middle of it.
 *
 * @throws CityCardError `clearing.reports.period-open` naming the first day that is not closed, `.period-unknown`
 */
export async function requireClosed(db: Database | Transaction, { name, first, last }: Period): Promise<void> {
  const { rows } = await db.query<{
    days: bigint;
    day: BusinessDate | null;
    state: string | null;
    newest: BusinessDate | null;
  }>(
    `select (select count(*) from clearing.business_day where business_date between $1 and $2) as days,
            o.business_date as day, o.state, (select max(business_date) from clearing.business_day) as newest
       from (select 1) one
       left join (select business_date, state from clearing.business_day
                   where business_date between $1 and $2 and state <> 'closed' order by 1 limit 1) o on true`,
    [first, last],
  );
  const found = rows[0];
  if (found === undefined || found.days === 0n) throw reportErrors.periodUnknown({ period: name });
  if (found.day !== null) throw reportErrors.periodOpen({ period: name, day: found.day, state: found.state });
  if (found.newest !== null && found.newest < last)
    throw reportErrors.periodOpen({ period: name, day: addDays(found.newest, 1), state: 'still to come' });
}
