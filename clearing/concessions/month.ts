import { addDays, type BusinessDate, businessDate, type Transaction } from '@citycard/common';
import { currentBusinessDate } from '../ledger/business-day.ts';
import { concessionErrors } from './errors.ts';

/** The first and last day of a month `YYYY-MM`. */
export function daysOfMonth(month: string): { readonly first: BusinessDate; readonly last: BusinessDate } {
  const first = businessDate(`${month}-01`);
  const next = businessDate(`${addDays(first, 31).slice(0, 7)}-01`);
  return { first, last: addDays(next, -1) };
}

/**
 * Makes sure that nothing can be posted on a day of the month any more and that all of it is priced.
 *
 * @throws CityCardError `clearing.concessions.month-open`
 */
export async function requirePricedMonth(tx: Transaction, month: string): Promise<void> {
  const { last, first } = daysOfMonth(month);
  const open = await currentBusinessDate(tx);
  if (open <= last) throw concessionErrors.monthOpen({ month, date: open });
  const { rows } = await tx.query<{ business_date: string }>(
    `select business_date from clearing.business_day
      where business_date between $1 and $2 and state in ('open', 'cut-off', 'validated') order by 1 limit 1`,
    [first, last],
  );
  if (rows[0] !== undefined) throw concessionErrors.monthOpen({ month, date: rows[0].business_date });
}
