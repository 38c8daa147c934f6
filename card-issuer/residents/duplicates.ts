import type { Transaction } from '@citycard/common';
import { type IndexedKey, isUnique } from './search-keys.ts';

export type DuplicateReason = 'same-name-birth-phone' | 'same-document';

export interface FoundDuplicate {
  readonly residentId: bigint;
  readonly reason: DuplicateReason;
}

/**
 * Residents who may be the one these keys belong to: same name, birth date and phone, or the same number of a document
 * that several may have. (A number that only one person has never gets this far.)
 */
export async function duplicatesByKeys(tx: Transaction, keys: readonly IndexedKey[]): Promise<FoundDuplicate[]> {
  const index = (kind: IndexedKey['kind']) => keys.find((key) => key.kind === kind)?.index ?? null;
  const shared = keys.filter((key) => key.kind === 'document' && !isUnique(key)).map((key) => key.index);
  const { rows } = await tx.query<{ resident_id: bigint; reason: DuplicateReason }>(
    `select resident_id, 'same-name-birth-phone' as reason from (
       select resident_id from issuer.resident_search where index_value = $1
       intersect select resident_id from issuer.resident_search where index_value = $2) as person
     union
     select d.resident_id, 'same-document' from issuer.resident_search d
       join issuer.resident_search n on n.resident_id = d.resident_id and n.index_value = $1
      where d.index_value = any($3::bytea[])
     order by resident_id`,
    [index('name-birth'), index('phone'), shared],
  );
  return rows.map((row) => ({ residentId: row.resident_id, reason: row.reason }));
}

/** Puts pairs on the list that a registrar decides. A pair that is there, decided or not, stays as it is. */
export async function noteDuplicates(
  tx: Transaction,
  residentId: bigint,
  found: readonly FoundDuplicate[],
): Promise<void> {
  if (found.length === 0) return;
  await tx.query(
    `insert into issuer.possible_duplicate (resident_a, resident_b, reason)
     select least($1, other), greatest($1, other), reason from unnest($2::bigint[], $3::text[]) as p (other, reason)
      where other <> $1
     on conflict do nothing`,
    [residentId, found.map((each) => each.residentId), found.map((each) => each.reason)],
  );
}
