import { copyRows, type Database, transact, type Transaction } from '@citycard/common';
import { createHash } from 'node:crypto';
import type { Protection } from '../../protection/protection.ts';
import type { ItemName, Producer } from '../items.ts';
import { encodeDocument } from '../personal-document.ts';
import { documentContext, plainColumns } from '../record.ts';
import { documentFrom, nextResidentIds } from '../register.ts';
import type { ItemTexts } from '../registration.ts';
import { type IndexedKey, indexKeys, isUnique, searchKeys } from '../search-keys.ts';
import { importErrors } from './errors.ts';
import { readRow } from './read-row.ts';

/** Rows per batch at most: some megabytes of text, some tens of thousands of indexes for the HSM. */
export const BATCH_ROWS = 5_000;
/** 140 000 rows each at 9 million, small enough to sort in memory. */
export const BUCKETS = 64;
/** The first six bits of an index choose its bucket. */
const BUCKET_SHIFT = 2;

export interface OpenImport {
  readonly importId: bigint;
  readonly source: Producer;
  readonly columns: readonly ItemName[];
}

export interface RefusedRow {
  /** Counted over the whole file from 1, the header not among them. */
  readonly rowNo: number;
  readonly reason: string;
}

/**
 * Checks, seals and stages one batch in one transaction. A batch that was staged before is recognised and left as it is.
 *
 * @throws card-issuer.resident-import.batch-too-large, .batch-out-of-order, .other-file, .not-staging
 */
export async function stageBatch(
  deps: { readonly db: Database; readonly protection: Protection },
  open: OpenImport,
  batchNo: number,
  rows: readonly (readonly string[])[],
): Promise<{ refused: readonly RefusedRow[] }> {
  if (rows.length === 0 || rows.length > BATCH_ROWS) throw importErrors.batchTooLarge({ most: BATCH_ROWS });
  const sha256 = createHash('sha256').update(JSON.stringify(rows)).digest();
  await deps.protection.prepare();
  const before = await readBatch(deps.db, open.importId, batchNo);
  if (before !== undefined) return repeated(deps.db, open.importId, before, batchNo, sha256);

  // The last batch may be short, so the number of a row follows from the rows of the batches before it.
  const firstRow = 1 + (await rowsBefore(deps.db, open.importId, batchNo));
  const good: { rowNo: number; values: ItemTexts }[] = [];
  const refused: RefusedRow[] = [];
  for (const [at, fields] of rows.entries()) {
    const read = readRow(open.columns, fields, open.source);
    if (read.ok) good.push({ rowNo: firstRow + at, values: read.values });
    else refused.push({ rowNo: firstRow + at, reason: read.reason });
  }
  const staged = await sealRows(deps, open, good);
  await transact(deps.db, async (tx) => {
    await requireNext(tx, open.importId, batchNo);
    const admitted = await admittedBuckets(tx, open.importId);
    const wanted = staged.filter(([bucket]) => !admitted.has(Number(bucket)));
    await copyRows(tx, 'issuer.resident_import_row', STAGED_COLUMNS, wanted);
    await tx.query(
      'insert into issuer.resident_import_batch (import_id, batch_no, rows, staged, sha256) values ($1, $2, $3, $4, $5)',
      [open.importId, batchNo, rows.length, staged.length, sha256],
    );
    await tx.query(
      `insert into issuer.resident_import_outcome (import_id, row_no, outcome, reason)
       select $1, row_no, 'refused', reason from unnest($2::bigint[], $3::text[]) as r (row_no, reason)
       on conflict do nothing`,
      [open.importId, refused.map(({ rowNo }) => rowNo), refused.map(({ reason }) => reason)],
    );
  });
  return { refused };
}

interface BatchRow {
  readonly rows: number;
  readonly sha256: Buffer;
}

async function readBatch(db: Database, importId: bigint, batchNo: number): Promise<BatchRow | undefined> {
  const { rows } = await db.query<BatchRow>(
    'select rows, sha256 from issuer.resident_import_batch where import_id = $1 and batch_no = $2',
    [importId, batchNo],
  );
  return rows[0];
}

async function repeated(
  db: Database,
  importId: bigint,
  before: BatchRow,
  batchNo: number,
  sha256: Buffer,
): Promise<{ refused: readonly RefusedRow[] }> {
  if (!before.sha256.equals(sha256)) throw importErrors.otherFile({ batchNo });
  const first = 1 + (await rowsBefore(db, importId, batchNo));
  const { rows } = await db.query<{ row_no: bigint; reason: string }>(
    `select row_no, reason from issuer.resident_import_outcome
      where import_id = $1 and outcome = 'refused' and row_no between $2 and $3 order by row_no`,
    [importId, first, first + before.rows - 1],
  );
  return { refused: rows.map((row) => ({ rowNo: Number(row.row_no), reason: row.reason })) };
}

async function rowsBefore(db: Database, importId: bigint, batchNo: number): Promise<number> {
  const { rows } = await db.query<{ n: bigint }>(
    'select coalesce(sum(rows), 0)::bigint as n from issuer.resident_import_batch where import_id = $1 and batch_no < $2',
    [importId, batchNo],
  );
  return Number(rows[0]?.n ?? 0n);
}

/** Locks the import; two senders of one file take turns. */
async function requireNext(tx: Transaction, importId: bigint, batchNo: number): Promise<void> {
  const { rows } = await tx.query<{ state: string }>(
    'select state from issuer.resident_import where import_id = $1 for update',
    [importId],
  );
  const state = rows[0]?.state;
  if (state === undefined) throw importErrors.unknown({ importId: Number(importId) });
  if (state !== 'staging') throw importErrors.notStaging({ importId: Number(importId), state });
  const { rows: batches } = await tx.query<{ next: number }>(
    'select coalesce(max(batch_no), 0) + 1 as next from issuer.resident_import_batch where import_id = $1',
    [importId],
  );
  const next = batches[0]?.next ?? 1;
  if (batchNo !== next) throw importErrors.batchOutOfOrder({ batchNo, next });
}

/** After a crash the file is staged anew; the rows of buckets that were admitted before it are not needed again. */
async function admittedBuckets(tx: Transaction, importId: bigint): Promise<Set<number>> {
  const { rows } = await tx.query<{ bucket: number }>(
    'select bucket from issuer.resident_import_bucket where import_id = $1 and accepted is not null and staged > 0',
    [importId],
  );
  return new Set(rows.map((row) => row.bucket));
}

const STAGED_COLUMNS = [
  'bucket',
  'row_no',
  'resident_id',
  'sealed',
  'population',
  'district',
  'permit_valid_to',
  'document_values',
  'documents',
  'search_values',
  'search_kinds',
];

/** The rows as they are staged, in the order of their buckets: COPY then writes each bucket in one go. */
async function sealRows(
  deps: { readonly db: Database; readonly protection: Protection },
  open: OpenImport,
  good: readonly { readonly rowNo: number; readonly values: ItemTexts }[],
): Promise<unknown[][]> {
  const keysOf = good.map(({ values }) => searchKeys(values));
  const indexed = await indexKeys(deps.protection, keysOf.flat());
  const ids = await nextResidentIds(deps.db, good.length);
  const at = new Date();
  const documents = good.map(({ values }) => documentFrom(values, open.source, at));
  const sealed = await deps.protection.sealAll(
    documents.map((document, n) => ({ context: documentContext(ids[n] ?? 0n), clear: encodeDocument(document) })),
  );
  let next = 0;
  const rows = good.map(({ rowNo }, n) => {
    const keys = indexed.slice(next, (next += keysOf[n]?.length ?? 0));
    const plain = plainColumns(documents[n] ?? {});
    const unique = keys.filter(isUnique);
    const shared = keys.filter((key) => !isUnique(key));
    return [
      bucketOf(keys),
      rowNo,
      ids[n],
      sealed[n],
      plain.population,
      plain.district,
      plain.permitValidTo,
      unique.map(({ index }) => index),
      unique.map(({ document }) => document),
      shared.map(({ index }) => index),
      shared.map(({ kind }) => kind),
    ];
  });
  return rows.sort((a, b) => Number(a[0]) - Number(b[0]));
}

/** By the first number that only one person has; somebody without one goes by name. */
function bucketOf(keys: readonly IndexedKey[]): number {
  const key = keys.find(isUnique) ?? keys[0];
  return (key?.index[0] ?? 0) >> BUCKET_SHIFT;
}
