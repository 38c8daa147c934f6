/** A calendar day in the city, `YYYY-MM-DD`. */
export type BusinessDate = string & { readonly __businessDate: unique symbol };

/** City time is UTC+8 all year: China keeps one zone and no daylight saving time. */
const CITY_OFFSET_MS = 8 * 3_600_000;
const DAY_MS = 86_400_000;

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const COMPACT_DATE = /^(\d{4})(\d{2})(\d{2})$/;
const COMPACT_TIME = /^\d{6}$/;

/**
 * Reads `YYYY-MM-DD` or `YYYYMMDD`.
 *
 * @throws RangeError when the text has another form or names a day that does not exist (2026-02-29).
 */
export function businessDate(text: string): BusinessDate {
  const date = realDate(text);
  if (date === undefined) throw new RangeError(`"${text}" is not a calendar date (YYYY-MM-DD or YYYYMMDD)`);
  return date;
}

function realDate(text: string): BusinessDate | undefined {
  const match = DATE.exec(text) ?? COMPACT_DATE.exec(text);
  if (match === null) return undefined;
  const iso = `${match[1]}-${match[2]}-${match[3]}`;
  const milliseconds = Date.parse(`${iso}T00:00:00Z`);
  // Date.parse rolls 30 February over into March on some engines; reading it back settles the question.
  if (Number.isNaN(milliseconds) || isoDay(milliseconds) !== iso) return undefined;
  return iso as BusinessDate;
}

/** Days asked for again and again: today, and the first of the days a repeat may come from. */
const knownDays = new Map<number, string>();
const KNOWN_DAYS = 64;

function isoDay(milliseconds: number): string {
  const day = Math.floor(milliseconds / DAY_MS);
  let iso = knownDays.get(day);
  if (iso === undefined) {
    iso = new Date(milliseconds).toISOString().slice(0, 10);
    if (knownDays.size >= KNOWN_DAYS) knownDays.clear();
    knownDays.set(day, iso);
  }
  return iso;
}

/** The day it is in the city at this instant. */
export function cityDate(instant: Date): BusinessDate {
  return isoDay(instant.getTime() + CITY_OFFSET_MS) as BusinessDate;
}

/** Date and time in the city as terminals and cards carry them: `YYYYMMDD` and `HHMMSS`. */
export function cityDateTimeDigits(instant: Date): { date: string; time: string } {
  const iso = new Date(instant.getTime() + CITY_OFFSET_MS).toISOString();
  return { date: iso.slice(0, 10).replaceAll('-', ''), time: iso.slice(11, 19).replaceAll(':', '') };
}

/** The instant that city digits `YYYYMMDD`, `HHMMSS` name; undefined when there is no such date or time. */
export function instantOfCityDigits(date: string, time: string): Date | undefined {
  const start = startOfCityDay(date);
  if (start === undefined || !COMPACT_TIME.test(time)) return undefined;
  const clock = Number(time);
  const [hours, minutes, seconds] = [Math.floor(clock / 10_000), Math.floor(clock / 100) % 100, clock % 100];
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  return new Date(start + ((hours * 60 + minutes) * 60 + seconds) * 1000);
}

/** Records of a day name the same few dates again and again. */
const knownStarts = new Map<string, number>();

function startOfCityDay(date: string): number | undefined {
  const known = knownStarts.get(date);
  if (known !== undefined) return known;
  const day = COMPACT_DATE.test(date) ? realDate(date) : undefined;
  if (day === undefined) return undefined;
  const start = Date.parse(`${day}T00:00:00Z`) - CITY_OFFSET_MS;
  if (knownStarts.size >= KNOWN_DAYS) knownStarts.clear();
  knownStarts.set(date, start);
  return start;
}

/** The day so many calendar days later (earlier when negative). */
export function addDays(date: BusinessDate, days: number): BusinessDate {
  if (!Number.isSafeInteger(days)) throw new RangeError(`${days} is not a whole number of days`);
  return businessDate(isoDay(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS));
}

/** `2026-11-22` → `20261122`. */
export function compactDate(date: BusinessDate): string {
  return date.replaceAll('-', '');
}
