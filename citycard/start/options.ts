import { parseArgs } from 'node:util';
import { citycardErrors } from '../errors.ts';

/** How a day in the city is to be played. */
export interface StartOptions {
  /** Play one day on a clean installation and end. */
  readonly once: boolean;
  /** Empty the demo of this folder first. */
  readonly fresh: boolean;
  readonly json: boolean;
  readonly help: boolean;
  readonly cards: number;
  readonly purchases: number;
  readonly seed: number;
}

export const startUsage = `npm start -- [options]: a day in the city, then serving until Ctrl-C

  --cards N       cards issued (10 to 20000, default 100)
  --purchases N   purchases made with them (10 to 500000, default 1000)
  --seed S        what is random follows from it; the same seed gives the same amounts (default 1)
  --once          start clean, play one day, end
  --fresh         start clean
  --json          print the day as one JSON document on standard output, everything else on standard error
  --help          this text

Started again, a demo that was played to its end goes on serving; one that was cut short starts clean.
DATABASE_URL and REDIS_URL, when set, are used instead of the built-in PostgreSQL.
`;

/** @throws citycard.bad-option naming the option and its range */
export function readStartOptions(words: readonly string[]): StartOptions {
  let values;
  try {
    ({ values } = parseArgs({
      args: joinNegative(words),
      options: {
        once: { type: 'boolean', default: false },
        fresh: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        cards: { type: 'string', default: '100' },
        purchases: { type: 'string', default: '1000' },
        seed: { type: 'string', default: '1' },
      },
    }));
  } catch (error) {
    throw citycardErrors.badOption(error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : String(error));
  }
  return {
    once: values.once,
    fresh: values.fresh,
    json: values.json,
    help: values.help,
    cards: wholeNumber('cards', values.cards, 10, 20_000),
    purchases: wholeNumber('purchases', values.purchases, 10, 500_000),
    seed: wholeNumber('seed', values.seed, 0, 4_294_967_295),
  };
}

/** `--seed -1` as `--seed=-1`: a number below zero is out of range, not an option called 1. */
function joinNegative(words: readonly string[]): string[] {
  const joined: string[] = [];
  for (const word of words) {
    const last = joined.at(-1);
    if (/^-\d/.test(word) && last !== undefined && /^--\w+$/.test(last)) joined[joined.length - 1] = `${last}=${word}`;
    else joined.push(word);
  }
  return joined;
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) {
    throw citycardErrors.badOption(`--${name} takes a whole number from ${least} to ${most}, not "${text}"`);
  }
  return value;
}
