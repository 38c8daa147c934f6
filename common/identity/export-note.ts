import { cityDate } from '../calendar/city-time.ts';
import type { Transaction } from '../database/pool.ts';
import { recordAct } from './act-log.ts';
import type { Principal } from './principal.ts';
import { signInErrors } from './sign-in/errors.ts';
import { signInRules } from './sign-in/rules.ts';

/**
 * Notes that somebody takes a list out of the system, before it is taken; so many lists and rows a day, then no more.
 *
 * @throws CityCardError `identity.export-limit` (429)
 */
export async function noteExport(
  tx: Transaction,
  principal: Principal,
  exported: { readonly list: string; readonly rows: number },
): Promise<{ exportNo: bigint; leftRows: number }> {
  const rules = await signInRules(tx);
  // One person's exports are counted one after the other.
  await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('export ' || $1, 0))`, [principal.id]);
  const { rows } = await tx.query<{ exports: bigint; rows: bigint }>(
    `SELECT count(*) AS exports, coalesce(sum(rows), 0) AS rows FROM platform.export_note WHERE principal = $1 AND at >= $2`,
    [principal.id, new Date(`${cityDate(new Date())}T00:00:00+08:00`)],
  );
  const today = { exports: Number(rows[0]?.exports ?? 0n), rows: Number(rows[0]?.rows ?? 0n) };
  const leftRows = rules['export-rows-per-day'] - today.rows - exported.rows;
  if (today.exports >= rules['exports-per-day'] || leftRows < 0) throw signInErrors.exportLimit(today);
  const noted = await tx.query<{ export_no: bigint }>(
    'INSERT INTO platform.export_note (principal, list, rows) VALUES ($1, $2, $3) RETURNING export_no',
    [principal.id, exported.list, exported.rows],
  );
  await recordAct(tx, principal, { act: 'export-list', subject: exported.list, detail: { rows: exported.rows } });
  return { exportNo: noted.rows[0]?.export_no ?? 0n, leftRows };
}
