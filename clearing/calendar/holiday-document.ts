import {
  addDays,
  type BusinessDate,
  businessDate,
  chinaCalendar,
  type Static,
  type Transaction,
  Type,
} from '@citycard/common';
import { sharedShelf, type TermsKind } from '../terms/versions.ts';
import { storedHolidays } from './in-force.ts';

const closed = { additionalProperties: false } as const;
const Day = Type.String({ format: 'date' });

/** The bank holidays of one year, as the notice of the State Council names them (docs/clearing-day.md). */
export const HolidayDocument = Type.Object(
  {
    year: Type.Integer({ minimum: 2025, maximum: 2199 }),
    /** Number of the notice. */
    notice: Type.String({ minLength: 1, maxLength: 80 }),
    /** First and last day of each holiday. */
    holidays: Type.Array(Type.Tuple([Day, Day]), { minItems: 1, maxItems: 30 }),
    /** Saturdays and Sundays that are worked. */
    madeUp: Type.Array(Day, { maxItems: 30 }),
  },
  { ...closed, description: 'docs/clearing-day.md' },
);
export type HolidayDocument = Static<typeof HolidayDocument>;

/** Bank holidays as a document of two people. */
export const HOLIDAYS: TermsKind<HolidayDocument> = {
  shelf: sharedShelf('holidays'),
  act: 'holiday-year',
  problem: holidayProblem,
  apply: async (tx, _validFrom, { year, notice, holidays, madeUp }, version) => {
    await tx.query(
      `insert into clearing.holiday_year (year, notice, holidays, made_up, version) values ($1, $2, $3, $4, $5)
       on conflict (year) do update set notice = excluded.notice, holidays = excluded.holidays, made_up = excluded.made_up,
                                        version = excluded.version`,
      [year, notice, JSON.stringify(holidays), JSON.stringify(madeUp), version],
    );
  },
};

async function holidayProblem(
  tx: Transaction,
  _validFrom: BusinessDate,
  document: HolidayDocument,
): Promise<string | undefined> {
  const known = chinaCalendar().with(await storedHolidays(tx));
  const last = Number(known.lastDate.slice(0, 4));
  if (document.year > last + 1)
    return `the holidays of ${last + 1} come first: the known ones end on ${known.lastDate}`;
  if (document.year < Number(known.firstDate.slice(0, 4))) return `${document.year} lies before the calendar`;
  return datesProblem(document);
}

/** What is wrong with the dates of a year by themselves, or undefined. */
export function datesProblem({ year, holidays, madeUp }: HolidayDocument): string | undefined {
  const closedDays = new Set<string>();
  for (const [first, last] of holidays) {
    const stray = [first, last].find((day) => !day.startsWith(`${year}-`));
    if (stray !== undefined) return `${stray} is not a day of ${year}`;
    if (last < first) return `the holiday from ${first} ends before it begins (${last})`;
    for (let day = businessDate(first); day <= last; day = addDays(day, 1)) {
      if (closedDays.has(day)) return `two holidays overlap on ${day}`;
      closedDays.add(day);
    }
  }
  for (const day of madeUp) {
    if (!day.startsWith(`${year}-`)) return `${day} is not a day of ${year}`;
    if (closedDays.has(day)) return `${day} is a holiday and made up for at once`;
    const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
    if (weekday !== 0 && weekday !== 6) return `${day} is no Saturday or Sunday, so it cannot be made up for`;
  }
  if (new Set(madeUp).size !== madeUp.length) return 'a day is made up for twice';
  const forgotten = ALWAYS_CLOSED.find((day) => !closedDays.has(`${year}-${day}`));
  return forgotten && `${year}-${forgotten} is a public holiday by law and is not among the holidays`;
}

/** Days that are holidays in every year, whatever the notice moves around them. */
const ALWAYS_CLOSED = ['01-01', '05-01', '10-01', '10-02', '10-03'] as const;
