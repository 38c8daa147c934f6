import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { text } from 'node:stream/consumers';
import { readCsv, RESIDENT_BATCH_ROWS } from '@citycard/card-issuer';
import { citycardErrors } from '../errors.ts';
import type { Command, Surroundings } from './command.ts';
import type { Connection } from './connection.ts';

/** How far an import is, as the API tells it. */
interface Progress {
  readonly importId: number;
  readonly state: 'staging' | 'admitting' | 'done' | 'abandoned';
  readonly batches: number;
  readonly rows: number;
  readonly refused: number;
  readonly bucketsLeft: number;
  readonly accepted: number;
  readonly known: number;
}

/** Outcomes printed; the whole list stands in the installation. */
const OUTCOMES_SHOWN = 1_000;

export const residentCommands: readonly Command[] = [
  {
    words: 'residents import',
    help: 'residents import FILE: register the residents of a CSV file; sent again, it goes on where it was broken off',
    person: 'registrar-1',
    running: true,
    takesWord: true,
    run: async (connection, [file], surroundings) => {
      if (file === undefined) throw citycardErrors.badOption('residents import takes a file');
      const progress = await importFile(connection, file, surroundings);
      const { outcomes } = (await connection.get(`/v1/resident-imports/${progress.importId}/outcomes`)) as {
        outcomes: readonly unknown[];
      };
      return { answer: { ...progress, outcomes: outcomes.slice(0, OUTCOMES_SHOWN) }, ok: progress.refused === 0 };
    },
  },
  {
    words: 'residents find',
    help: 'find a resident, masked; reads {"idNumber"|"phone"|"name": …, "purpose": …} from standard input, so that no number stands in a shell history',
    person: 'clerk-1',
    running: false,
    run: async (connection) => ({ answer: await connection.post('/v1/residents/search', await question()), ok: true }),
  },
  {
    words: 'residents duplicates',
    help: 'go through everybody for pairs that may be one person, and list those nobody has decided, masked',
    person: 'registrar-1',
    running: false,
    run: async (connection) => {
      const search = (await connection.post('/v1/residents/duplicates/search')) as { found: number };
      const list = (await connection.get('/v1/residents/duplicates')) as { pairs: readonly unknown[] };
      return { answer: { found: search.found, pairs: list.pairs }, ok: true };
    },
  },
];

async function question(): Promise<unknown> {
  try {
    return JSON.parse(await text(process.stdin)) as unknown;
  } catch {
    throw citycardErrors.badOption('residents find reads one JSON object from standard input');
  }
}

/** Sends the rows in batches, then has them admitted until none is left. A batch that was sent before is sent again. */
async function importFile(connection: Connection, file: string, { say }: Surroundings): Promise<Progress> {
  const rows = readCsv(await openText(file));
  const header = await rows.next();
  if (header.done === true) throw citycardErrors.badOption(`${file} is empty`);
  const begun = await connection.post('/v1/resident-imports', { name: basename(file), columns: header.value });
  let progress = begun as Progress;
  const path = `/v1/resident-imports/${progress.importId}`;
  if (progress.state === 'staging') {
    let batchNo = 0;
    for await (const batch of inBatches(rows)) {
      batchNo += 1;
      await connection.post(`${path}/batches/${batchNo}`, { rows: batch });
      say(`batch ${batchNo} checked and staged`);
    }
  }
  do {
    progress = (await connection.post(`${path}/admission`)) as Progress;
    say(`${progress.accepted} registered, ${progress.known} known already, ${progress.bucketsLeft} of 64 parts left`);
  } while (progress.state === 'admitting');
  return progress;
}

async function* inBatches(rows: AsyncIterable<string[]>): AsyncGenerator<string[][]> {
  let batch: string[][] = [];
  for await (const row of rows) {
    batch.push(row);
    if (batch.length === RESIDENT_BATCH_ROWS) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

async function openText(file: string): Promise<AsyncIterable<string>> {
  const stream = createReadStream(file, { encoding: 'utf8' });
  return new Promise((resolve, reject) => {
    stream.once('open', () => resolve(stream as AsyncIterable<string>));
    stream.once('error', (error) => reject(citycardErrors.badOption(`${file} cannot be read: ${error.message}`)));
  });
}
