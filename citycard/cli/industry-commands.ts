import { readFile } from 'node:fs/promises';
import { citycardErrors } from '../errors.ts';
import type { Command } from './command.ts';
import { upload } from './upload.ts';

const CODE = /^(?!00)[0-9A-F]{2}$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const BILLER = /^[0-9A-Z]{4}$/;
const PAYMENT = /^[0-9a-f]{32}$/;

/** Industries and billers (docs/industries.md). What two people decide takes two: `--as` names the second. */
export const industryCommands: readonly Command[] = [
  {
    words: 'industry list',
    help: 'industries in force today, with their documents',
    person: 'auditor',
    running: false,
    run: async (connection) => ({ answer: await connection.get('/v1/industries'), ok: true }),
  },
  {
    words: 'industry versions',
    help: 'industry versions CODE: every version of an industry, the newest first',
    person: 'auditor',
    running: false,
    takesWord: true,
    run: async (connection, [code]) => ({
      answer: await connection.get(`/v1/industries/${fitting(code, CODE, 'a code, for example 0D')}/versions`),
      ok: true,
    }),
  },
  {
    words: 'industry propose',
    help: 'industry propose CODE YYYY-MM-DD FILE.json: a version of an industry that counts from that day on',
    person: 'platform',
    running: true,
    takesWords: true,
    run: async (connection, [code, validFrom, file, ...more]) => {
      if (more.length > 0) throw citycardErrors.badOption('industry propose takes a code, a date and a file');
      const path = `/v1/industries/${fitting(code, CODE, 'a code, for example 0D')}/versions`;
      fitting(validFrom, DATE, 'the first day of the version, YYYY-MM-DD');
      return { answer: await connection.post(path, { validFrom, document: await readDocument(file) }), ok: true };
    },
  },
  {
    words: 'industry approve',
    help: 'industry approve CODE VERSION: the second platform officer puts it in force (--as platform-2)',
    person: 'platform-2',
    running: true,
    takesWords: true,
    run: async (connection, [code, version, ...more]) => {
      if (more.length > 0) throw citycardErrors.badOption('industry approve takes a code and a version');
      fitting(version, /^[1-9][0-9]{0,5}$/, 'the number of the version');
      const path = `/v1/industries/${fitting(code, CODE, 'a code, for example 0D')}/versions/${version}/approval`;
      return { answer: await connection.post(path), ok: true };
    },
  },
  {
    words: 'industry findings',
    help: 'industry findings CODE YYYY-MM-DD: purchases of a day that are not as their industry says; exit code 1 when there are any',
    person: 'auditor',
    running: false,
    takesWords: true,
    run: async (connection, [code, date]) => {
      fitting(date, DATE, 'a business day, YYYY-MM-DD');
      const path = `/v1/industries/${fitting(code, CODE, 'a code, for example 06')}/findings?date=${date}`;
      const answer = (await connection.get(path)) as { findings: readonly unknown[] };
      return { answer, ok: answer.findings.length === 0 };
    },
  },
  {
    words: 'biller check',
    help: 'biller check CODE YYYY-MM-DD: ask a biller what it booked on a day and compare; exit code 1 while a difference is open',
    person: 'finance-maker',
    running: true,
    takesWords: true,
    run: async (connection, [biller, date]) => {
      fitting(date, DATE, 'a day that is over, YYYY-MM-DD');
      const path = `/v1/billers/${fitting(biller, BILLER, 'a biller, for example WATR')}/checks/${date}`;
      const answer = (await connection.post(path)) as { closed: boolean };
      return { answer, ok: answer.closed };
    },
  },
  {
    words: 'bill show',
    help: 'bill show PAYMENT: a payment of a bill by the id its biller knows it by, with its receipt',
    person: 'finance-maker',
    running: false,
    takesWord: true,
    run: async (connection, [payment]) => ({
      answer: await connection.get(`/v1/bill-payments/${fitting(payment, PAYMENT, 'the id of a payment')}`),
      ok: true,
    }),
  },
  {
    words: 'bill cancel',
    help: 'bill cancel PAYMENT REASON | bill cancel PAYMENT approve: take a paid bill back; the second person approves (--as finance-checker)',
    person: 'finance-maker',
    running: true,
    takesWords: true,
    run: async (connection, [payment, ...words]) => {
      const path = `/v1/bill-payments/${fitting(payment, PAYMENT, 'the id of a payment')}/cancellation`;
      const reason = words.join(' ');
      if (reason === '')
        throw citycardErrors.badOption('bill cancel takes a payment and a reason, or the word approve');
      if (reason === 'approve')
        return {
          answer: await upload(connection, {
            path: `${path}/approval`,
            headers: { 'idempotency-key': `${path}/approval` },
          }),
          ok: true,
        };
      const answer = await upload(connection, {
        path,
        type: 'application/json',
        content: Buffer.from(JSON.stringify({ reason })),
        headers: { 'idempotency-key': `${path} ${reason}`.slice(0, 255) },
      });
      return { answer, ok: true };
    },
  },
];

function fitting(word: string | undefined, form: RegExp, what: string): string {
  if (word !== undefined && form.test(word)) return word;
  throw citycardErrors.badOption(`name ${what}${word === undefined ? '' : `, not "${word}"`}`);
}

/** @throws citycard.bad-option naming what is wrong with the file */
async function readDocument(file = ''): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as unknown;
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'it is not JSON';
    throw citycardErrors.badOption(`${file} cannot be read: ${reason}`);
  }
}
