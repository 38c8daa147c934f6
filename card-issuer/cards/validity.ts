import { addDays, type BusinessDate, businessDate } from '@citycard/common';

/** The last day of a validity of so many years: the day before the same day so many years later. */
export function lastDayOf(from: BusinessDate, years: number): BusinessDate {
  const [year = '', month = '', day = ''] = from.split('-');
  const sameDay = month === '02' && day === '29' ? '28' : day;
  return addDays(businessDate(`${Number(year) + years}-${month}-${sameDay}`), -1);
}
