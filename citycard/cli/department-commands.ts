import { citycardErrors } from '../errors.ts';
import type { Command } from './command.ts';
import type { Connection } from './connection.ts';
import { readJsonFile } from './json-file.ts';

/** With whom population data is shared; who decides, decides from a file that both people have before them. */
export const departmentCommands: readonly Command[] = [
  {
    words: 'population departments',
    help: 'with whom population data is shared, and what each department may have for which purpose',
    person: 'registrar-1',
    running: false,
    run: async (connection) => ({ answer: await connection.get('/v1/departments'), ok: true }),
  },
  {
    words: 'population department',
    help: 'population department DEPARTMENT propose FILE | approve NUMBER FILE: its terms; FILE holds name, certificateCn, queriesPerMinute, oldestPeriodDays, statistics, reference as JSON',
    person: 'registrar-1',
    running: true,
    takesWords: true,
    run: (connection, words) => decide(connection, words, 'terms'),
  },
  {
    words: 'population entitle',
    help: 'population entitle DEPARTMENT propose FILE | approve NUMBER FILE | revoke FILE: what it may have; FILE holds purpose, items, reference as JSON',
    person: 'registrar-1',
    running: true,
    takesWords: true,
    run: (connection, words) => decide(connection, words, 'entitlements'),
  },
];

/** Proposed by one person, approved by another with the same file (`--as registrar-2`), taken away by one. */
async function decide(
  connection: Connection,
  [department, act, ...rest]: readonly string[],
  what: 'terms' | 'entitlements',
): Promise<{ answer: unknown; ok: true }> {
  if (department === undefined || !/^[a-z-]{1,40}$/.test(department))
    throw citycardErrors.badOption('name the department, for example public-security');
  const path = `/v1/departments/${department}/${what}`;
  if (act === 'propose' && rest.length === 1)
    return { answer: await connection.post(path, await readJsonFile(rest[0])), ok: true };
  if (act === 'approve' && rest.length === 2) {
    const [approval, file] = rest;
    if (approval === undefined || !/^[0-9]{1,18}$/.test(approval))
      throw citycardErrors.badOption('approve takes the number that the proposal answered, and the same file');
    await connection.post(`${path}/${approval}/approval`, await readJsonFile(file));
    return { answer: { department, approved: approval }, ok: true };
  }
  if (act === 'revoke' && rest.length === 1 && what === 'entitlements')
    return { answer: await connection.post(`${path}/revocation`, await readJsonFile(rest[0])), ok: true };
  const acts =
    what === 'terms' ? 'propose FILE or approve NUMBER FILE' : 'propose FILE, approve NUMBER FILE or revoke FILE';
  throw citycardErrors.badOption(`behind the department stands ${acts}`);
}
