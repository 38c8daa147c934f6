import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { totalmem } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from '../../logging/logger.ts';
import { databaseErrors } from '../errors.ts';
import { accountFor } from './account.ts';
import { findBinaries } from './binaries.ts';
import { openCluster, SUPERUSER } from './cluster.ts';
import { lockDirectory } from './directory-lock.ts';
import { clearAway } from './orphan.ts';
import { choosePort } from './port.ts';
import { stopServer, type Watched, watch } from './watchdog.ts';

export interface EmbeddedPostgres {
  /** Address of the database `citycard`, password included. */
  readonly url: string;
  readonly port: number;
  /** Lets running statements be cancelled, checkpoints, and resolves when the server has ended. May be called twice. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Everything lives here: `data/`, `password`, `postgresql.log`. Made when missing. */
  directory: string;
  /** Default: a free one. */
  port?: number;
  logger?: Logger;
  /** Server settings on top of ours, as for `postgres -c name=value`. */
  settings?: Readonly<Record<string, string>>;
}

/** A dozen processes with pools of ten, and a person with psql. */
const MAX_CONNECTIONS = 200;
const POLL_MS = 15;
/** Replaying the log after a crash takes this long only with gigabytes of it. */
const START_TIMEOUT_MS = 300_000;
const LAST_WORDS = 5;

/**
 * Runs a PostgreSQL of our own below `directory`, on a socket there and on 127.0.0.1 only. Works for root and for others, with npm's install
 * scripts run or not. The server ends with {@link EmbeddedPostgres.stop}, when this process ends, and when it is
 * killed; if even the watchdog was killed, the next start ends the orphan first. Does not keep the process alive.
 *
 * @throws CityCardError `database.directory-in-use`, `.directory-unusable`, `.port-in-use`, `.no-binaries`,
 * `.no-user`, `.start-failed`.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const directory = path.resolve(options.directory);
  await mkdir(directory, { recursive: true });
  const unlock = await lockDirectory(directory);
  try {
    const binaries = await findBinaries();
    const account = await accountFor(directory, binaries.postgres);
    const { data, password } = await openCluster(directory, binaries, account);
    await clearAway(data, options.logger);
    const port = await choosePort(options.port);
    const socket = socketDirectory(directory);
    const host = socket === undefined ? '' : `?host=${encodeURIComponent(socket)}`;
    const urlOf = (database: string) => `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${database}${host}`;

    const log = path.join(directory, 'postgresql.log');
    const output = openSync(log, 'a', 0o600);
    const logStart = fstatSync(output).size;
    const [command, args, user] = account.command(binaries.postgres, [
      '-D',
      data,
      ...settings(port, socket, options.settings),
    ]);
    // A process group of its own: Ctrl-C is for us, and we stop the database last.
    const server = spawn(command, args, { ...user, cwd: '/', detached: true, stdio: ['ignore', output, output] });
    closeSync(output);
    const watched = watch(server, account.owner);
    try {
      await ready(server, urlOf('postgres'));
    } catch (error) {
      await stopServer(watched);
      const words = readFileSync(log).subarray(logStart).toString().trim().split('\n').slice(-LAST_WORDS).join(' / ');
      if (words.includes('Address already in use')) throw databaseErrors.portInUse({ port }, error);
      throw databaseErrors.startFailed({ log, words: words || String(error) }, error);
    }
    return supervise(watched, { url: urlOf(SUPERUSER), port }, unlock, options.logger);
  } catch (error) {
    await unlock();
    throw error;
  }
}

function supervise(
  watched: Watched,
  address: { url: string; port: number },
  unlock: () => Promise<void>,
  logger: Logger | undefined,
): EmbeddedPostgres {
  let stopping: Promise<void> | undefined;
  watched.server.once('exit', (code, signal) => {
    if (stopping === undefined) logger?.error({ code, signal }, 'the embedded PostgreSQL ended unexpectedly');
  });
  return { ...address, stop: () => (stopping ??= stopServer(watched).then(unlock)) };
}

/** The longest path of a socket that every system we run on takes. */
const LONGEST_SOCKET_PATH = 103;

/** A socket costs each statement less than TCP does, on both sides; undefined where its path would be too long or cannot be quoted. */
function socketDirectory(directory: string): string | undefined {
  const longest = Buffer.byteLength(path.join(directory, '.s.PGSQL.65535.lock'));
  return longest > LONGEST_SOCKET_PATH || /["\\]/.test(directory) ? undefined : directory;
}

const MEGABYTE = 2 ** 20;
const SMALLEST_BUFFERS = 128;
const LARGEST_BUFFERS = 1024;

/**
 * An eighth of the memory we may use. With PostgreSQL's own 128 MB a day's postings push each other's pages out, and whoever needs
 * a page writes another one first. Memory is taken as it is used.
 */
function sharedMegabytes(): number {
  const allowed = process.constrainedMemory();
  const memory = allowed > 0 ? Math.min(allowed, totalmem()) : totalmem();
  return Math.round(Math.min(Math.max(memory / 8 / MEGABYTE, SMALLEST_BUFFERS), LARGEST_BUFFERS));
}

function settings(port: number, socket: string | undefined, more: Readonly<Record<string, string>> = {}): string[] {
  const all = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: socket === undefined ? '' : `"${socket}"`,
    max_connections: String(MAX_CONNECTIONS),
    timezone: 'UTC',
    log_timezone: 'UTC',
    shared_buffers: `${sharedMegabytes()}MB`,
    // A page changed since the last checkpoint goes into the log by its changes, before that as a whole: fewer checkpoints, less of both.
    max_wal_size: '4GB',
    checkpoint_timeout: '15min',
    // History only grows: reading it again after every tenth of growth is a seventh of all work on a young database's first days.
    autovacuum_vacuum_insert_scale_factor: '1',
    autovacuum_analyze_scale_factor: '0.5',
    ...more,
  };
  return Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** Resolves when the server answers and the database is there; rejects when the server ends instead. */
async function ready(server: ChildProcess, url: string): Promise<void> {
  let ended: Error | undefined;
  server.once('error', (error) => (ended = error));
  server.once('exit', (code, signal) => (ended = new Error(`ended with ${signal ?? `exit code ${code}`}`)));
  const deadline = Date.now() + START_TIMEOUT_MS;
  let last: unknown;
  while (Date.now() < deadline) {
    if (ended !== undefined) throw ended;
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [SUPERUSER]);
      if (rowCount === 0) await client.query(`CREATE DATABASE ${SUPERUSER}`);
      return;
    } catch (error) {
      last = error;
      await sleep(POLL_MS);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
  throw last;
}
