import { addDays, type BusinessDate, businessDate } from './city-time.ts';
import { CHINA_HOLIDAYS, fixedHolidays, type HolidayYear } from './china-holidays.ts';

/**
 * Which days banks work. It knows the years it was given and refuses to guess beyond them: a wrong settlement day costs
 * more than a clear error.
 */
export class WorkingCalendar {
  readonly firstDate: BusinessDate;
  readonly lastDate: BusinessDate;
  /** Years without an official notice, known by weekends and fixed-date holidays only. For demonstrations. */
  readonly provisionalYears: readonly number[];
  readonly #years: ReadonlyMap<number, HolidayYear>;
  readonly #closed = new Set<string>();
  readonly #madeUp = new Set<string>();

  /** @throws RangeError unless the years follow each other without a gap. */
  constructor(years: ReadonlyMap<number, HolidayYear>, provisionalYears: readonly number[] = []) {
    this.#years = years;
    const numbers = [...years.keys()].sort((a, b) => a - b);
    const first = numbers[0];
    const last = numbers.at(-1);
    if (first === undefined || last === undefined) throw new RangeError('a calendar needs at least one year');
    if (last - first + 1 !== numbers.length) throw new RangeError('the years of a calendar must not have a gap');
    this.firstDate = businessDate(`${first}-01-01`);
    this.lastDate = businessDate(`${last}-12-31`);
    this.provisionalYears = [...provisionalYears];
    for (const { holidays, madeUp } of years.values()) {
      for (const day of madeUp) this.#madeUp.add(businessDate(day));
      for (const [from, to] of holidays) {
        for (let day = businessDate(from); day <= to; day = addDays(day, 1)) this.#closed.add(day);
      }
    }
  }

  /** @throws RangeError for a day outside the calendar's years. */
  isWorkingDay(date: BusinessDate): boolean {
    if (date < this.firstDate || date > this.lastDate) {
      throw new RangeError(
        `${date} is outside the working calendar (${this.firstDate} to ${this.lastDate}); add the year's holidays`,
      );
    }
    if (this.#closed.has(date)) return false;
    if (this.#madeUp.has(date)) return true;
    const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
    return weekday !== 0 && weekday !== 6;
  }

  /** The first working day later than the given one. @throws RangeError when it lies beyond {@link lastDate}. */
  nextWorkingDay(after: BusinessDate): BusinessDate {
    let day = addDays(after, 1);
    while (!this.isWorkingDay(day)) day = addDays(day, 1);
    return day;
  }

  /** The nth working day later than the given one: 1 is the next. @throws RangeError when it lies beyond {@link lastDate}. */
  workingDayAfter(date: BusinessDate, workingDays: number): BusinessDate {
    let day = date;
    for (let left = workingDays; left > 0; left -= 1) day = this.nextWorkingDay(day);
    return day;
  }

  /** The last day whose holidays have been announced; later ones, if there are any, are provisional. */
  get announcedUntil(): BusinessDate {
    const announced = [...this.#years.keys()].filter((year) => !this.provisionalYears.includes(year));
    return businessDate(`${Math.max(...announced, Number(this.firstDate.slice(0, 4)) - 1)}-12-31`);
  }

  /** This calendar with more announced years; a provisional year among them is no longer so. */
  with(announced: ReadonlyMap<number, HolidayYear>): WorkingCalendar {
    if (announced.size === 0) return this;
    const provisional = this.provisionalYears.filter((year) => !announced.has(year));
    return new WorkingCalendar(new Map([...this.#years, ...announced]), provisional);
  }
}

/**
 * The calendar of Chinese banks for the years whose holidays have been announced. With `provisionalThrough`, later years
 * are filled in by weekends and fixed-date holidays; only demonstrations should settle money by those.
 */
export function chinaCalendar(options: { provisionalThrough?: number } = {}): WorkingCalendar {
  const years = new Map(Object.entries(CHINA_HOLIDAYS).map(([year, days]) => [Number(year), days]));
  const provisional: number[] = [];
  for (let year = Math.max(...years.keys()) + 1; year <= (options.provisionalThrough ?? 0); year += 1) {
    provisional.push(year);
    years.set(year, fixedHolidays(year));
  }
  return new WorkingCalendar(years, provisional);
}
