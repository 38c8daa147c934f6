import { cityDateTimeDigits } from '@citycard/common';

/** Fields 12 and 13 of an answer. */
export interface ClockDigits {
  /** City time, HHMMSS. */
  readonly time: string;
  /** City date, MMDD. */
  readonly day: string;
  /** Both as they are packed: HH MM SS MM DD. */
  readonly packed: Buffer;
}

let second = Number.NaN;
let digits: ClockDigits = { time: '', day: '', packed: Buffer.alloc(0) };

/** Fields 12 and 13 at an instant. Those of one second are written once: thousands of answers share it. */
export function clockDigits(at: Date): ClockDigits {
  const asked = Math.floor(at.getTime() / 1000);
  if (asked === second) return digits;
  const { date, time } = cityDateTimeDigits(at);
  const day = date.slice(4);
  digits = { time, day, packed: Buffer.from(time + day, 'hex') };
  second = asked;
  return digits;
}
