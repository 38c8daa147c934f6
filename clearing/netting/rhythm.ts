import { addDays, type BusinessDate, type Fen, formatYuan, type Static, Type } from '@citycard/common';

const closed = { additionalProperties: false } as const;
const MonthEnd = Type.Optional(Type.Boolean());

/** When a part is settled (domain.md F.4, ways 01 to 07). Days are business days of the calendar, weekends included. */
export const Rhythm = Type.Union([
  Type.Object(
    { every: Type.Literal('days'), days: Type.Integer({ minimum: 1, maximum: 366 }), monthEnd: MonthEnd },
    closed,
  ),
  Type.Object(
    {
      every: Type.Literal('amount'),
      limitFen: Type.Integer({ minimum: 1, maximum: 1_000_000_000_000 }),
      monthEnd: MonthEnd,
    },
    closed,
  ),
  Type.Object(
    {
      every: Type.Literal('week'),
      weekdays: Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), { minItems: 1, maxItems: 7, uniqueItems: true }),
    },
    closed,
  ),
  Type.Object(
    {
      every: Type.Literal('month'),
      days: Type.Array(Type.Integer({ minimum: 1, maximum: 32 }), { minItems: 1, maxItems: 32, uniqueItems: true }),
    },
    closed,
  ),
  Type.Object({ every: Type.Literal('quarter') }, closed),
]);
export type Rhythm = Static<typeof Rhythm>;

export const EVERY_DAY: Rhythm = { every: 'days', days: 1 };

/** Stands for the last day of a month, however long it is. */
const LAST_DAY = 32;
const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;

/**
 * Whether a part is settled with this day. `since` is the first day of the terms, from which days are counted; what is
 * unsettled counts without its sign. Follows from the arguments alone.
 */
export function isSettlementDay(rhythm: Rhythm, date: BusinessDate, since: BusinessDate, unsettledFen: Fen): boolean {
  switch (rhythm.every) {
    case 'days':
      return (daysBetween(since, date) + 1) % rhythm.days === 0 || (rhythm.monthEnd === true && isLastOfMonth(date));
    case 'amount': {
      const amount = unsettledFen < 0n ? -unsettledFen : unsettledFen;
      return amount >= BigInt(rhythm.limitFen) || (rhythm.monthEnd === true && isLastOfMonth(date));
    }
    case 'week':
      return rhythm.weekdays.includes(weekdayOf(date));
    case 'month':
      return rhythm.days.includes(dayOfMonth(date)) || (rhythm.days.includes(LAST_DAY) && isLastOfMonth(date));
    case 'quarter':
      return isLastOfMonth(date) && Number(date.slice(5, 7)) % 3 === 0;
  }
}

/** The rhythm as people say it. */
export function rhythmText(rhythm: Rhythm): string {
  switch (rhythm.every) {
    case 'days': {
      const days = rhythm.days === 1 ? 'every day' : `every ${rhythm.days} days`;
      return rhythm.monthEnd === true && rhythm.days > 1 ? `${days} and at the end of the month` : days;
    }
    case 'amount': {
      const limit = `from ${formatYuan(BigInt(rhythm.limitFen) as Fen)} yuan on`;
      return rhythm.monthEnd === true ? `${limit} and at the end of the month` : limit;
    }
    case 'week':
      return `every ${[...rhythm.weekdays]
        .sort()
        .map((day) => WEEKDAYS[day - 1])
        .join(', ')}`;
    case 'month': {
      const days = [...rhythm.days].sort((a, b) => a - b);
      return `monthly on ${days.map((day) => (day === LAST_DAY ? 'the last day' : `day ${day}`)).join(', ')}`;
    }
    case 'quarter':
      return 'at the end of the quarter';
  }
}

const DAY_MS = 86_400_000;
/** Whole days from one date to another. */
export const daysBetween = (from: BusinessDate, to: BusinessDate): number =>
  Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS);
const dayOfMonth = (date: BusinessDate): number => Number(date.slice(8));
const isLastOfMonth = (date: BusinessDate): boolean => addDays(date, 1).endsWith('-01');
/** 1 Monday … 7 Sunday. */
const weekdayOf = (date: BusinessDate): number => ((new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7) + 1;
