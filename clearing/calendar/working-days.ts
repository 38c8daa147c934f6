import { addDays, type BusinessDate, type WorkingCalendar } from '@citycard/common';

/** A day as banks take it. `unknown` is beyond the announced holidays: nothing is planned there. */
export interface CalendarDay {
  readonly date: BusinessDate;
  readonly kind: 'working' | 'made-up' | 'weekend' | 'holiday' | 'unknown';
}

const SUNDAY = 0;
const SATURDAY = 6;

/** The days from … to, both included. */
export function calendarDays(calendar: WorkingCalendar, from: BusinessDate, to: BusinessDate): CalendarDay[] {
  const days: CalendarDay[] = [];
  for (let date = from; date <= to; date = addDays(date, 1)) days.push({ date, kind: kindOf(calendar, date) });
  return days;
}

function kindOf(calendar: WorkingCalendar, date: BusinessDate): CalendarDay['kind'] {
  if (date < calendar.firstDate || date > calendar.lastDate) return 'unknown';
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
  const weekend = weekday === SUNDAY || weekday === SATURDAY;
  if (calendar.isWorkingDay(date)) return weekend ? 'made-up' : 'working';
  return weekend ? 'weekend' : 'holiday';
}
