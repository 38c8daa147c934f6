import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { chown, stat } from 'node:fs/promises';
import { databaseErrors } from '../errors.ts';

const run = promisify(execFile);

/** How to start a PostgreSQL program: as which user, and behind which words. */
export interface Account {
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** The program and its arguments as they have to be started, with the user to start them as. */
  command(program: string, args: readonly string[]): [string, string[], { uid?: number; gid?: number }];
}

const asOurselves: Account = { command: (program, args) => [program, [...args], {}] };

/**
 * PostgreSQL refuses to run as root. Root therefore runs it as the user who owns the directory already, or as the user
 * `postgres`, who is created when missing. Anyone else runs it as themselves.
 *
 * A clone below /root cannot be entered by another user. Rather than opening somebody's home, the server then gets the
 * one capability it lacks (CAP_DAC_OVERRIDE) from setpriv, and stays the user postgres.
 *
 * @throws CityCardError `database.no-user`.
 */
export async function accountFor(directory: string, program: string): Promise<Account> {
  if (process.getuid?.() !== 0) return asOurselves;
  const { uid, gid } = await stat(directory);
  const owner = uid === 0 ? await postgresUser() : { uid, gid };
  await chown(directory, owner.uid, owner.gid);

  const reach = ['-c', 'test -x "$1" && test -w "$2"', 'sh', program, directory];
  if (spawnSync('/bin/sh', reach, { ...owner, cwd: '/' }).status === 0) {
    return { owner, command: (name, args) => [name, [...args], owner] };
  }
  const prefix = [
    `--reuid=${owner.uid}`,
    `--regid=${owner.gid}`,
    '--clear-groups',
    // Without this bit access(2), which initdb asks, ignores the capability.
    '--securebits=+no_setuid_fixup',
    '--inh-caps=+dac_override',
    '--ambient-caps=+dac_override',
  ];
  if (spawnSync('setpriv', [...prefix, '/bin/sh', ...reach], { cwd: '/' }).status === 0) {
    return { owner, command: (name, args) => ['setpriv', [...prefix, name, ...args], {}] };
  }
  throw databaseErrors.noUser({ reason: `it cannot reach ${directory} or ${program}` });
}

async function postgresUser(): Promise<{ uid: number; gid: number }> {
  const known = await lookUp();
  if (known !== undefined) return known;
  try {
    await run('useradd', ['--system', '--no-create-home', '--shell', '/bin/false', 'postgres']);
  } catch (error) {
    // Another process may have created it a moment ago; the look-up below tells.
    const made = await lookUp();
    if (made === undefined) throw databaseErrors.noUser({ reason: 'useradd failed' }, error);
  }
  const made = await lookUp();
  if (made === undefined) throw databaseErrors.noUser({ reason: 'useradd did not create it' });
  return made;
}

async function lookUp(): Promise<{ uid: number; gid: number } | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', 'postgres']), run('id', ['-g', 'postgres'])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
}
