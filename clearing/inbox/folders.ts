import { constants, type Stats } from 'node:fs';
import { copyFile, lstat, mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where participants put files and find answers: a folder of its own for each, under its number. */
export interface Folders {
  readonly inbox: string;
  readonly outbox: string;
}

/** A file with its signature, both whole as far as anybody can see. */
export interface Pair {
  readonly participantNo: string;
  readonly directory: string;
  readonly fileName: string;
  readonly signatureName: string;
  readonly bytes: number;
}

/** What a file was when it was looked at last. */
export type Looks = Map<string, { readonly size: number; readonly mtimeMs: number }>;

/** A file that nobody has written to for so long is whole, unless it says itself that it is not. */
const QUIET_MS = 2_000;
/** Longer than any pause of a writer that has not given up. */
const UNFINISHED_MS = 60_000;
const PARTICIPANT = /^[0-9A-Za-z]{1,15}$/;
const HEADER_BYTES = 64;

/** Participants' folders under the inbox. */
export async function participantFolders({ inbox }: Folders): Promise<string[]> {
  const entries = await readdir(inbox, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory() && PARTICIPANT.test(entry.name)).map(({ name }) => name);
}

/**
 * The pairs of a participant's folder that are ready: file and signature are there, and neither has changed since the look
 * before nor just now. Whatever is half written, hidden, a link or something else is left alone.
 */
export async function readyPairs(
  folders: Folders,
  participantNo: string,
  looks: Looks,
  options: { readonly quietMs?: number; readonly now?: number; readonly alsoNamed?: RegExp } = {},
): Promise<Pair[]> {
  const directory = join(folders.inbox, participantNo);
  const names = new Set(await readdir(directory));
  const pairs: Pair[] = [];
  for (const fileName of [...names].sort()) {
    const signatureName = signatureOf(fileName, names, options.alsoNamed);
    if (signatureName === undefined) continue;
    const bytes = await settledSize(join(directory, fileName), looks, options);
    const signed = await settledSize(join(directory, signatureName), looks, options);
    if (bytes !== undefined && signed !== undefined) {
      pairs.push({ participantNo, directory, fileName, signatureName, bytes });
    }
  }
  return pairs;
}

/** `<name>.ccpf` with `<name>.p7s` or `<name>.ccpf.p7s`; `XF…` with `XF….p7s`; files of others with their name and `.p7s`. */
function signatureOf(fileName: string, names: ReadonlySet<string>, alsoNamed: RegExp | undefined): string | undefined {
  const isPurchases = fileName.endsWith('.ccpf') || (fileName.startsWith('XF') && !fileName.includes('.'));
  const isOurs = isPurchases || alsoNamed?.test(fileName) === true;
  if (!isOurs || fileName.startsWith('.')) return undefined;
  return [`${fileName}.p7s`, `${fileName.replace(/\.ccpf$/, '')}.p7s`].find((name) => names.has(name));
}

async function settledSize(
  path: string,
  looks: Looks,
  { quietMs = QUIET_MS, now = Date.now() }: { readonly quietMs?: number; readonly now?: number },
): Promise<number | undefined> {
  const stats = await lstat(path).catch(() => undefined);
  if (!stats?.isFile()) return undefined;
  const before = looks.get(path);
  looks.set(path, { size: stats.size, mtimeMs: stats.mtimeMs });
  const unchanged = before?.size === stats.size && before.mtimeMs === stats.mtimeMs;
  const quiet = now - Math.max(stats.mtimeMs, quietMs === 0 ? 0 : stats.ctimeMs) >= quietMs;
  if (!unchanged || !quiet || (await isUnfinished(path, stats, now))) return undefined;
  return stats.size;
}

/** A file whose own header announces more than is there may still be on its way, for a while. */
async function isUnfinished(path: string, stats: Stats, now: number): Promise<boolean> {
  if (!path.endsWith('.ccpf') || now - stats.mtimeMs >= UNFINISHED_MS) return false;
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const head = Buffer.alloc(HEADER_BYTES);
    const { bytesRead } = await file.read(head, 0, HEADER_BYTES, 0);
    if (bytesRead < HEADER_BYTES) return true;
    return head.toString('latin1', 0, 4) === 'CCPF' && HEADER_BYTES * (head.readUInt32BE(32) + 1) > stats.size;
  } finally {
    await file.close();
  }
}

/** Writes a file that appears whole under its name, and is on disk by then. */
export async function writeWhole(
  path: string,
  content: string | Buffer | AsyncIterable<string | Buffer>,
): Promise<void> {
  const unfinished = `${path}.part`;
  const file = await open(unfinished, 'w', 0o640);
  try {
    await writeFile(file, content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
}

/**
 * Moves a pair out of the way, the file first: without it the signature alone starts nothing. A name that is taken there is
 * kept, and the newcomer numbered.
 */
export async function moveAside(pair: Pair, folder: 'taken' | 'refused'): Promise<void> {
  const target = join(pair.directory, folder);
  await mkdir(target, { recursive: true, mode: 0o750 });
  for (const name of [pair.fileName, pair.signatureName]) {
    const from = join(pair.directory, name);
    await moveInto(from, target, name, folder === 'taken').catch((error: unknown) => {
      // A sender may take its own file back at any moment; what was taken in stays taken.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    });
  }
}

async function moveInto(from: string, target: string, name: string, replace: boolean): Promise<void> {
  let to = join(target, name);
  // What is taken under a name is always the same file, so a second copy may stand for the first.
  for (let n = 2; !replace && (await exists(to)); n += 1) to = join(target, `${name}.${n}`);
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    await copyFile(from, to);
    await rm(from);
  }
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined;
}
