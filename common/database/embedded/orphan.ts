import { readFile, readlink, realpath, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../logging/logger.ts';
import { databaseErrors } from '../errors.ts';

const POLL_MS = 20;
const FAST_SHUTDOWN_MS = 60_000;
const IMMEDIATE_SHUTDOWN_MS = 10_000;

/**
 * Ends what an earlier process left on this data directory. A server whose parent was killed is shut down properly; a
 * pid file naming a process that is something else by now (numbers come round, above all in containers) is removed.
 * The caller holds the directory's lock, so no live installation is harmed.
 */
export async function clearAway(data: string, logger?: Logger): Promise<void> {
  const pidFile = path.join(data, 'postmaster.pid');
  const pid = Number((await readFile(pidFile, 'utf8').catch(() => '')).split('\n')[0]);
  // PostgreSQL itself knows what to do with the file of a process that is gone.
  if (!Number.isSafeInteger(pid) || pid <= 0 || !isAlive(pid)) return;
  if (!(await isServerOf(pid, data))) {
    await rm(pidFile, { force: true });
    return;
  }
  logger?.warn({ pid, data }, 'stopping a PostgreSQL left behind by an earlier run');
  if (await stopProcess(pid)) return;
  throw databaseErrors.directoryUnusable({ directory: data, reason: `the server with pid ${pid} on it does not stop` });
}

async function stopProcess(pid: number): Promise<boolean> {
  for (const [signal, patienceMs] of [
    ['SIGINT', FAST_SHUTDOWN_MS],
    ['SIGQUIT', IMMEDIATE_SHUTDOWN_MS],
  ] as const) {
    process.kill(pid, signal);
    const deadline = Date.now() + patienceMs;
    while (Date.now() < deadline) {
      if (!isAlive(pid)) return true;
      await sleep(POLL_MS);
    }
  }
  return false;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: alive, and somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** A PostgreSQL server's working directory is its data directory. Where there is no /proc we believe the pid file. */
async function isServerOf(pid: number, data: string): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  return (await readlink(`/proc/${pid}/cwd`).catch(() => '')) === (await realpath(data));
}
