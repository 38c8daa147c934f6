import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { citycardErrors } from '../errors.ts';
import type { Command } from './command.ts';
import type { Connection } from './connection.ts';

const MANIFEST = '.manifest.json';
const parts = { manifest: MANIFEST, content: '.jsonl', signature: '.p7s' } as const;

/** A file as it travels: base64. */
type FileTexts = Record<keyof typeof parts, string>;

export const populationCommands: readonly Command[] = [
  {
    words: 'population import',
    help: "population import FILE…: deliver departments' deltas (name the manifests); the acknowledgements are written beside them",
    person: 'registrar-1',
    running: true,
    takesWords: true,
    run: async (connection, manifests, { say }) => {
      if (manifests.length === 0) throw citycardErrors.badOption('population import takes manifests (….manifest.json)');
      const answers: Imported[] = [];
      for (const manifest of manifests) answers.push(await importOne(connection, manifest, say));
      return { answer: { files: answers }, ok: answers.every(({ outcomes }) => outcomes['rejected'] === 0) };
    },
  },
  {
    words: 'population export',
    help: 'population export DEPARTMENT [FOLDER]: write the next delta for a department, or the one it has not acknowledged yet',
    person: 'registrar-1',
    running: true,
    takesWords: true,
    run: async (connection, [department, folder = '.', ...more]) => {
      if (department === undefined || more.length > 0)
        throw citycardErrors.badOption(
          'population export takes a department, for example public-security, and a folder',
        );
      const path = `/v1/departments/${encodeURIComponent(department)}/population-exports`;
      const { file, ...answer } = (await connection.post(path)) as { file: FileTexts & { name: string } };
      await mkdir(folder, { recursive: true });
      return { answer: { ...answer, file: await writeFiles(join(folder, file.name), file) }, ok: true };
    },
  },
  {
    words: 'population acknowledge',
    help: "population acknowledge FILE…: deliver departments' acknowledgements of exports (name the manifests)",
    person: 'registrar-1',
    running: true,
    takesWords: true,
    run: async (connection, manifests) => {
      if (manifests.length === 0) throw citycardErrors.badOption('population acknowledge takes manifests');
      const answers: unknown[] = [];
      for (const manifest of manifests) {
        const { department, file } = await readFiles(manifest);
        answers.push(await connection.post(`/v1/departments/${department}/population-acknowledgements`, file));
      }
      return { answer: { acknowledged: answers }, ok: true };
    },
  },
  {
    words: 'population conflicts',
    help: 'what departments and we say differently, masked; a number behind it goes on from there',
    person: 'registrar-1',
    running: false,
    takesWord: true,
    run: async (connection, [after = '0']) => ({
      answer: await connection.get(`/v1/population/conflicts?after=${encodeURIComponent(after)}`),
      ok: true,
    }),
  },
  {
    words: 'population resolve',
    help: 'population resolve CONFLICT theirs|ours REASON: decide a conflict; a sensitive one is proposed so',
    person: 'registrar-1',
    running: true,
    takesWords: true,
    run: async (connection, [conflict, decision, ...reason]) => {
      const path = conflictPath(conflict, decision);
      if (reason.length === 0) throw citycardErrors.badOption('population resolve takes a reason behind the decision');
      const body = { decision, reason: reason.join(' ') };
      const { sensitive } = (await connection.get(`${path}`)) as { sensitive: boolean };
      const answer = await connection.post(`${path}/${sensitive ? 'proposal' : 'resolution'}`, body);
      const state = sensitive ? 'proposed' : decision;
      return { answer: { conflict, state, ...(answer as object | undefined) }, ok: true };
    },
  },
  {
    words: 'population approve',
    help: 'population approve CONFLICT theirs|ours: the second registrar carries out what was proposed',
    person: 'registrar-2',
    running: true,
    takesWords: true,
    run: async (connection, [conflict, decision, ...more]) => {
      if (more.length > 0) throw citycardErrors.badOption(`population approve takes no "${more[0]}"`);
      await connection.post(`${conflictPath(conflict, decision)}/approval`, { decision });
      return { answer: { conflict, state: decision }, ok: true };
    },
  },
  {
    words: 'dictionary',
    help: 'dictionary FILE: write the data dictionary of the installation as a page',
    person: 'auditor',
    running: false,
    takesWord: true,
    run: async (connection, [file]) => {
      if (file === undefined) throw citycardErrors.badOption('dictionary takes the name of the page to write');
      const { page } = (await connection.get('/v1/data-dictionary')) as { page: string };
      await writeFile(file, page);
      return { answer: { written: file, lines: page.split('\n').length - 1 }, ok: true };
    },
  },
];

interface Imported {
  readonly outcomes: Readonly<Record<string, number>>;
}

async function importOne(connection: Connection, manifest: string, say: (sentence: string) => void): Promise<Imported> {
  const { department, file } = await readFiles(manifest);
  const path = `/v1/departments/${department}/population-files`;
  const delivery = connection.post(path, file);
  const watch = tellProgress(connection, path, say);
  const { acknowledgement, ...answer } = (await delivery.finally(watch.stop)) as Imported & {
    acknowledgement: FileTexts & { name: string };
  };
  const written = await writeFiles(join(dirname(manifest), acknowledgement.name), acknowledgement);
  return { ...answer, ...{ acknowledgement: written } };
}

/** A second between two questions how far a file is: more would only slow it down. */
const PROGRESS_MS = 1_000;

/** Says how far the file that is being worked off is, until stopped. */
function tellProgress(connection: Connection, path: string, say: (sentence: string) => void): { stop(): void } {
  let stopped = false;
  const ask = async () => {
    const { files } = (await connection.get(path)) as { files: readonly FileProgress[] };
    const file = files.find(({ direction, state }) => direction === 'to-city' && state === 'received');
    if (!stopped && file !== undefined)
      say(
        `file ${file.sequence}: ${file.rowsDone} of ${file.rows} rows; when this is broken off, send the same file again`,
      );
  };
  // Not knowing how far it is does no harm: the delivery itself says what is wrong.
  const timer = setInterval(() => void ask().catch(() => undefined), PROGRESS_MS);
  return {
    stop: () => {
      stopped = true;
      clearInterval(timer);
    },
  };
}

interface FileProgress {
  readonly direction: string;
  readonly sequence: number;
  readonly state: string;
  readonly rows: number;
  readonly rowsDone: number;
}

/** The manifest and what lies beside it under the same name. @throws citycard.bad-option naming the file that cannot be read */
async function readFiles(manifest: string): Promise<{ department: string; file: FileTexts }> {
  if (!manifest.endsWith(MANIFEST))
    throw citycardErrors.badOption(`"${basename(manifest)}" is no manifest; name the file that ends in ${MANIFEST}`);
  const stem = manifest.slice(0, -MANIFEST.length);
  const read: Buffer[] = [];
  // One after the other: of a file that lies there in half, the same part is always named.
  for (const ending of Object.values(parts))
    read.push(
      await readFile(stem + ending).catch((error: NodeJS.ErrnoException) => {
        throw citycardErrors.badOption(`${basename(stem)}${ending} cannot be read (${error.code ?? String(error)})`);
      }),
    );
  const [bytes, content, signature] = read;
  const base64 = (part: Buffer | undefined) => part?.toString('base64') ?? '';
  const file = { manifest: base64(bytes), content: base64(content), signature: base64(signature) };
  return { department: departmentOf(bytes), file };
}

/** Which department the file says it is of; whether that is true is for the installation to find out. */
function departmentOf(manifest: Buffer | undefined): string {
  try {
    const { department } = JSON.parse(manifest?.toString('utf8') ?? '') as { department?: unknown };
    if (typeof department === 'string' && /^[a-z-]{1,40}$/.test(department)) return department;
  } catch {
    // Said below.
  }
  throw citycardErrors.badOption('the manifest names no department; is it a manifest at all?');
}

/** Content and signature first, the manifest last: who finds a manifest finds the rest. */
async function writeFiles(stem: string, file: FileTexts): Promise<string> {
  for (const part of ['content', 'signature', 'manifest'] as const)
    await writeFile(stem + parts[part], Buffer.from(file[part], 'base64'), { mode: 0o600 });
  return stem + MANIFEST;
}

function conflictPath(conflict: string | undefined, decision: string | undefined): string {
  if (conflict === undefined || !/^[0-9]{1,18}$/.test(conflict))
    throw citycardErrors.badOption('name the conflict by its number; citycard population conflicts lists them');
  if (decision !== 'theirs' && decision !== 'ours')
    throw citycardErrors.badOption('the decision is "theirs" or "ours"');
  return `/v1/population/conflicts/${conflict}`;
}
