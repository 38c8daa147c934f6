import { open, rm } from 'node:fs/promises';
import { citycardErrors } from '../errors.ts';
import type { Answered, Command } from './command.ts';
import type { Connection } from './connection.ts';
import { readJsonFile } from './json-file.ts';

/** Orders of courts and authorities, and what waits at the registrars' desk. */
export const registrarCommands: readonly Command[] = [
  {
    words: 'legal list',
    help: 'orders of courts and authorities and their state, newest first',
    person: 'registrar-1',
    running: false,
    run: async (connection) => ({ answer: await connection.get('/v1/legal-orders'), ok: true }),
  },
  {
    words: 'legal propose',
    help: 'legal propose FILE: enter an order; FILE holds kind (inquiry, freeze, unfreeze), authority, documentNo, and target or lifts as JSON, so that no number stands in a shell history',
    person: 'registrar-1',
    running: true,
    takesWord: true,
    run: async (connection, [file]) => {
      if (file === undefined) throw citycardErrors.badOption('legal propose takes a file');
      return { answer: await connection.post('/v1/legal-orders', await readJsonFile(file)), ok: true };
    },
  },
  {
    words: 'legal approve',
    help: 'legal approve ORDER: the second registrar has the order carried out',
    person: 'registrar-2',
    running: true,
    takesWord: true,
    run: async (connection, [order]) => ({
      answer: await connection.post(`${orderPath(order, 'approve')}/approval`),
      ok: true,
    }),
  },
  {
    words: 'legal refuse',
    help: 'legal refuse ORDER: the second registrar finds that the document does not carry the order',
    person: 'registrar-2',
    running: true,
    takesWord: true,
    run: async (connection, [order]) => {
      await connection.post(`${orderPath(order, 'refuse')}/refusal`);
      return { answer: { order, state: 'refused' }, ok: true };
    },
  },
  {
    words: 'legal collect',
    help: 'legal collect ORDER FILE: write the answer to an approved inquiry to a new file; it is given out once',
    person: 'registrar-1',
    running: true,
    takesWords: true,
    run: (connection, [order, file, ...more]) => {
      const path = `${orderPath(order, 'collect')}/collection`;
      if (file === undefined || more.length > 0)
        throw citycardErrors.badOption('legal collect takes the number of an order and a file for the answer');
      return collect(connection, path, file);
    },
  },
  {
    words: 'case list',
    help: 'what waits for a registrar: identities that do not match, records a department closed, rows it refused',
    person: 'registrar-1',
    running: false,
    run: async (connection) => ({ answer: await connection.get('/v1/registrar/cases'), ok: true }),
  },
  {
    words: 'case close',
    help: 'case close CASE OUTCOME: what was found and done, without personal data',
    person: 'registrar-1',
    running: true,
    takesWords: true,
    run: async (connection, [number, ...outcome]) => {
      if (number === undefined || !/^[0-9]{1,18}$/.test(number) || outcome.length === 0)
        throw citycardErrors.badOption('case close takes the number of a case and its outcome');
      await connection.post(`/v1/registrar/cases/${number}/closing`, { outcome: outcome.join(' ') });
      return { answer: { case: number, state: 'closed' }, ok: true };
    },
  },
];

function orderPath(order: string | undefined, act: string): string {
  if (order === undefined || !/^[0-9]{1,18}$/.test(order))
    throw citycardErrors.badOption(`legal ${act} takes the number of an order`);
  return `/v1/legal-orders/${order}`;
}

/** The file stands before the answer is asked for: there is no second one to ask for when it cannot be written. */
async function collect(connection: Connection, path: string, file: string): Promise<Answered> {
  const written = await open(file, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    throw citycardErrors.badOption(`${file} cannot be made: ${error.code ?? error.message}`);
  });
  try {
    const answer = await connection.post(path).catch(async (error: unknown) => {
      await rm(file);
      throw error;
    });
    await written.writeFile(`${JSON.stringify(answer, null, 2)}\n`);
    await written.sync();
  } finally {
    await written.close();
  }
  return { answer: { written: file }, ok: true };
}
