import { type BusinessDate, businessDate } from '@citycard/common';
import { ledgerErrors } from './errors.ts';

/** How a day and an instant are written in a question; whether the calendar has them is asked here. */
export const DAY = '[12][0-9]{3}-[0-9]{2}-[0-9]{2}';
export const INSTANT = `${DAY}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,3})?)?(Z|[+-][0-9]{2}:[0-9]{2})`;

const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text);

/** @throws CityCardError `clearing-ledger.no-such-time` for a day that no calendar has */
function dayOf(text: string): BusinessDate {
  try {
    return businessDate(text);
  } catch (cause) {
    throw ledgerErrors.noSuchTime({ text }, cause);
  }
}

/** @throws CityCardError `clearing-ledger.no-such-time` for a day that no calendar has, or an hour no day has */
export function instantOf(text: string): Date {
  dayOf(text.slice(0, 10));
  const instant = new Date(text);
  if (Number.isNaN(instant.getTime())) throw ledgerErrors.noSuchTime({ text });
  return instant;
}

/** The end of a business day, or an instant. @throws CityCardError as {@link instantOf} */
export function momentOf(text: string): { readonly instant: Date } | { readonly endOf: BusinessDate } {
  return isDay(text) ? { endOf: dayOf(text) } : { instant: instantOf(text) };
}

/** A day or the number of a chunk. @throws CityCardError as {@link instantOf} */
export function beginningOf(text: string): { readonly day: BusinessDate } | { readonly chunk: bigint } {
  return isDay(text) ? { day: dayOf(text) } : { chunk: BigInt(text) };
}
