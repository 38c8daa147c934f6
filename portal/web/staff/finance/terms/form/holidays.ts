import { type Change, comparedLines } from './changes.ts';
import { dayAfter, type Faults, type Field, type Fields, faultsOf, isDay } from './field.ts';
import type { Line } from './words.ts';

/** The bank holidays of a year as they are typed. */
export interface TypedYear {
  readonly fields: Fields;
  readonly holidays: Record<'first' | 'last', string>[];
  readonly madeUp: Record<'day', string>[];
}

interface WrittenYear {
  readonly year: number;
  readonly notice?: string;
  readonly holidays: readonly (readonly [string, string])[];
  readonly madeUp: readonly string[];
}

export const yearFields: readonly Field[] = [
  { key: 'documentFrom', kind: 'day' },
  { key: 'year', kind: 'whole', least: 2025, most: 2199 },
  { key: 'notice', kind: 'text', longest: 80 },
];

/** Holidays in every year, whatever the notice moves around them. */
const ALWAYS_CLOSED = ['01-01', '05-01', '10-01', '10-02', '10-03'];
const SUNDAY = 0;
const SATURDAY = 6;

export const writtenYear = ({ fields, holidays, madeUp }: TypedYear): WrittenYear => ({
  year: Number(fields['year']),
  notice: (fields['notice'] ?? '').trim(),
  holidays: holidays.map(({ first, last }) => [first, last] as const),
  madeUp: madeUp.map(({ day }) => day),
});

export function typedYear(validFrom: string, document: unknown): TypedYear {
  const { year, notice = '', holidays, madeUp } = document as WrittenYear;
  return {
    fields: { documentFrom: validFrom, year: String(year), notice },
    holidays: holidays.map(([first, last]) => ({ first, last })),
    madeUp: madeUp.map((day) => ({ day })),
  };
}

/** What is wrong, by field, `holidays.2`, `madeUp.0`, or `holidays` for what is missing. */
export function yearFaults({ fields, holidays, madeUp }: TypedYear): Faults {
  const faults: Record<string, Faults[string]> = { ...faultsOf(yearFields, fields) };
  const year = (fields['year'] ?? '').trim();
  const closed = new Set<string>();
  for (const [at, { first, last }] of holidays.entries()) {
    const place = `holidays.${at}`;
    if (!isDay(first) || !isDay(last)) faults[place] = { key: 'day' };
    else if (!first.startsWith(`${year}-`) || !last.startsWith(`${year}-`))
      faults[place] = { key: 'otherYear', values: { year } };
    else if (last < first) faults[place] = { key: 'endsBefore', values: { from: first } };
    else
      for (let day = first; day <= last; day = dayAfter(day)) {
        if (closed.has(day)) faults[place] = { key: 'holidaysOverlap', values: { day } };
        closed.add(day);
      }
  }
  const forgotten = ALWAYS_CLOSED.find((day) => !closed.has(`${year}-${day}`));
  if (forgotten !== undefined)
    faults['holidays'] = { key: 'holidayForgotten', values: { day: `${year}-${forgotten}` } };
  const seen = new Set<string>();
  for (const [at, { day }] of madeUp.entries()) {
    const place = `madeUp.${at}`;
    const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
    if (!isDay(day)) faults[place] = { key: 'day' };
    else if (!day.startsWith(`${year}-`)) faults[place] = { key: 'otherYear', values: { year } };
    else if (closed.has(day)) faults[place] = { key: 'madeUpHoliday', values: { day } };
    else if (weekday !== SUNDAY && weekday !== SATURDAY) faults[place] = { key: 'madeUpWeekday', values: { day } };
    else if (seen.has(day)) faults[place] = { key: 'madeUpTwice', values: { day } };
    seen.add(day);
  }
  return faults;
}

type Translate = (key: string, values?: Record<string, unknown>) => string;

function linesOf({ notice, holidays, madeUp }: WrittenYear, t: Translate): Line[] {
  const spans = holidays.map(([first, last]) => (first === last ? first : `${first} – ${last}`));
  return [
    ...(notice === undefined ? [] : [{ label: t('finance.form.field.notice'), value: notice }]),
    { label: t('finance.calendar.holiday'), value: spans.join('\n') },
    {
      label: t('finance.calendar.made-up'),
      value: madeUp.length === 0 ? t('finance.form.nothing') : madeUp.join('\n'),
    },
  ];
}

/** What a document changes against the years put in force here. */
export function yearChanges(years: readonly unknown[], validFrom: string, document: unknown, t: Translate): Change[] {
  const written = document as WrittenYear;
  const before = (years as readonly WrittenYear[]).find(({ year }) => year === written.year);
  return [
    {
      title: t('finance.form.holidayYear', { year: written.year }),
      period: t('finance.form.from', { from: validFrom }),
      kind: before === undefined ? 'new' : 'changed',
      lines: comparedLines(before === undefined ? [] : linesOf(before, t), linesOf(written, t)),
    },
  ];
}
