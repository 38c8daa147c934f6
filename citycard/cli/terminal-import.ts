import { readFile, writeFile } from 'node:fs/promises';
import { readCsvTable, writeCsv } from '@citycard/card-issuer';
import { registrationColumns } from '@citycard/terminal-gateway';
import { citycardErrors } from '../errors.ts';
import type { Answered } from './command.ts';
import type { Connection } from './connection.ts';

/** Rows of one request when every good row may stand alone; enough to say now and then how far it is. */
const ROWS_AT_ONCE = 500;

interface PartAnswer {
  readonly registered: number;
  readonly unchanged: number;
  readonly bad: readonly { readonly row: number; readonly problem: string }[];
}

interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * Registers the terminals of a table whose first row names the columns. Good rows are registered and bad ones written to
 * `FILE.bad.csv` with what is wrong in a last column, to be mended and handed in again; with `allOrNothing` either every row or
 * none. A list handed in again changes nothing that is there, so an import that broke off is simply begun again.
 */
export async function importTerminals(
  connection: Connection,
  file: string,
  { allOrNothing }: { readonly allOrNothing: boolean },
  say: (sentence: string) => void,
): Promise<Answered> {
  const { columns, rows } = await readTable(file);
  const at = allOrNothing ? rows.length : ROWS_AT_ONCE;
  const total = { rows: rows.length, registered: 0, unchanged: 0 };
  const bad: { readonly row: Row; readonly problem: string }[] = [];
  for (let first = 0; first < rows.length; first += at) {
    const part = rows.slice(first, first + at);
    const answer = (await connection.post('/v1/terminal-registrations', {
      allOrNothing,
      rows: part.map(({ cells }) => Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? '']))),
    })) as PartAnswer;
    total.registered += answer.registered;
    total.unchanged += answer.unchanged;
    for (const { row, problem } of answer.bad) {
      const named = part[row - 1];
      if (named !== undefined) bad.push({ row: named, problem });
    }
    say(
      `${Math.min(first + at, rows.length)} of ${rows.length} rows, ${total.registered} registered, ${bad.length} refused`,
    );
  }
  if (bad.length === 0) return { answer: { ...total, refused: 0 }, ok: true };
  const badRowsIn = `${file}.bad.csv`;
  await writeFile(
    badRowsIn,
    writeCsv([
      [...columns, 'problem'],
      ...bad.map(({ row, problem }) => [...columns.map((_, index) => row.cells[index] ?? ''), problem]),
    ]),
  );
  const lines = bad.map(({ row, problem }) => ({ line: row.line, problem }));
  return { answer: { ...total, refused: bad.length, badRowsIn, bad: lines }, ok: false };
}

async function readTable(file: string): Promise<{ columns: readonly string[]; rows: readonly Row[] }> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw citycardErrors.badOption(`${file} cannot be read: ${error.code}`);
  });
  const [head, ...rows] = readCsvTable(text);
  // A list that came back carries the problems of last time.
  const columns = (head?.cells ?? []).map((name) => name.trim()).filter((name) => name !== 'problem');
  const strange = columns.find((name) => !registrationColumns.includes(name));
  if (strange !== undefined || columns.length === 0)
    throw citycardErrors.badOption(
      `the first row of ${file} names the columns, some of ${registrationColumns.join(', ')}${strange === undefined ? '' : `, not "${strange}"`}`,
    );
  if (rows.length === 0) throw citycardErrors.badOption(`${file} holds no terminals`);
  return { columns, rows };
}
