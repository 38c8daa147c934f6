import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { databaseErrors } from '../errors.ts';
import type { Account } from './account.ts';
import type { Binaries } from './binaries.ts';

const run = promisify(execFile);

/** The major version of the binaries; a data directory of another one cannot be opened. */
const MAJOR = '18';
export const SUPERUSER = 'citycard';

export interface Cluster {
  readonly data: string;
  readonly password: string;
}

/**
 * The data directory and the password of its superuser; made when there is none. initdb works on the side and the
 * result is renamed into place, so a directory called `data` is always a whole one.
 */
export async function openCluster(directory: string, binaries: Binaries, account: Account): Promise<Cluster> {
  const data = path.join(directory, 'data');
  const passwordFile = path.join(directory, 'password');
  const version = await readFile(path.join(data, 'PG_VERSION'), 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw unusable(directory, `it belongs to another user, or cannot be read (${String(error)})`, error);
  });
  if (version === undefined) await create(directory, data, passwordFile, binaries, account);
  else if (version.trim() !== MAJOR) {
    throw unusable(directory, `it was made by PostgreSQL ${version.trim()}, the installed one is ${MAJOR}`);
  }
  return { data, password: (await readFile(passwordFile, 'utf8')).trim() };
}

function unusable(directory: string, reason: string, cause?: unknown): Error {
  return databaseErrors.directoryUnusable({ directory, reason }, cause);
}

async function create(
  directory: string,
  data: string,
  passwordFile: string,
  binaries: Binaries,
  account: Account,
): Promise<void> {
  const unfinished = path.join(directory, 'data.new');
  await rm(unfinished, { recursive: true, force: true });
  await rm(passwordFile, { force: true });
  await writeFile(passwordFile, `${randomBytes(24).toString('hex')}\n`, { mode: 0o600 });
  if (account.owner !== undefined) await chown(passwordFile, account.owner.uid, account.owner.gid);
  const [command, args, user] = account.command(binaries.initdb, [
    `--pgdata=${unfinished}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // Byte order everywhere: indexes do not depend on the machine's language, and LIKE 'prefix%' can use them.
    '--locale=C',
  ]);
  try {
    await run(command, args, { ...user, cwd: '/' });
  } catch (error) {
    const words = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    throw unusable(directory, `initdb failed: ${words}`, error);
  }
  await rename(unfinished, data);
}
