import { readFile, rename, writeFile } from 'node:fs/promises';
import { citycardErrors } from '../errors.ts';
import type { Command } from './command.ts';
import type { Connection } from './connection.ts';
import { bytesOf } from './fetched-bytes.ts';
import { fitting, noMore } from './fitting.ts';

const PERIOD = /^20\d{2}(-\d{2}(-\d{2})?|Q[1-4])$/;
const A_PERIOD = 'a day 2026-11-20, a month 2026-11 or a quarter 2026Q4';
const NUMBER = /^[1-9][0-9]{0,14}$/;
const DAY = /^20\d{2}-\d{2}-\d{2}$/;
const FILE = /^.+$/;
const WORDS = /^[^]{3,4000}$/;

type Run = (connection: Connection, rest: readonly string[]) => Promise<unknown>;

function auditing(words: string, help: string, run: Run, person = 'auditor'): Command {
  return {
    words,
    help: `${words}${help}`,
    person,
    running: false,
    takesWords: true,
    run: async (connection, rest) => ({ answer: await run(connection, rest), ok: true }),
  };
}

/** What is fetched is whole or not there. */
async function fetchTo(connection: Connection, path: string, file: string): Promise<unknown> {
  const bytes = await bytesOf(connection, path);
  await writeFile(`${file}.part`, bytes);
  await rename(`${file}.part`, file);
  return { file, bytes: bytes.length };
}

/** Looking into the books, and asking about them (docs/audit.md). */
export const auditCommands: readonly Command[] = [
  {
    words: 'acts verify',
    help: 'acts verify: recompute the chain of the act log; exit code 1 and the first line that does not fit when it is broken',
    person: 'auditor',
    running: false,
    run: async (connection) => {
      const answer = (await connection.get('/v1/acts/verification')) as { readonly ok: boolean };
      return { answer, ok: answer.ok };
    },
  },
  {
    words: 'audit view',
    help: 'audit view --at YYYY-MM-DDTHH:MM: what the system knew at that instant',
    person: 'auditor',
    running: false,
    asks: ['at'],
    run: async (connection, _, { line: { at } }) => {
      if (at === undefined || Number.isNaN(Date.parse(at)))
        throw citycardErrors.badOption('audit view takes --at YYYY-MM-DDTHH:MM, the time of the city');
      const full = /(Z|[+-]\d{2}:\d{2})$/.test(at) ? at : `${at.length === 10 ? `${at}T00:00` : at}+08:00`;
      const instant = encodeURIComponent(new Date(full).toISOString());
      return { answer: await connection.get(`/v1/audit/view?at=${instant}`), ok: true };
    },
  },
  auditing(
    'audit sample',
    ' DEFINITION.json: draw records by seed and stratum',
    async (connection, [file, ...more]) => {
      noMore(more, 'audit sample DEFINITION.json');
      const text = await readFile(fitting(file, FILE, 'the file of the definition'), 'utf8').catch((cause: unknown) => {
        throw citycardErrors.badOption(`${file} cannot be read`, cause);
      });
      try {
        return await connection.post('/v1/audit/samples', JSON.parse(text));
      } catch (error) {
        if (error instanceof SyntaxError) throw citycardErrors.badOption(`${file} is no JSON: ${error.message}`);
        throw error;
      }
    },
  ),
  auditing(
    'audit evidence',
    ' NUMBER FILE.zip: the evidence of every record of a sample',
    async (connection, [number, file, ...more]) => {
      noMore(more, 'audit evidence NUMBER FILE.zip');
      const path = `/v1/audit/samples/${fitting(number, NUMBER, 'the number of a sample')}/evidence`;
      return fetchTo(connection, path, fitting(file, FILE, 'a file to write'));
    },
  ),
  auditing(
    'audit recompute',
    ' NUMBER FILE.zip: the same with every TAC computed anew by the HSM',
    async (connection, [number, file, ...more]) => {
      noMore(more, 'audit recompute NUMBER FILE.zip');
      const path = `/v1/audit/samples/${fitting(number, NUMBER, 'the number of a sample')}/recomputed-evidence`;
      return fetchTo(connection, path, fitting(file, FILE, 'a file to write'));
    },
  ),
  auditing(
    'audit data',
    ' PERIOD FILE.zip: the audit data file of a closed day, month or quarter, and FILE.zip.p7s, its signature',
    async (connection, [period, file, ...more]) => {
      noMore(more, 'audit data PERIOD FILE.zip');
      const path = `/v1/audit/data/${fitting(period, PERIOD, A_PERIOD)}`;
      const fetched = await fetchTo(connection, path, fitting(file, FILE, 'a file to write'));
      await fetchTo(connection, `${path}/signature`, `${file}.p7s`);
      return fetched;
    },
  ),
  auditing('inquiry list', ': inquiries with answers, open ones first', (connection) =>
    connection.get('/v1/audit/inquiries'),
  ),
  auditing(
    'inquiry ask',
    ' DEADLINE SUBJECT QUESTION: ask the company',
    async (connection, [deadline, subject, ...question]) =>
      connection.post('/v1/audit/inquiries', {
        deadline: fitting(deadline, DAY, 'a deadline, YYYY-MM-DD'),
        subject: fitting(subject, WORDS, 'a subject, in quotes'),
        question: fitting(question.join(' '), WORDS, 'a question'),
      }),
  ),
  auditing(
    'inquiry answer',
    ' NUMBER ANSWER: answer for the company',
    async (connection, [number, ...answer]) =>
      connection.post(`/v1/audit/inquiries/${fitting(number, NUMBER, 'the number of an inquiry')}/answers`, {
        answer: fitting(answer.join(' '), WORDS, 'an answer'),
      }),
    'finance-maker',
  ),
  auditing(
    'inquiry close',
    ' NUMBER FINDING: close an inquiry with what was found',
    async (connection, [number, ...finding]) =>
      connection.post(`/v1/audit/inquiries/${fitting(number, NUMBER, 'the number of an inquiry')}/closing`, {
        finding: fitting(finding.join(' '), WORDS, 'a finding'),
      }),
  ),
];
