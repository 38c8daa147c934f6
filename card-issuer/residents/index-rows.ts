import type { Transaction } from '@citycard/common';
import { type IndexedKey, isUnique } from './search-keys.ts';

/** A document number that another resident has. */
export interface TakenDocument {
  readonly key: IndexedKey;
  readonly residentId: bigint;
}

/**
 * Makes a resident findable by these keys. Numbers that only one person has are taken first; when one of them is another
 * resident's, it is answered, and the caller gives the transaction up.
 */
export async function addKeys(
  tx: Transaction,
  residentId: bigint,
  keys: readonly IndexedKey[],
): Promise<TakenDocument | undefined> {
  // Always in the same order, so that two registrations of one person wait for each other instead of in a circle.
  const unique = keys.filter(isUnique).sort((a, b) => Buffer.compare(a.index, b.index));
  if (unique.length > 0) {
    const { rows } = await tx.query<{ index_value: Buffer; resident_id: bigint }>(
      `with taken as (
         insert into issuer.resident_document (index_value, document, resident_id)
         select index_value, document, $3 from unnest($1::bytea[], $2::text[]) as k (index_value, document)
         on conflict (index_value) do nothing returning index_value)
       select index_value from taken`,
      [unique.map(({ index }) => index), unique.map(({ document }) => document), residentId],
    );
    const taken = new Set(rows.map((row) => row.index_value.toString('hex')));
    const other = unique.filter((key) => !taken.has(key.index.toString('hex')));
    const conflict = await holderOf(tx, residentId, other);
    if (conflict !== undefined) return conflict;
  }
  const shared = keys.filter((key) => !isUnique(key));
  await tx.query(
    `insert into issuer.resident_search (index_value, resident_id, kind)
     select index_value, $3, kind from unnest($1::bytea[], $2::text[]) as k (index_value, kind) on conflict do nothing`,
    [shared.map(({ index }) => index), shared.map(({ kind }) => kind), residentId],
  );
  return undefined;
}

/** A statement of its own: it also sees the row of somebody who was faster. */
async function holderOf(
  tx: Transaction,
  residentId: bigint,
  keys: readonly IndexedKey[],
): Promise<TakenDocument | undefined> {
  for (const key of keys) {
    const { rows } = await tx.query<{ resident_id: bigint }>(
      'select resident_id from issuer.resident_document where index_value = $1',
      [key.index],
    );
    const holder = rows[0]?.resident_id;
    if (holder !== undefined && holder !== residentId) return { key, residentId: holder };
  }
  return undefined;
}

/** The resident is no longer found by these keys. */
export async function removeKeys(tx: Transaction, residentId: bigint, keys: readonly IndexedKey[]): Promise<void> {
  if (keys.length === 0) return;
  const indexes = keys.map(({ index }) => index);
  await tx.query('delete from issuer.resident_document where index_value = any($1::bytea[]) and resident_id = $2', [
    indexes,
    residentId,
  ]);
  await tx.query('delete from issuer.resident_search where index_value = any($1::bytea[]) and resident_id = $2', [
    indexes,
    residentId,
  ]);
}
