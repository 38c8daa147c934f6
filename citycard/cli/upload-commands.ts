import { open, readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { citycardErrors } from '../errors.ts';
import type { Answered, Command, Surroundings } from './command.ts';
import { type Connection, problemText, reach } from './connection.ts';
import { download } from './upload.ts';

/** One request carries this much: the progress is told between them, and a broken line repeats no more. */
const PART_BYTES = 8 * 1024 * 1024;
/** A server that is away is asked again, longer and longer after, for about five minutes in all. */
const ATTEMPTS = 12;
const LONGEST_PAUSE_MS = 30_000;

interface Standing {
  readonly uploadId?: number;
  readonly offset?: number;
  readonly state: string;
  readonly file?: unknown;
}

export const uploadCommands: readonly Command[] = [
  {
    words: 'upload',
    takesWords: true,
    help: 'upload FILE [FILE.p7s]: deliver a signed purchase file (.ccpf or XF…) as its participant; goes on where it stopped when given again',
    person: 'operator',
    running: true,
    run: async (connection, [path, signaturePath, ...rest], surroundings) => {
      if (path === undefined || rest.length > 0)
        throw citycardErrors.badOption('upload takes a file and, where it has another name, its signature');
      return deliver(connection, path, signaturePath, surroundings);
    },
  },
  {
    words: 'uploads outcomes',
    takesWord: true,
    help: 'uploads outcomes NAME: what became of every record of a file, as CSV',
    person: 'platform',
    running: false,
    run: async (connection, [name]) => {
      if (name === undefined) throw citycardErrors.badOption('uploads outcomes takes the name of a file');
      const answer = await download(connection, `/v1/purchase-files/${encodeURIComponent(name)}/outcomes`);
      return { answer, ok: true };
    },
  },
  {
    words: 'uploads show',
    takesWord: true,
    help: 'uploads show NAME: a file that was taken, how far it is judged, its totals by outcome; or NUMBER: an upload',
    person: 'platform',
    running: false,
    run: async (connection, [name]) => {
      if (name === undefined)
        throw citycardErrors.badOption('uploads show takes the name of a file or the number of an upload');
      const of = /^\d+$/.test(name) ? 'purchase-uploads' : 'purchase-files';
      return { answer: await connection.get(`/v1/${of}/${encodeURIComponent(name)}`), ok: true };
    },
  },
  {
    words: 'uploads',
    takesWord: true,
    help: 'uploads [PARTICIPANT]: files on their way in, how much of each is here, and what became of the others',
    person: 'platform',
    running: false,
    run: async (connection, [participantNo]) => {
      const query = participantNo === undefined ? '' : `?participantNo=${encodeURIComponent(participantNo)}`;
      return { answer: await connection.get(`/v1/purchase-uploads${query}`), ok: true };
    },
  },
];

async function deliver(
  connection: Connection,
  path: string,
  signaturePath: string | undefined,
  { say }: Surroundings,
): Promise<Answered> {
  const { size } = await stat(path).catch((error: unknown) => {
    throw citycardErrors.badOption(`${path} cannot be read: ${reasonOf(error)}`);
  });
  const signature = await readSignature(path, signaturePath);
  const announced = { fileName: basename(path), bytes: size, signature: signature.toString('base64') };
  const opened = (await connection.post('/v1/purchase-uploads', announced)) as Standing;
  if (opened.state !== 'receiving') return { answer: opened, ok: true };
  if ((opened.offset ?? 0) > 0) say(`going on from byte ${opened.offset} of ${size}`);
  const ended = await sendOn(connection, path, size, opened, say);
  return { answer: ended, ok: ended.state === 'taken' || ended.state === 'repeat' };
}

/** Sends part after part; a part that was lost is sent again from where the upload stands. */
async function sendOn(
  connection: Connection,
  path: string,
  size: number,
  opened: Standing,
  say: (sentence: string) => void,
): Promise<Standing> {
  let standing = opened;
  for (let failures = 0; standing.state === 'receiving';) {
    try {
      standing = await sendPart(connection, path, standing);
      failures = 0;
      const offset = standing.offset ?? size;
      say(`${offset} of ${size} bytes (${size === 0 ? 100 : Math.floor((offset * 100) / size)} %)`);
    } catch (error) {
      failures += 1;
      if (!isPassing(error) || failures === ATTEMPTS) throw error;
      say(`${(error as Error).message} Trying again.`);
      await sleep(Math.min(500 * 2 ** failures, LONGEST_PAUSE_MS));
      standing = await where(connection, standing);
    }
  }
  return standing;
}

/** Where the upload stands; as it was known while nobody answers. */
async function where(connection: Connection, standing: Standing): Promise<Standing> {
  try {
    return (await connection.get(`/v1/purchase-uploads/${standing.uploadId}`)) as Standing;
  } catch (error) {
    if (isPassing(error)) return standing;
    throw error;
  }
}

class Passing extends Error {}

function isPassing(error: unknown): boolean {
  return error instanceof Passing || (error as { code?: unknown }).code === 'citycard.not-answering';
}

async function sendPart(connection: Connection, path: string, { uploadId, offset = 0 }: Standing): Promise<Standing> {
  const bytes = await readPart(path, offset);
  const response = await reach(new URL(`/v1/purchase-uploads/${uploadId}/content`, connection.baseUrl), {
    method: 'PUT',
    headers: {
      authorization: `Bearer ${connection.token}`,
      'content-type': 'application/octet-stream',
      'upload-offset': String(offset),
    },
    body: new Uint8Array(bytes),
  });
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return answer as Standing;
  const sentence = problemText(answer, response.status);
  // Somebody else sends the same file, the server restarts, its disk is full: the upload stands and can go on.
  const goesOn = response.status >= 500 || (response.status === 409 && /stands at byte/.test(sentence));
  throw goesOn ? new Passing(sentence) : citycardErrors.refused(sentence);
}

async function readPart(path: string, offset: number): Promise<Buffer> {
  const file = await open(path);
  try {
    const part = Buffer.alloc(PART_BYTES);
    const { bytesRead } = await file.read(part, 0, PART_BYTES, offset);
    return part.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** `FILE.p7s`, or the name with its ending replaced. */
async function readSignature(path: string, given: string | undefined): Promise<Buffer> {
  const candidates = given === undefined ? [`${path}.p7s`, `${path.replace(/\.ccpf$/, '')}.p7s`] : [given];
  for (const candidate of candidates) {
    const signature = await readFile(candidate).catch(() => undefined);
    if (signature !== undefined) return signature;
  }
  throw citycardErrors.badOption(`the signature ${candidates.join(' or ')} cannot be read`);
}

function reasonOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
