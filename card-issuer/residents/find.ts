import { type Principal, transact, type Transaction } from '@citycard/common';
import type { ResidentDeps } from './deps.ts';
import { logDisclosure, readPurpose } from './disclosure-log.ts';
import { type DocumentKindName, documentKinds, readDocumentNumber } from './documents.ts';
import { residentErrors } from './errors.ts';
import { issuerErrors } from '../errors.ts';
import { checkItem } from './item-values.ts';
import type { ItemName } from './items.ts';
import { countLookup, type LookupRefusal } from './lookup-limits.ts';
import { maskedResident, type MaskedResident } from './masked.ts';
import { readRecords, recordsByIndex } from './record.ts';
import { documentKey, indexKeys, isUnique, nameBirthKey, nameKey, phoneKey, type SearchKey } from './search-keys.ts';

/** What a resident is looked for by: whole values only. Similarity and parts of names are not searchable, by design. */
export type FindCriterion =
  | { readonly idNumber: string }
  | { readonly documentKind: DocumentKindName; readonly documentNo: string }
  | { readonly name: string; readonly birthDate?: string }
  | { readonly phone: string };

/** A list longer than this is no answer for a counter: the search is to be narrowed by date of birth. */
export const FOUND_AT_MOST = 20;

const MASKED_ITEMS: readonly ItemName[] = ['name', 'id-number', 'birth-date', 'phone', 'population'];

/**
 * Residents by a whole value, masked, at most {@link FOUND_AT_MOST}, in the order they were registered. The search is
 * counted and logged before it is answered, whether anybody is found or not.
 *
 * @throws card-issuer.impossible-id-number, card-issuer.residents.impossible-document, .impossible-item,
 *   .purpose-missing, .too-many-lookups
 */
export async function findResidents(
  deps: ResidentDeps,
  reader: Principal,
  criterion: FindCriterion,
  { purpose }: { readonly purpose: string },
): Promise<MaskedResident[]> {
  const why = readPurpose(purpose);
  const key = keyOf(criterion);
  await deps.protection.prepare();
  const [indexed] = await indexKeys(deps.protection, [key]);
  if (indexed === undefined) throw new Error('one key has one index');
  const line = { purpose: why, items: MASKED_ITEMS, criterion: { kind: nameOf(key), index: indexed.index } };

  const outcome = await transact(
    deps.db,
    async (tx): Promise<{ refusal: LookupRefusal } | { found: MaskedResident[] }> => {
      const refusal = await countLookup(tx, reader);
      if (refusal !== undefined) {
        await logDisclosure(tx, reader, { ...line, kind: 'refused', residentIds: [] });
        return { refusal };
      }
      const table = isUnique(key) ? 'resident_document' : 'resident_search';
      const records = await recordsByIndex(tx, deps.protection, table, indexed.index, FOUND_AT_MOST);
      const residentIds = records.map(({ residentId }) => residentId);
      await logDisclosure(tx, reader, { ...line, kind: 'search', residentIds });
      return { found: records.map(maskedResident) };
    },
  );
  if ('refusal' in outcome) throw residentErrors.tooManyLookups({ ...outcome.refusal });
  return outcome.found;
}

/**
 * One resident by number, masked; counted and logged like a search.
 *
 * @throws card-issuer.resident-unknown, card-issuer.residents.too-many-lookups
 */
export async function showResident(
  deps: ResidentDeps,
  reader: Principal,
  residentId: bigint,
  purpose = 'shown masked',
): Promise<MaskedResident> {
  await deps.protection.prepare();
  const line = { purpose, items: MASKED_ITEMS, residentIds: [residentId] };
  const outcome = await transact(
    deps.db,
    async (tx): Promise<{ refusal: LookupRefusal } | { found: MaskedResident }> => {
      const refusal = await countLookup(tx, reader);
      if (refusal !== undefined) {
        await logDisclosure(tx, reader, { ...line, kind: 'refused' });
        return { refusal };
      }
      const [record] = await readRecords(tx, deps.protection, [residentId]);
      if (record === undefined) throw issuerErrors.residentUnknown();
      await logDisclosure(tx, reader, { ...line, kind: 'search' });
      return { found: maskedResident(record) };
    },
  );
  if ('refusal' in outcome) throw residentErrors.tooManyLookups({ ...outcome.refusal });
  return outcome.found;
}

/** The resident with this identity number, for joins inside the product. Undefined also for a number that cannot exist. */
export async function residentIdByNumber(
  deps: Pick<ResidentDeps, 'protection'> & { readonly db: ResidentDeps['db'] | Transaction },
  idNumber: string,
): Promise<bigint | undefined> {
  const [residentId] = await residentIdsByNumbers(deps, [idNumber]);
  return residentId;
}

/** The same for many numbers at once, in their order. */
export async function residentIdsByNumbers(
  deps: Pick<ResidentDeps, 'protection'> & { readonly db: ResidentDeps['db'] | Transaction },
  idNumbers: readonly string[],
): Promise<(bigint | undefined)[]> {
  const read = idNumbers.map((text) => readDocumentNumber('resident-id-card', text));
  const keys = read.flatMap((each) => (each.ok ? [documentKey('resident-id-card', each.number)] : []));
  const indexed = await indexKeys(deps.protection, keys);
  const { rows } = await deps.db.query<{ index_value: Buffer; resident_id: bigint }>(
    'select index_value, resident_id from issuer.resident_document where index_value = any($1::bytea[])',
    [indexed.map(({ index }) => index)],
  );
  const byIndex = new Map(rows.map((row) => [row.index_value.toString('hex'), row.resident_id]));
  const byNumber = new Map(indexed.map(({ value, index }) => [value, byIndex.get(index.toString('hex'))]));
  return read.map((each) => (each.ok ? byNumber.get(each.number) : undefined));
}

function keyOf(criterion: FindCriterion): SearchKey {
  if ('idNumber' in criterion) {
    const read = readDocumentNumber('resident-id-card', criterion.idNumber);
    if (!read.ok) throw issuerErrors.impossibleIdNumber(read.reason);
    return documentKey('resident-id-card', read.number);
  }
  if ('documentKind' in criterion) {
    const read = readDocumentNumber(criterion.documentKind, criterion.documentNo);
    if (!read.ok) throw residentErrors.impossibleDocument({ reason: read.reason });
    return documentKey(criterion.documentKind, read.number);
  }
  if ('phone' in criterion) return phoneKey(checked('phone', criterion.phone));
  const name = checked('name', criterion.name);
  const { birthDate } = criterion;
  return birthDate === undefined ? nameKey(name) : nameBirthKey(name, checked('birth-date', birthDate));
}

function checked(item: ItemName, text: string): string {
  const value = checkItem(item, text);
  if (!value.ok) throw residentErrors.impossibleItem({ item, reason: value.reason });
  return value.value;
}

function nameOf(key: SearchKey): string {
  return key.document === undefined ? key.kind : documentKinds[key.document].item;
}
