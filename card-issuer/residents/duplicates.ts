import { type Database, type Principal, recordAct, type Transaction } from '@citycard/common';
import type { Protection } from '../protection/protection.ts';
import { residentErrors } from './errors.ts';
import { maskedResident, type MaskedResident } from './masked.ts';
import { readRecords } from './record.ts';
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

/** The same for many newcomers at once, found and put on the list; their keys stand in the tables already. */
export async function noteDuplicatesOf(
  tx: Transaction,
  people: readonly { readonly residentId: bigint; readonly keys: readonly IndexedKey[] }[],
): Promise<void> {
  if (people.length === 0) return;
  const index = (kind: IndexedKey['kind']) =>
    people.map(({ keys }) => keys.find((key) => key.kind === kind)?.index ?? null);
  const shared = people.flatMap(({ residentId, keys }) =>
    keys.filter((key) => key.kind === 'document' && !isUnique(key)).map((key) => ({ residentId, index: key.index })),
  );
  await tx.query(
    `with mine as materialized (
       select * from unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::bytea[])
         as m (resident_id, name, name_birth, phone)),
     document as (select * from unnest($5::bigint[], $6::bytea[]) as d (resident_id, index_value)),
     pair as (
       select mine.resident_id, other.resident_id as other, 'same-name-birth-phone' as reason
         from mine
         join issuer.resident_search other on other.index_value = mine.name_birth and other.resident_id <> mine.resident_id
         join issuer.resident_search phone on phone.index_value = mine.phone and phone.resident_id = other.resident_id
       union all
       select mine.resident_id, other.resident_id, 'same-document'
         from mine join document using (resident_id)
         join issuer.resident_search other
           on other.index_value = document.index_value and other.resident_id <> mine.resident_id
         join issuer.resident_search name on name.index_value = mine.name and name.resident_id = other.resident_id)
     insert into issuer.possible_duplicate (resident_a, resident_b, reason)
     select least(resident_id, other), greatest(resident_id, other), min(reason) from pair group by 1, 2
     on conflict do nothing`,
    [
      people.map(({ residentId }) => residentId),
      index('name'),
      index('name-birth'),
      index('phone'),
      shared.map(({ residentId }) => residentId),
      shared.map((each) => each.index),
    ],
  );
}

/**
 * Goes through everybody registered and lists pairs of the same name, birth date and phone that nobody has looked at.
 * Set-based: pairs of the same name and birth date are few, and only their phones are compared.
 */
export async function searchDuplicates(tx: Transaction, registrar: Principal): Promise<{ found: number }> {
  const { rowCount } = await tx.query(
    `with pair as materialized (
       select a.resident_id as a, b.resident_id as b
         from issuer.resident_search a join issuer.resident_search b using (index_value)
        where a.kind = 'name-birth' and b.kind = 'name-birth' and a.resident_id < b.resident_id),
     person as (select a as resident_id from pair union select b from pair),
     phone as materialized (
       select resident_id, index_value from issuer.resident_search join person using (resident_id) where kind = 'phone')
     insert into issuer.possible_duplicate (resident_a, resident_b, reason)
     select distinct pair.a, pair.b, 'same-name-birth-phone'
       from pair join phone pa on pa.resident_id = pair.a
                 join phone pb on pb.resident_id = pair.b and pb.index_value = pa.index_value
     on conflict do nothing`,
  );
  const found = rowCount ?? 0;
  await recordAct(tx, registrar, { act: 'search-duplicates', subject: 'residents', detail: { found } });
  return { found };
}

/** A pair that waits for a decision, masked. */
export interface DuplicatePair {
  readonly reason: DuplicateReason;
  readonly foundAt: Date;
  readonly residents: readonly MaskedResident[];
}

/** Pairs that wait for a decision, oldest first. */
export async function openDuplicates(
  deps: { readonly db: Database; readonly protection: Protection },
  limit = 50,
): Promise<DuplicatePair[]> {
  const { rows } = await deps.db.query<{ a: bigint; b: bigint; reason: DuplicateReason; found_at: Date }>(
    `select resident_a as a, resident_b as b, reason, found_at from issuer.possible_duplicate
      where state = 'open' order by found_at, resident_a, resident_b limit $1`,
    [limit],
  );
  const records = await readRecords(deps.db, deps.protection, [...new Set(rows.flatMap(({ a, b }) => [a, b]))]);
  const masked = new Map(records.map((record) => [record.residentId, maskedResident(record)]));
  return rows.map(({ a, b, reason, found_at: foundAt }) => ({
    reason,
    foundAt,
    residents: [a, b].flatMap((id) => masked.get(id) ?? []),
  }));
}

/** A registrar has looked: they are two people. @throws card-issuer.residents.duplicate-unknown */
export async function declareTwoPeople(
  tx: Transaction,
  registrar: Principal,
  one: bigint,
  other: bigint,
): Promise<void> {
  const { rowCount } = await tx.query(
    `update issuer.possible_duplicate set state = 'two-people', decided_by = $3, decided_at = now()
      where resident_a = least($1::bigint, $2::bigint) and resident_b = greatest($1::bigint, $2::bigint) and state = 'open'`,
    [one, other, registrar.id],
  );
  if (rowCount === 0) throw residentErrors.duplicateUnknown();
  await recordAct(tx, registrar, { act: 'declare-two-people', subject: `residents ${one} and ${other}` });
}
