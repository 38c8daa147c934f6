import { type BusinessDate, businessDate, Type } from '@citycard/common';
import { dayErrors } from './errors.ts';

/** A day in the path of a route, YYYY-MM-DD. */
export const DateParams = Type.Object({
  date: Type.String({ pattern: '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$' }),
});

/** The day of the path. @throws CityCardError `clearing-day.unknown` for a day that no calendar has. */
export function dateOf({ date }: { readonly date: string }): BusinessDate {
  try {
    return businessDate(date);
  } catch (cause) {
    throw dayErrors.unknown({ date }, cause);
  }
}
