import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { databaseErrors } from './errors.ts';

export interface MigrationSet {
  schema: string;
  /** Absolute path of a directory with files `NNN-name.sql`, applied in the order of their numbers, no two alike. */
  directory: string;
}

export interface MigrationFile {
  readonly name: string;
  readonly sql: string;
  readonly sha256: string;
}

export const commonMigrations: MigrationSet = {
  schema: 'platform',
  directory: path.join(import.meta.dirname, '..', 'migrations'),
};

const FILE_NAME = /^(\d{3})-[a-z0-9-]+\.sql$/;
/** A file that ends its own transaction could be applied by half. */
const ENDS_TRANSACTION = /^\s*(BEGIN|COMMIT|ROLLBACK|START\s+TRANSACTION|END)\s*;/im;
/** Any number serves, as long as all our programs lock the same one. */
const MIGRATION_LOCK = 5_012_019_370_700n;

const CREATE_RECORD = `
  CREATE SCHEMA IF NOT EXISTS platform;
  CREATE TABLE IF NOT EXISTS platform.migration (
    schema     text        NOT NULL,
    file       text        NOT NULL,
    sha256     text        NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (schema, file)
  )`;

/**
 * Brings the schemas up to date, forward only: each file not yet applied runs in a transaction of its own together with
 * its record, so a process killed at any point leaves whole files only. Several processes may call this at once; they
 * wait for each other. Inside a file the search path is its own schema, then `public`.
 *
 * @throws CityCardError `database.migration-changed`, `-missing`, `-misnamed`, `-failed`; nothing of that set's
 * offending file is applied.
 */
export async function migrate(url: string, sets: readonly MigrationSet[]): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'citycard migrate' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await client.query(CREATE_RECORD);
    for (const set of sets) await applySet(client, set);
  } finally {
    // Ending the session releases the lock.
    await client.end();
  }
}

async function applySet(client: pg.Client, set: MigrationSet): Promise<void> {
  const files = await readMigrations(set);
  const { rows } = await client.query<{ file: string; sha256: string }>(
    'SELECT file, sha256 FROM platform.migration WHERE schema = $1',
    [set.schema],
  );
  const known = new Map(files.map((file) => [file.name, file]));
  for (const { file, sha256 } of rows) {
    const here = known.get(file);
    if (here === undefined) throw databaseErrors.migrationMissing({ file, schema: set.schema });
    if (here.sha256 !== sha256) throw databaseErrors.migrationChanged({ file, schema: set.schema });
  }
  const applied = new Set(rows.map((row) => row.file));
  for (const file of files) {
    if (!applied.has(file.name)) await applyFile(client, set.schema, file);
  }
}

async function applyFile(client: pg.Client, schema: string, file: MigrationFile): Promise<void> {
  try {
    await client.query('BEGIN');
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${pg.escapeIdentifier(schema)}`);
    await client.query(`SET LOCAL search_path TO ${pg.escapeIdentifier(schema)}, public`);
    await client.query(file.sql);
    await client.query('INSERT INTO platform.migration (schema, file, sha256) VALUES ($1, $2, $3)', [
      schema,
      file.name,
      file.sha256,
    ]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    const reason = error instanceof Error ? error.message : String(error);
    throw databaseErrors.migrationFailed({ file: file.name, schema, reason }, error);
  }
}

/** The files of a set in order, with the SHA-256 each is recorded under. */
export async function readMigrations(set: MigrationSet): Promise<MigrationFile[]> {
  const names = (await readdir(set.directory)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name, index) => {
      const before = Number(FILE_NAME.exec(names[index - 1] ?? '')?.[1] ?? 0);
      const misnamed = (problem: string) =>
        databaseErrors.migrationMisnamed({ file: name, schema: set.schema, problem });
      const number = FILE_NAME.exec(name)?.[1];
      if (number === undefined) throw misnamed('is not named NNN-name.sql');
      if (Number(number) <= before) throw misnamed('has the number of another file');
      const sql = await readFile(path.join(set.directory, name), 'utf8');
      if (ENDS_TRANSACTION.test(sql)) throw misnamed('begins or ends a transaction of its own');
      return { name, sql, sha256: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}
