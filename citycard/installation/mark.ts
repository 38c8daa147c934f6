import { fileURLToPath } from 'node:url';
import type { BusinessDate, Database, MigrationSet, Transaction } from '@citycard/common';
import { citycardErrors } from '../errors.ts';

export const installationMigrations: MigrationSet = {
  schema: 'installation',
  directory: fileURLToPath(new URL('../migrations', import.meta.url)),
};

/** Every schema the product writes to; a clean start of a demo drops them all, the one with the mark last. */
const schemas = ['bullmq', 'clearing', 'issuer', 'gateway', 'reconciliation', 'platform', 'installation'];

export interface Mark {
  readonly kind: 'demo' | 'production';
  readonly state: 'founded' | 'playing' | 'played';
  readonly businessDate: BusinessDate | undefined;
}

/** What the database holds: nothing of ours, a marked installation, or one without a mark. */
export async function readMark(db: Database): Promise<Mark | 'empty' | 'unmarked'> {
  const present = await db.query<{ ours: bigint; mark: string | null }>(
    `select count(*) as ours, to_regclass('installation.mark')::text as mark from pg_namespace where nspname = any($1)`,
    [schemas],
  );
  const row = present.rows[0];
  if (row === undefined || row.ours === 0n) return 'empty';
  if (row.mark === null) return 'unmarked';
  const found = await db.query<{ kind: Mark['kind']; state: Mark['state']; business_date: BusinessDate | null }>(
    'select kind, state, business_date from installation.mark',
  );
  const mark = found.rows[0];
  return mark === undefined
    ? 'unmarked'
    : { kind: mark.kind, state: mark.state, businessDate: mark.business_date ?? undefined };
}

export async function writeMark(
  db: Database | Transaction,
  mark: { kind?: Mark['kind']; state: Mark['state']; seed?: number; businessDate?: string },
): Promise<void> {
  await db.query(
    `insert into installation.mark (kind, state, seed, business_date) values ($4, $1, $2, $3)
     on conflict (only_row) do update set state = excluded.state, seed = coalesce(excluded.seed, installation.mark.seed),
       business_date = coalesce(excluded.business_date, installation.mark.business_date), changed_at = now()`,
    [mark.state, mark.seed ?? null, mark.businessDate ?? null, mark.kind ?? 'demo'],
  );
}

/**
 * Empties a database for a new demo. Only ever a demo's: anything else is left untouched. Broken off anywhere, the mark is
 * still there and says that the rest may go too.
 *
 * @throws citycard.not-a-demo
 */
export async function clearDemo(db: Database): Promise<void> {
  const mark = await readMark(db);
  if (mark === 'empty') return;
  if (mark === 'unmarked' ? !(await holdsNothing(db)) : mark.kind !== 'demo') throw citycardErrors.notADemo();
  for (const schema of schemas) await db.query(`drop schema if exists ${schema} cascade`);
}

/**
 * A start that broke off before the mark was written has left our schemas, each in our record of migrations, and no people.
 * A schema of the same name that is not in the record is somebody else's.
 */
export async function holdsNothing(db: Database): Promise<boolean> {
  const record = await db.query(
    `select from information_schema.columns
      where table_schema = 'platform' and table_name = 'migration' and column_name in ('schema', 'file', 'sha256')`,
  );
  if (record.rowCount !== 3) return false;
  const strangers = await db.query(
    `select from pg_namespace
      where nspname = any($1) and nspname not in ('platform', 'bullmq')
        and nspname not in (select schema from platform.migration)`,
    [schemas],
  );
  if (strangers.rowCount !== 0) return false;
  const table = await db.query<{ present: string | null }>(`select to_regclass('platform.principal')::text as present`);
  if ((table.rows[0]?.present ?? null) === null) return true;
  // Migrations themselves name who acts for the system.
  const people = await db.query(
    `select from platform.principal where not (kind = 'service' and roles = array['system']) limit 1`,
  );
  return people.rowCount === 0;
}
