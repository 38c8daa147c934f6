import { type Principal, transact, type Transaction } from '@citycard/common';
import { GaveWay } from '../gave-way.ts';
import { lockHistory } from '../history.ts';
import type { ResidentDeps, ResidentHook } from '../deps.ts';
import { items, type Producer } from '../items.ts';
import type { OpenImport } from './stage.ts';

/** Buckets are admitted together until a transaction has this many rows: enough to make its statements worth their while. */
const ROWS_AT_ONCE = 100_000;
/** Up to so many rows are deleted one by one; more are truncated away, which costs a file per bucket. */
const DELETED_AT_MOST = 10_000;

interface Bucket {
  readonly bucket: number;
  readonly staged: number;
}

/**
 * Registers the rows of the next buckets and empties them, in one transaction: a number that is registered already, or
 * stands in the file a second time, gives an outcome instead of a resident.
 *
 * @returns false when there was nothing left, `lost` when staged rows are no longer there
 */
export async function admitNext(
  { db, hooks = [] }: Pick<ResidentDeps, 'db' | 'hooks'>,
  registrar: Principal,
  open: OpenImport,
  rowsAtOnce = ROWS_AT_ONCE,
): Promise<boolean | 'lost'> {
  return transact(db, async (tx) => {
    // Two callers take turns.
    await tx.query('select from issuer.resident_import where import_id = $1 for update', [open.importId]);
    const buckets = await nextBuckets(tx, open.importId, rowsAtOnce);
    if (buckets.length === 0) return false;
    const numbers = buckets.map(({ bucket }) => bucket);
    const staged = buckets.reduce((sum, bucket) => sum + bucket.staged, 0);
    if ((await chooseRows(tx, numbers)) !== staged) return 'lost';
    await insertResidents(tx, registrar, open.source, numbers);
    await recordOutcomes(tx, open.importId, numbers);
    await noteDuplicatesOf(tx, numbers);
    if (open.source !== items.name.producer) await tellOthers(tx, hooks, registrar);
    if (staged <= DELETED_AT_MOST)
      await tx.query('delete from issuer.resident_import_row where bucket = any($1)', [numbers]);
    else await tx.query(`truncate ${numbers.map((bucket) => `issuer.resident_import_row_b${bucket}`).join(', ')}`);
    return true;
  });
}

async function nextBuckets(tx: Transaction, importId: bigint, rowsAtOnce: number): Promise<Bucket[]> {
  const { rows } = await tx.query<Bucket>(
    `select bucket, staged from issuer.resident_import_bucket
      where import_id = $1 and accepted is null order by bucket`,
    [importId],
  );
  let sum = 0;
  return rows.filter(({ staged }, at) => {
    sum += staged;
    return at === 0 || sum <= rowsAtOnce;
  });
}

/**
 * Decides for each row: `holder` has one of its numbers already, `twin` is an earlier row with one of them, and whoever
 * has neither is admitted.
 *
 * @returns how many rows there are
 */
async function chooseRows(tx: Transaction, buckets: readonly number[]): Promise<number> {
  await tx.query(
    `create temporary table admission (
       bucket smallint, row_no bigint, resident_id bigint, holder bigint, twin bigint, admitted boolean
     ) on commit drop`,
  );
  const { rowCount } = await tx.query(
    `with number as materialized (
       select row_no, value
         from issuer.resident_import_row, unnest(document_values) as value where bucket = any($1)),
     held as (
       select number.row_no, min(d.resident_id) as holder
         from number join issuer.resident_document d on d.index_value = number.value group by number.row_no),
     placed as (
       select row_no, min(row_no) over (partition by value) as first from number),
     repeated as (
       select row_no, min(first) as twin from placed where first < row_no group by row_no)
     insert into admission
     select r.bucket, r.row_no, r.resident_id, held.holder, repeated.twin, held.holder is null and repeated.twin is null
       from issuer.resident_import_row r
       left join held using (row_no) left join repeated using (row_no)
      where r.bucket = any($1)`,
    [buckets],
  );
  await tx.query('analyze admission');
  return rowCount ?? 0;
}

const ADMITTED = `issuer.resident_import_row r join admission a using (bucket, row_no)`;
const WHERE = `a.admitted and r.bucket = any($1)`;

/** Everything is written in the order of its index, so that each page of an index is visited once per transaction. */
async function insertResidents(
  tx: Transaction,
  registrar: Principal,
  source: Producer,
  buckets: readonly number[],
): Promise<void> {
  const { rows } = await tx.query<{ documents: bigint }>(
    `select coalesce(sum(cardinality(document_values)), 0)::bigint as documents from ${ADMITTED} where ${WHERE}`,
    [buckets],
  );
  const documents = await tx.query(
    `insert into issuer.resident_document (index_value, document, resident_id)
     select value, document, r.resident_id
       from ${ADMITTED}, unnest(r.document_values, r.documents) as d (value, document) where ${WHERE}
      order by value on conflict do nothing`,
    [buckets],
  );
  // Somebody was registered at a counter between the choice and this: choose again.
  if (BigInt(documents.rowCount ?? 0) !== rows[0]?.documents) throw new GaveWay();
  await tx.query(
    `insert into issuer.resident (resident_id, sealed, population, district, permit_valid_to, registered_by)
     select r.resident_id, sealed, population, district, permit_valid_to, $2 from ${ADMITTED} where ${WHERE}`,
    [buckets, registrar.id],
  );
  await tx.query(
    `insert into issuer.resident_search (index_value, resident_id, kind)
     select value, r.resident_id, kind
       from ${ADMITTED}, unnest(r.search_values, r.search_kinds) as k (value, kind) where ${WHERE}
      order by value on conflict do nothing`,
    [buckets],
  );
  await lockHistory(tx);
  await tx.query(
    `insert into issuer.resident_change (resident_id, kind, source, actor, reason)
     select r.resident_id, 'registered', $2, $3, 'import' from ${ADMITTED} where ${WHERE}`,
    [buckets, source, registrar.id],
  );
}

async function recordOutcomes(tx: Transaction, importId: bigint, buckets: readonly number[]): Promise<void> {
  await tx.query(
    `insert into issuer.resident_import_outcome (import_id, row_no, outcome, reason, resident_id)
     select $1, row_no, case when twin is null then 'known' else 'repeated' end,
            case when twin is null then 'registered already' else 'the same number as row ' || twin end, holder
       from admission where not admitted
     on conflict do nothing`,
    [importId],
  );
  await tx.query(
    `update issuer.resident_import_bucket b
        set accepted = (select count(*) from admission a where a.bucket = b.bucket and admitted),
            known = (select count(*) from admission a where a.bucket = b.bucket and not admitted)
      where import_id = $1 and bucket = any($2)`,
    [importId, buckets],
  );
}

/** Whom a department other than the names' own producer brings is new to everybody, as at a counter. */
async function tellOthers(tx: Transaction, hooks: readonly ResidentHook[], registrar: Principal): Promise<void> {
  if (hooks.every(({ onRegistered }) => onRegistered === undefined)) return;
  const { rows } = await tx.query<{ resident_id: bigint }>('select resident_id from admission where admitted');
  const residentIds = rows.map((row) => row.resident_id);
  for (const hook of hooks) await hook.onRegistered?.(tx, registrar, residentIds);
}

/** Pairs of an admitted row with anybody of the same name, birth date and phone, or the same shared document and name. */
async function noteDuplicatesOf(tx: Transaction, buckets: readonly number[]): Promise<void> {
  await tx.query(
    `with mine as materialized (
       select r.resident_id,
              search_values[array_position(search_kinds, 'name')] as name,
              search_values[array_position(search_kinds, 'name-birth')] as name_birth,
              search_values[array_position(search_kinds, 'phone')] as phone,
              search_values[array_position(search_kinds, 'document')] as document
         from ${ADMITTED} where ${WHERE}),
     pair as (
       select mine.resident_id, other.resident_id as other, 'same-name-birth-phone' as reason
         from mine
         join issuer.resident_search other on other.index_value = mine.name_birth and other.resident_id <> mine.resident_id
         join issuer.resident_search phone on phone.index_value = mine.phone and phone.resident_id = other.resident_id
        where mine.phone is not null
       union all
       select mine.resident_id, other.resident_id, 'same-document'
         from mine
         join issuer.resident_search other on other.index_value = mine.document and other.resident_id <> mine.resident_id
         join issuer.resident_search name on name.index_value = mine.name and name.resident_id = other.resident_id)
     insert into issuer.possible_duplicate (resident_a, resident_b, reason)
     select least(resident_id, other), greatest(resident_id, other), min(reason) from pair group by 1, 2
     on conflict do nothing`,
    [buckets],
  );
}
