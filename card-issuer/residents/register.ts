import { type Database, type Principal, recordAct, transact, type Transaction } from '@citycard/common';
import { issuerErrors } from '../errors.ts';
import { duplicatesByKeys, noteDuplicates } from './duplicates.ts';
import type { ResidentDeps } from './deps.ts';
import { residentErrors } from './errors.ts';
import { recordChanges } from './history.ts';
import { addKeys, type TakenDocument } from './index-rows.ts';
import { type ItemName, items, type Producer } from './items.ts';
import { maskedResident, type MaskedResident } from './masked.ts';
import { encodeDocument, type ItemValue, type PersonalDocument } from './personal-document.ts';
import { documentContext, plainColumns, readRecords } from './record.ts';
import { type ItemTexts, readRegistration, type Registration } from './registration.ts';
import { documentKinds } from './documents.ts';
import { indexKeys, searchKeys } from './search-keys.ts';

/**
 * Registers a resident once (requirements R1, R2). Date of birth and sex follow from the identity number where there is
 * one (domain facts E.1). Residents of the same name, birth date and phone come back as possible duplicates and stand on
 * the registrar's list.
 *
 * @throws card-issuer.impossible-id-number, .permit-missing, .resident-exists (with the number of the resident who is
 *   registered), card-issuer.residents.document-missing, .impossible-item, .document-taken
 */
export async function registerResident(
  deps: ResidentDeps,
  clerk: Principal,
  registration: Registration,
): Promise<{ residentId: bigint; possibleDuplicates: readonly MaskedResident[] }> {
  return insertResident(deps, clerk, readRegistration(registration), 'card-issuer');
}

/** Registers a resident from items that are checked already, in a transaction of its own. */
async function insertResident(
  deps: ResidentDeps,
  actor: Principal,
  values: ItemTexts,
  source: Producer,
): Promise<{ residentId: bigint; possibleDuplicates: readonly MaskedResident[] }> {
  const { db, protection } = deps;
  const keys = await indexKeys(protection, searchKeys(values));
  const [residentId] = await nextResidentIds(db, 1);
  if (residentId === undefined) throw new Error('a sequence gave no number');
  const document = documentFrom(values, source, new Date());
  const sealed = await protection.seal(documentContext(residentId), encodeDocument(document));
  const { population, district, permitValidTo } = plainColumns(document);

  return transact(db, async (tx) => {
    const taken = await addKeys(tx, residentId, keys);
    if (taken !== undefined) throw takenError(taken);
    await tx.query(
      `insert into issuer.resident (resident_id, sealed, population, district, permit_valid_to, registered_by)
       values ($1, $2, $3, $4, $5, $6)`,
      [residentId, sealed, population, district, permitValidTo, actor.id],
    );
    const found = (await duplicatesByKeys(tx, keys)).filter((other) => other.residentId !== residentId);
    await noteDuplicates(tx, residentId, found);
    const others = await readRecords(
      tx,
      protection,
      found.map((other) => other.residentId),
    );
    await recordChanges(tx, protection, actor, 'registration', [{ residentId, kind: 'registered', source }]);
    for (const hook of deps.hooks ?? []) await hook.onRegistered?.(tx, actor, [residentId]);
    await recordAct(tx, actor, { act: 'register-resident', subject: `resident ${residentId}` });
    return { residentId, possibleDuplicates: others.map(maskedResident) };
  });
}

/** Numbers for residents to come; one that is not used is left out for ever. */
export async function nextResidentIds(db: Database | Transaction, count: number): Promise<bigint[]> {
  const { rows } = await db.query<{ id: bigint }>(
    `select nextval('issuer.resident_sequence') as id from generate_series(1, $1)`,
    [count],
  );
  return rows.map(({ id }) => id);
}

/** A document whose items were all said by one source at one time. */
export function documentFrom(values: ItemTexts, source: Producer, at: Date): PersonalDocument {
  const entries = Object.entries(values) as [ItemName, string][];
  return Object.fromEntries(
    entries.map(([item, value]): [ItemName, ItemValue] => [
      item,
      { value, producer: items[item].producer, source, at },
    ]),
  );
}

/** Names the resident who has the number, never the number. */
export function takenError({ key, residentId }: TakenDocument): Error {
  const detail = { residentId: Number(residentId) };
  if (key.document === undefined || key.document === 'resident-id-card') return issuerErrors.residentExists(detail);
  return residentErrors.documentTaken({ ...detail, document: documentKinds[key.document].title });
}
