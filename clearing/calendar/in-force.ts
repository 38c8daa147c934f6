import type { BusinessDate, HolidayYear, Transaction, WorkingCalendar } from '@citycard/common';
import { raiseAlarmOnce } from '../alarms/alarm.ts';
import { daysBetween } from '../netting/rhythm.ts';

/** The years of bank holidays that two people put in force here. */
export async function storedHolidays(tx: Pick<Transaction, 'query'>): Promise<Map<number, HolidayYear>> {
  const { rows } = await tx.query<{ year: number; holidays: [string, string][]; made_up: string[] }>(
    'select year, holidays, made_up from clearing.holiday_year order by year',
  );
  return new Map(rows.map(({ year, holidays, made_up: madeUp }) => [year, { holidays, madeUp }]));
}

/** The calendar the program was started with, and the years put in force since. */
export const calendarInForce = async (
  tx: Pick<Transaction, 'query'>,
  delivered: WorkingCalendar,
): Promise<WorkingCalendar> => delivered.with(await storedHolidays(tx));

/** The notice of the next year comes out in autumn: this leaves weeks to put it in force. */
const WARN_DAYS_BEFORE = 60;

/** Says once per end of the announced holidays, from sixty days before it on, that the next year is wanted. */
export async function warnOfCalendarEnd(tx: Transaction, calendar: WorkingCalendar, date: BusinessDate): Promise<void> {
  const until = calendar.announcedUntil;
  const left = daysBetween(date, until);
  if (left > WARN_DAYS_BEFORE) return;
  await raiseAlarmOnce(tx, {
    kind: 'holiday-data-ends',
    severity: 'warning',
    subject: until,
    evidence: { businessDate: date, daysLeft: left, plannedUntil: calendar.lastDate },
  });
}
