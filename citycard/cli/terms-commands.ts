import { citycardErrors } from '../errors.ts';
import type { Command } from './command.ts';
import { readJsonFile } from './json-file.ts';

interface TermsWords {
  /** What is typed: `fees show`. */
  readonly noun: string;
  readonly path: string;
  readonly what: string;
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;

function dateOf(word: string | undefined, what: string): string {
  if (word !== undefined && DATE.test(word)) return word;
  throw citycardErrors.badOption(`name ${what}, YYYY-MM-DD${word === undefined ? '' : `, not "${word}"`}`);
}

function versionOf([version, ...more]: readonly string[]): string {
  if (version !== undefined && /^[1-9]\d{0,5}$/.test(version) && more.length === 0) return version;
  throw citycardErrors.badOption('this takes the number of a version');
}

/** What people do with one kind of document: read, propose, approve, withdraw. */
function commandsOf({ noun, path, what }: TermsWords): readonly Command[] {
  return [
    {
      words: `${noun} propose`,
      help: `${noun} propose YYYY-MM-DD FILE.json: ${what} from that business day on; a second person approves`,
      person: 'finance-maker',
      running: false,
      takesWords: true,
      run: async (connection, [validFrom, file, ...more]) => {
        if (more.length > 0) throw citycardErrors.badOption(`${noun} propose takes a date and a file`);
        const body = { validFrom: dateOf(validFrom, 'the first day'), document: await readJsonFile(file) };
        return { answer: await connection.post(path, body), ok: true };
      },
    },
    {
      words: `${noun} approve`,
      help: `${noun} approve VERSION: the second person puts ${what} in force (--as finance-checker)`,
      person: 'finance-checker',
      running: false,
      takesWords: true,
      run: async (connection, words) => ({
        answer: await connection.post(`${path}/${versionOf(words)}/approval`),
        ok: true,
      }),
    },
    {
      words: `${noun} withdraw`,
      help: `${noun} withdraw VERSION: take a proposal back`,
      person: 'finance-maker',
      running: false,
      takesWords: true,
      run: async (connection, words) => ({
        answer: await connection.delete(`${path}/${versionOf(words)}`),
        ok: true,
      }),
    },
  ];
}

function showCommands({ noun, path, what }: TermsWords): readonly Command[] {
  return [
    {
      words: `${noun} show`,
      help: `${noun} show [YYYY-MM-DD]: ${what} in force on a day, the open one when none is named`,
      person: 'auditor',
      running: false,
      takesWords: true,
      run: async (connection, [date]) => {
        const query = date === undefined ? '' : `?date=${dateOf(date, 'a day')}`;
        return { answer: await connection.get(`${path}${query}`), ok: true };
      },
    },
    {
      words: `${noun} versions`,
      help: `${noun} versions: every document proposed, the newest first`,
      person: 'auditor',
      running: false,
      run: async (connection) => ({ answer: await connection.get(`${path}/versions`), ok: true }),
    },
  ];
}

const fees: TermsWords = { noun: 'fees', path: '/v1/fee-tables', what: 'fees' };
const settlement: TermsWords = { noun: 'settlement-terms', path: '/v1/settlement-terms', what: 'settlement terms' };
const concessions: TermsWords = { noun: 'concessions', path: '/v1/concession-rules', what: 'concessions' };
const holidays: TermsWords = { noun: 'holidays', path: '/v1/holiday-years', what: 'the bank holidays of a year' };

/** Fees (docs/fees.md), settlement terms and bank holidays (docs/clearing-day.md), concessions (docs/concessions.md). */
export const termsCommands: readonly Command[] = [
  ...showCommands(fees),
  ...commandsOf(fees),
  {
    words: 'fees explain',
    help: 'fees explain YYYY-MM-DD PARTICIPANT: how a fee of a priced day came about, to be added up by hand',
    person: 'auditor',
    running: false,
    takesWords: true,
    run: async (connection, [date, participantNo]) => {
      if (participantNo === undefined || !/^[0-9A-Za-z.-]{4,15}$/.test(participantNo))
        throw citycardErrors.badOption('fees explain takes a business day and the number of a participant');
      const path = `/v1/clearing-days/${dateOf(date, 'a business day')}/pricing/${participantNo}`;
      return { answer: await connection.get(path), ok: true };
    },
  },
  ...showCommands(settlement),
  ...commandsOf(settlement),
  ...showCommands(concessions),
  ...commandsOf(concessions),
  {
    words: 'holidays show',
    help: 'holidays show: bank holidays put in force here, and every proposal',
    person: 'auditor',
    running: false,
    run: async (connection) => ({ answer: await connection.get('/v1/holiday-years'), ok: true }),
  },
  ...commandsOf(holidays),
];
