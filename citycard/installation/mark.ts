import { fileURLToPath } from 'node:url';
import type { BusinessDate, Database, MigrationSet } from '@citycard/common';
import { citycardErrors } from '../errors.ts';

export const installationMigrations: MigrationSet = {
  schema: 'installation',
  directory: fileURLToPath(new URL('../migrations', import.meta.url)),
};

/** Every schema the product writes to; a clean start of a demo drops them all. */
const schemas = ['clearing', 'issuer', 'gateway', 'reconciliation', 'platform', 'installation', 'bullmq'];

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
  db: Database,
  mark: { state: Mark['state']; seed?: number; businessDate?: string },
): Promise<void> {
  await db.query(
    `insert into installation.mark (kind, state, seed, business_date) values ('demo', $1, $2, $3)
     on conflict (only_row) do update set state = excluded.state, seed = coalesce(excluded.seed, installation.mark.seed),
       business_date = coalesce(excluded.business_date, installation.mark.business_date), changed_at = now()`,
    [mark.state, mark.seed ?? null, mark.businessDate ?? null],
  );
}

/**
 * Empties a database for a new demo. Only ever a demo's: anything else is left untouched.
 *
 * @throws citycard.not-a-demo
 */
export async function clearDemo(db: Database): Promise<void> {
  const mark = await readMark(db);
  if (mark === 'empty') return;
  if (mark === 'unmarked' ? await holdsData(db) : mark.kind !== 'demo') throw citycardErrors.notADemo();
  for (const schema of schemas) await db.query(`drop schema if exists ${schema} cascade`);
}

/** A start that broke off before the mark was written has schemas but no people; such a database holds nothing. */
async function holdsData(db: Database): Promise<boolean> {
  const table = await db.query<{ present: string | null }>(`select to_regclass('platform.principal')::text as present`);
  if (table.rows[0]?.present == null) return false;
  const people = await db.query<{ count: bigint }>('select count(*) as count from platform.principal');
  return (people.rows[0]?.count ?? 0n) > 0n;
}
