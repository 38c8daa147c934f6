import { createHash, randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { CityCardError } from '../errors.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded/embedded.ts';
import { migrate, type MigrationSet, readMigrations } from './migrate.ts';
import { type Database, openDatabase } from './pool.ts';

export interface TestDatabase {
  readonly url: string;
  readonly db: Database;
  /** Drops the database; the server stops when nobody has asked for another for a while, or with the process. */
  stop(): Promise<void>;
}

/** Each process that runs tests at the same time takes a slot of its own: a server whose initdb was paid for once. */
const SLOTS = path.join(import.meta.dirname, '..', '..', 'var', 'test-postgres');
const SLOT_COUNT = 32;
/** Migrated templates of older states pile up in a slot; past this many they are all dropped. */
const MAX_TEMPLATES = 8;
const TEMPLATE_LOCK = 5_012_019_370_701n;

/** Nothing in a test database has to survive the machine, so nothing waits for the disk; dropping one looks through all shared memory. */
const FAST_AND_FORGETFUL = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  shared_buffers: '128MB',
};

let server: Promise<{ url: string; stop(): Promise<void> }> | undefined;
let users = 0;
/** The next test file asks again within a moment; starting and stopping the server for each cost more than many of them. */
const LINGER_MS = 20_000;
let lingering: NodeJS.Timeout | undefined;

/**
 * A fresh database with the given schemas, copied from a migrated template (about 50 ms once the template exists). On a
 * server of our own in `var/test-postgres`, or on the one `TEST_DATABASE_URL` names, whose user may create databases.
 */
export async function startTestDatabase(sets: readonly MigrationSet[]): Promise<TestDatabase> {
  users += 1;
  clearTimeout(lingering);
  let db: Database | undefined;
  try {
    const { url: adminUrl } = await (server ??= openServer());
    const template = await ensureTemplate(adminUrl, sets);
    const name = `test_${randomBytes(8).toString('hex')}`;
    await withClient(adminUrl, (admin) =>
      admin.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy`),
    );
    const url = onDatabase(adminUrl, name);
    db = openDatabase(url, { applicationName: 'citycard test' });
    const pool = db;
    let stopping: Promise<void> | undefined;
    const drop = async () => {
      await pool.end();
      await withClient(adminUrl, (admin) => admin.query(`DROP DATABASE ${name} WITH (FORCE)`));
      await leave();
    };
    return { url, db, stop: () => (stopping ??= drop()) };
  } catch (error) {
    await leave();
    throw error;
  }
}

async function leave(): Promise<void> {
  users -= 1;
  if (users > 0 || server === undefined) return;
  const last = server;
  const running = await last.catch(() => undefined);
  if (running === undefined) {
    // The caller has the error already; the next one tries again.
    if (server === last) server = undefined;
    return;
  }
  clearTimeout(lingering);
  lingering = setTimeout(() => {
    if (users > 0 || server !== last) return;
    server = undefined;
    void running.stop();
  }, LINGER_MS).unref();
}

async function openServer(): Promise<{ url: string; stop(): Promise<void> }> {
  const given = process.env.TEST_DATABASE_URL;
  if (given !== undefined && given !== '') return { url: given, stop: () => Promise.resolve() };
  const running = await takeSlot();
  await withClient(running.url, sweep);
  return running;
}

async function takeSlot(): Promise<EmbeddedPostgres> {
  const user = process.getuid?.() ?? 0;
  for (let slot = 0; slot < SLOT_COUNT; slot += 1) {
    const directory = path.join(SLOTS, `${user}-${slot}`);
    try {
      return await startSlot(directory);
    } catch (error) {
      if (!(error instanceof CityCardError) || error.code !== 'database.directory-in-use') throw error;
    }
  }
  throw new Error(`all ${SLOT_COUNT} test servers below ${SLOTS} are in use`);
}

async function startSlot(directory: string): Promise<EmbeddedPostgres> {
  const start = () => startEmbeddedPostgres({ directory, settings: FAST_AND_FORGETFUL });
  try {
    return await start();
  } catch (error) {
    // A machine that lost power may have torn files written without fsync; a test server is simply made again.
    if (!(error instanceof CityCardError) || error.code !== 'database.start-failed') throw error;
    await rm(directory, { recursive: true, force: true });
    return start();
  }
}

/** Drops what killed test runs left behind. Only ever done on a server of our own, which nobody else uses. */
async function sweep(admin: pg.Client): Promise<void> {
  const { rows } = await admin.query<{ datname: string }>(
    `SELECT datname FROM pg_database WHERE datname ~ '^(test|template)_[0-9a-f]{16}(_new)?$' ORDER BY datname`,
  );
  const templates = rows.filter((row) => row.datname.startsWith('template_'));
  for (const { datname } of rows) {
    const isTemplate = datname.startsWith('template_') && !datname.endsWith('_new');
    if (!isTemplate || templates.length > MAX_TEMPLATES) await admin.query(`DROP DATABASE ${datname} WITH (FORCE)`);
  }
}

/** The database migrated to exactly these files; made under a lock, and named only when complete. */
async function ensureTemplate(adminUrl: string, sets: readonly MigrationSet[]): Promise<string> {
  const hash = createHash('sha256');
  for (const set of sets) {
    hash.update(`schema ${set.schema}\n`);
    for (const file of await readMigrations(set)) hash.update(`${file.name} ${file.sha256}\n`);
  }
  const template = `template_${hash.digest('hex').slice(0, 16)}`;
  await withClient(adminUrl, async (admin) => {
    await admin.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const { rowCount } = await admin.query('SELECT FROM pg_database WHERE datname = $1', [template]);
    if (rowCount !== 0) return;
    await admin.query(`DROP DATABASE IF EXISTS ${template}_new WITH (FORCE)`);
    await admin.query(`CREATE DATABASE ${template}_new TEMPLATE template0`);
    await migrate(onDatabase(adminUrl, `${template}_new`), sets);
    await admin.query(`ALTER DATABASE ${template}_new RENAME TO ${template}`);
  });
  return template;
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function onDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}
