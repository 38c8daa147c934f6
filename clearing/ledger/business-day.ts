import { type BusinessDate, businessDate, type Transaction } from '@citycard/common';
import { clearingErrors } from '../errors.ts';

/**
 * The open business day, held open until the transaction ends: the cut-off waits for it. Ask before locking anything else.
 *
 * @throws CityCardError `clearing.no-open-business-day`.
 */
export async function currentBusinessDate(tx: Transaction): Promise<BusinessDate> {
  const open = await findOpenBusinessDate(tx);
  if (open === undefined) throw clearingErrors.noOpenBusinessDay();
  return open;
}

/** Like {@link currentBusinessDate} for those who have an answer when no day is open. */
export async function findOpenBusinessDate(tx: Transaction): Promise<BusinessDate | undefined> {
  // Having waited for a cut-off, the first look finds the day it saw no longer open and cannot see the next one yet.
  return (await lockOpenDay(tx)) ?? (await lockOpenDay(tx));
}

async function lockOpenDay(tx: Transaction): Promise<BusinessDate | undefined> {
  const { rows } = await tx.query<{ business_date: string }>({
    name: 'clearing-lock-open-day',
    text: `select business_date from clearing.business_day where state = 'open' for share`,
  });
  return rows[0] && businessDate(rows[0].business_date);
}
