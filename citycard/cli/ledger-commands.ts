import { businessDate } from '@citycard/common';
import { citycardErrors } from '../errors.ts';
import type { Answered, Command } from './command.ts';
import { readReceipts } from './receipt-files.ts';

const auditor = { person: 'auditor', running: false } as const;
const DAY = /^\d{4}-\d{2}-\d{2}/;

/** Whether a text is a day and no more. @throws citycard.bad-option for a day that no calendar has, with a time or without */
function isDay(option: string, text: string): boolean {
  const day = DAY.exec(text)?.[0];
  if (day === undefined) return false;
  try {
    return businessDate(day) === text;
  } catch {
    throw citycardErrors.badOption(`--${option}: ${day} is no day of the calendar`);
  }
}

/** An instant as the API takes it: a day of the city stands for its beginning, a time without a zone is the city's. */
function instant(option: string, text: string | undefined): string {
  if (text === undefined) throw citycardErrors.badOption(`this takes --${option} YYYY-MM-DD or YYYY-MM-DDTHH:MM`);
  if (isDay(option, text)) return `${text}T00:00:00+08:00`;
  const full = /(Z|[+-]\d{2}:\d{2})$/.test(text) ? text : `${text}+08:00`;
  if (Number.isNaN(Date.parse(full)))
    throw citycardErrors.badOption(`--${option} takes YYYY-MM-DD or YYYY-MM-DDTHH:MM, not "${text}"`);
  return full;
}

const query = (parameters: Readonly<Record<string, string | undefined>>): string => {
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
};

const proof = (answer: unknown): Answered => ({
  answer,
  ok: typeof answer === 'object' && answer !== null && 'ok' in answer && answer.ok === true,
});

/** The books: proofs, balances and statements of any time, archives (docs/ledger.md). */
export const ledgerCommands: readonly Command[] = [
  {
    ...auditor,
    words: 'ledger verify',
    asks: ['since', 'against'],
    help: 'recompute the hash chain and every balance; exit code 1 and the first fault when they do not hold [--since DAY|CHUNK: the chain from there on] [--against FILE|FOLDER: and that they are the books those receipts were given of]',
    run: async (connection, _, { line: { since, against } }) => {
      if (against !== undefined) {
        if (since !== undefined)
          throw citycardErrors.badOption('--against looks at the whole chain; leave out --since');
        return proof(await connection.post('/v1/ledger/verification', { receipts: await readReceipts(against) }));
      }
      if (since !== undefined && !isDay('since', since) && !/^\d{1,18}$/.test(since))
        throw citycardErrors.badOption(`--since takes YYYY-MM-DD or the number of a chunk, not "${since}"`);
      return proof(await connection.get(`/v1/ledger/verification${query({ since })}`));
    },
  },
  ...['ledger trial-balance', 'ledger balances'].map((words): Command => ({
    ...auditor,
    words,
    asks: ['at'],
    help: 'the trial balance; exit code 1 when its sum is not zero [--at YYYY-MM-DD: at the end of that business day; --at YYYY-MM-DDTHH:MM: at that instant]',
    run: async (connection, _, { line: { at } }) => {
      const moment = at === undefined || isDay('at', at) ? at : instant('at', at);
      const answer = await connection.get(`/v1/ledger/trial-balance${query({ at: moment })}`);
      return { answer, ok: typeof answer === 'object' && answer !== null && 'sumFen' in answer && answer.sumFen === 0 };
    },
  })),
  {
    ...auditor,
    words: 'ledger statement',
    asks: ['from', 'to', 'card'],
    takesWord: true,
    help: 'ledger statement ACCOUNT --from TIME [--to TIME] [--card CARD]: what moved on an account, with the balance before and after',
    run: async (connection, [account], { line }) => {
      if (account === undefined) throw citycardErrors.badOption('ledger statement takes an account');
      const to = line.to === undefined ? new Date().toISOString() : instant('to', line.to);
      const asked = query({ account, card: line.card, from: instant('from', line.from), to });
      return { answer: await connection.get(`/v1/ledger/statement${asked}`), ok: true };
    },
  },
  {
    person: 'platform',
    running: false,
    words: 'ledger archive',
    takesWord: true,
    help: 'ledger archive YEAR: export a closed year, carry forward what it came to, detach and seal it',
    run: async (connection, [year]) => {
      if (year === undefined || !/^20\d{2}$/.test(year)) throw citycardErrors.badOption('ledger archive takes a year');
      return { answer: await connection.post(`/v1/ledger/archives/${year}`), ok: true };
    },
  },
  {
    ...auditor,
    words: 'ledger archives',
    help: 'years that were archived',
    run: async (connection) => ({ answer: await connection.get('/v1/ledger/archives'), ok: true }),
  },
];
