import { type Database, type Principal, recordAct, transact, type Transaction } from '@citycard/common';
import type { ResidentDeps } from '../deps.ts';
import { type ItemName, isItemName, type Producer } from '../items.ts';
import { admitNext } from './admit.ts';
import { importErrors } from './errors.ts';
import { readColumns } from './read-row.ts';
import { BATCH_ROWS, BUCKETS, type OpenImport, stageBatch } from './stage.ts';

export interface ImportProgress {
  readonly importId: bigint;
  readonly name: string;
  readonly state: 'staging' | 'admitting' | 'done' | 'abandoned';
  /** Batches staged so far; the next one has this number plus one. */
  readonly batches: number;
  readonly rows: number;
  readonly refused: number;
  readonly bucketsLeft: number;
  readonly accepted: number;
  /** Registered before, or repeated within the file. */
  readonly known: number;
}

export interface ImportOutcome {
  readonly rowNo: bigint;
  readonly outcome: 'refused' | 'known' | 'repeated';
  readonly reason: string;
  readonly residentId?: bigint;
}

/**
 * Begins an import, or finds the one of this name that was broken off: then its batches are sent again from the next.
 *
 * @throws card-issuer.resident-import.another-open, .column-unknown, .column-repeated, .columns-missing
 */
export async function beginImport(
  deps: ResidentDeps,
  registrar: Principal,
  file: { readonly name: string; readonly source: Producer; readonly header: readonly string[] },
): Promise<ImportProgress> {
  const columns = readColumns(file.header);
  const importId = await transact(deps.db, async (tx) => {
    const inserted = await tx.query<{ import_id: bigint }>(
      `insert into issuer.resident_import (name, source, columns, started_by) values ($1, $2, $3, $4)
       on conflict ((true)) where state in ('staging', 'admitting') do nothing returning import_id`,
      [file.name, file.source, columns, registrar.id],
    );
    const made = inserted.rows[0];
    if (made !== undefined) {
      await recordAct(tx, registrar, { act: 'begin-resident-import', subject: `import ${made.import_id}` });
      return made.import_id;
    }
    const { rows } = await tx.query<{ import_id: bigint; name: string; source: string; columns: string[] }>(
      `select import_id, name, source, columns from issuer.resident_import where state in ('staging', 'admitting')`,
    );
    const open = rows[0];
    const same = open?.name === file.name && open.source === file.source && open.columns.join() === columns.join();
    if (open !== undefined && !same)
      throw importErrors.anotherOpen({ name: open.name, importId: Number(open.import_id) });
    return open?.import_id ?? 0n;
  });
  const progress = await importProgress(deps.db, importId);
  const lost = progress.state === 'staging' && (await transact(deps.db, (tx) => stagingIsLost(tx, importId)));
  if (!lost) return progress;
  await stageAnew(deps.db, importId);
  return importProgress(deps.db, importId);
}

/** One batch of the open import; see {@link stageBatch}. */
export async function addBatch(
  deps: ResidentDeps,
  importId: bigint,
  batchNo: number,
  rows: readonly (readonly string[])[],
): Promise<{ refused: readonly { rowNo: number; reason: string }[] }> {
  return stageBatch(deps, await readImport(deps.db, importId), batchNo, rows);
}

/**
 * Admits staged rows, some buckets at a time (`rowsAtOnce`), until `untilMs` (a time of `Date.now()`) or the end; call again while buckets
 * are left. The first call ends staging.
 *
 * @throws card-issuer.resident-import.unknown, .staging-lost
 */
export async function admitRows(
  deps: ResidentDeps,
  registrar: Principal,
  importId: bigint,
  options: {
    readonly untilMs: number;
    readonly rowsAtOnce?: number;
    readonly onProgress?: (progress: ImportProgress) => void;
  },
): Promise<ImportProgress> {
  const open = await readImport(deps.db, importId);
  if (open.state === 'staging' && !(await endStaging(deps.db, importId))) await stagingLost(deps.db, importId);
  if (open.state === 'done' || open.state === 'abandoned') return importProgress(deps.db, importId);
  for (;;) {
    const admitted = await admitNext(deps, registrar, open, options.rowsAtOnce);
    if (admitted === 'lost') await stagingLost(deps.db, importId);
    if (admitted === false) break;
    options.onProgress?.(await importProgress(deps.db, importId));
    if (Date.now() >= options.untilMs) return importProgress(deps.db, importId);
  }
  await finish(deps.db, registrar, importId, 'done');
  return importProgress(deps.db, importId);
}

/** Gives an import up: what was admitted stays, what was only staged is thrown away. */
export async function abandonImport(deps: ResidentDeps, registrar: Principal, importId: bigint): Promise<void> {
  const { state } = await readImport(deps.db, importId);
  if (state === 'done' || state === 'abandoned') throw importErrors.notStaging({ importId: Number(importId), state });
  await finish(deps.db, registrar, importId, 'abandoned');
}

/** @throws card-issuer.resident-import.unknown */
export async function importProgress(db: Database, importId: bigint): Promise<ImportProgress> {
  const { rows } = await db.query<{
    name: string;
    state: ImportProgress['state'];
    batches: bigint;
    rows: bigint;
    refused: bigint;
    buckets: bigint;
    accepted: bigint;
    known: bigint;
  }>(
    `select name, state, b.batches, b.rows, b.refused, a.known_buckets as buckets, a.accepted, a.known
       from issuer.resident_import,
            lateral (select count(*) as batches, coalesce(sum(rows), 0)::bigint as rows,
                            coalesce(sum(rows - staged), 0)::bigint as refused
                       from issuer.resident_import_batch where import_id = $1) b,
            lateral (select count(accepted) as known_buckets, coalesce(sum(accepted), 0)::bigint as accepted,
                            coalesce(sum(known), 0)::bigint as known
                       from issuer.resident_import_bucket where import_id = $1) a
      where import_id = $1`,
    [importId],
  );
  const row = rows[0];
  if (row === undefined) throw importErrors.unknown({ importId: Number(importId) });
  return {
    importId,
    name: row.name,
    state: row.state,
    batches: Number(row.batches),
    rows: Number(row.rows),
    refused: Number(row.refused),
    bucketsLeft: BUCKETS - Number(row.buckets),
    accepted: Number(row.accepted),
    known: Number(row.known),
  };
}

/** Rows that were not accepted, in the order of the file. */
export async function importOutcomes(
  db: Database,
  importId: bigint,
  afterRow: bigint,
  limit: number,
): Promise<ImportOutcome[]> {
  const { rows } = await db.query<{
    row_no: bigint;
    outcome: ImportOutcome['outcome'];
    reason: string;
    resident_id: bigint | null;
  }>(
    `select row_no, outcome, reason, resident_id from issuer.resident_import_outcome
      where import_id = $1 and row_no > $2 order by row_no limit $3`,
    [importId, afterRow, limit],
  );
  return rows.map((row) => ({
    rowNo: row.row_no,
    outcome: row.outcome,
    reason: row.reason,
    ...(row.resident_id === null ? {} : { residentId: row.resident_id }),
  }));
}

/**
 * A whole register from a stream of rows: near-linear in their number, resumed by calling again with the same name and
 * rows. `onProgress` is called after every batch and bucket.
 */
export async function importResidents(
  deps: ResidentDeps,
  registrar: Principal,
  file: {
    readonly name: string;
    readonly source: Producer;
    readonly header: readonly string[];
    readonly rows: AsyncIterable<readonly string[]> | Iterable<readonly string[]>;
  },
  onProgress: (progress: { readonly batches: number; readonly bucketsLeft: number }) => void = () => undefined,
): Promise<ImportProgress> {
  const { importId, state } = await beginImport(deps, registrar, file);
  if (state === 'staging') {
    let batch: (readonly string[])[] = [];
    let batchNo = 0;
    const send = async () => {
      batchNo += 1;
      await addBatch(deps, importId, batchNo, batch);
      batch = [];
      onProgress({ batches: batchNo, bucketsLeft: BUCKETS });
    };
    for await (const row of file.rows) {
      batch.push(row);
      if (batch.length === BATCH_ROWS) await send();
    }
    if (batch.length > 0) await send();
  }
  return admitRows(deps, registrar, importId, { untilMs: Infinity, onProgress });
}

interface OpenRow extends OpenImport {
  readonly state: ImportProgress['state'];
}

async function readImport(db: Database, importId: bigint): Promise<OpenRow> {
  const { rows } = await db.query<{ source: Producer; columns: string[]; state: ImportProgress['state'] }>(
    'select source, columns, state from issuer.resident_import where import_id = $1',
    [importId],
  );
  const row = rows[0];
  if (row === undefined) throw importErrors.unknown({ importId: Number(importId) });
  const columns: ItemName[] = row.columns.filter(isItemName);
  return { importId, source: row.source, columns, state: row.state };
}

/**
 * Ends staging: notes how many rows each bucket holds. False when there are fewer than the batches say: staged rows live in
 * unlogged tables, which a crashed server empties.
 */
async function endStaging(db: Database, importId: bigint): Promise<boolean> {
  return transact(db, async (tx) => {
    await tx.query('select from issuer.resident_import where import_id = $1 for update', [importId]);
    if (await stagingIsLost(tx, importId)) return false;
    await tx.query(
      `insert into issuer.resident_import_bucket (import_id, bucket, staged, accepted, known)
       select $1, bucket, count(row_no), case when count(row_no) = 0 then 0 end, case when count(row_no) = 0 then 0 end
         from generate_series(0, $2) as bucket left join issuer.resident_import_row using (bucket) group by bucket
       on conflict do nothing`,
      [importId, BUCKETS - 1],
    );
    await tx.query(`update issuer.resident_import set state = 'admitting' where import_id = $1`, [importId]);
    return true;
  });
}

/** Counts every staged row, so it is asked at the two ends of staging only. */
async function stagingIsLost(tx: Transaction, importId: bigint): Promise<boolean> {
  const { rows } = await tx.query<{ missing: bigint }>(
    `select ((select coalesce(sum(staged), 0) from issuer.resident_import_batch where import_id = $1)
           - (select coalesce(sum(staged), 0) from issuer.resident_import_bucket where import_id = $1 and accepted is not null)
           - (select count(*) from issuer.resident_import_row))::bigint as missing`,
    [importId],
  );
  return rows[0]?.missing !== 0n;
}

async function stagingLost(db: Database, importId: bigint): Promise<never> {
  await stageAnew(db, importId);
  throw importErrors.stagingLost({ importId: Number(importId) });
}

/** After a crash the file is staged anew; buckets that were admitted stay admitted and take no row again. */
async function stageAnew(db: Database, importId: bigint): Promise<void> {
  await transact(db, async (tx) => {
    await tx.query('select from issuer.resident_import where import_id = $1 for update', [importId]);
    await tx.query('truncate issuer.resident_import_row');
    await tx.query('delete from issuer.resident_import_batch where import_id = $1', [importId]);
    await tx.query('delete from issuer.resident_import_bucket where import_id = $1 and accepted is null', [importId]);
    await tx.query(`update issuer.resident_import set state = 'staging' where import_id = $1`, [importId]);
  });
}

async function finish(
  db: Database,
  registrar: Principal,
  importId: bigint,
  state: 'done' | 'abandoned',
): Promise<void> {
  await transact(db, async (tx) => {
    if (state === 'abandoned') await tx.query('truncate issuer.resident_import_row');
    await tx.query('update issuer.resident_import set state = $2, finished_at = now() where import_id = $1', [
      importId,
      state,
    ]);
    await recordAct(tx, registrar, { act: `resident-import-${state}`, subject: `import ${importId}` });
  });
}
