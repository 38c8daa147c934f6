import { addDays, type BusinessDate, cityDate, compactDate, type Database, transact } from '@citycard/common';

/** Two gateways that find a day missing make it one after the other. */
const DAYS_LOCK = 8_583_003;

/** Makes the partition of each day that has none yet. */
export async function ensureTraceDays(db: Database, dates: readonly BusinessDate[]): Promise<void> {
  await transact(db, async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1)', [DAYS_LOCK]);
    for (const date of dates) {
      await tx.query(
        `create table if not exists gateway.message_trace_${compactDate(date)} partition of gateway.message_trace
           for values from ('${date}') to ('${addDays(date, 1)}')`,
      );
    }
  });
}

/** Drops the days before the last `keptDays`, today among them; answers which. */
export async function dropOldTraceDays(db: Database, keptDays: number, now: Date): Promise<string[]> {
  const oldest = `message_trace_${compactDate(addDays(cityDate(now), 1 - keptDays))}`;
  return transact(db, async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1)', [DAYS_LOCK]);
    const { rows } = await tx.query<{ name: string }>(
      `select child.relname as name from pg_inherits
         join pg_class child on child.oid = inhrelid
        where inhparent = 'gateway.message_trace'::regclass and child.relname < $1
        order by child.relname`,
      [oldest],
    );
    for (const { name } of rows) await tx.query(`drop table gateway.${name}`);
    return rows.map(({ name }) => name);
  });
}
