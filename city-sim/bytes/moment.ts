import { packDigits } from './bcd.ts';

/** A moment of city time as cards and terminals write it: digits, no zone. */
export interface Moment {
  /** YYYYMMDD */
  readonly date: string;
  /** HHMMSS */
  readonly time: string;
}

const CITY_OFFSET_MS = 8 * 3_600_000;

/** The city's wall clock (UTC+8, no daylight saving) at an instant. */
export function momentOf(instant: Date): Moment {
  const iso = new Date(instant.getTime() + CITY_OFFSET_MS).toISOString();
  return { date: iso.slice(0, 10).replaceAll('-', ''), time: iso.slice(11, 19).replaceAll(':', '') };
}

/** date BCD 4 ‖ time BCD 3, the seven bytes of every purse command and record. */
export function momentBytes(moment: Moment): Buffer {
  const bytes = packDigits(moment.date + moment.time);
  if (bytes.length !== 7) throw new RangeError(`not a date and a time: ${moment.date} ${moment.time}`);
  return bytes;
}

/** Reads back what {@link momentBytes} wrote. */
export function momentFromBytes(bytes: Buffer): Moment {
  const digits = bytes.toString('hex');
  return { date: digits.slice(0, 8), time: digits.slice(8, 14) };
}
