import { type Principal, type Role, transact, type Transaction } from '@citycard/common';
import { issuerErrors } from '../errors.ts';
import type { ResidentDeps } from './deps.ts';
import { logDisclosure, readPurpose } from './disclosure-log.ts';
import { residentErrors } from './errors.ts';
import { type ItemGroup, type ItemName, items } from './items.ts';
import { countLookup } from './lookup-limits.ts';
import type { ItemValue, PersonalDocument } from './personal-document.ts';
import { readRecords } from './record.ts';

/** Why the data is needed and which items of it. */
export interface DisclosureRequest {
  readonly purpose: string;
  readonly items: readonly ItemName[];
}

/** The items asked for that the resident has. */
export type ResidentItems = Readonly<Partial<Record<ItemName, ItemValue>>>;

const counterGroups: readonly ItemGroup[] = ['basic', 'contact', 'household', 'floating', 'card'];
const allGroups: readonly ItemGroup[] = [...counterGroups, 'family-planning'];

/**
 * Which groups of items a role may read in clear. What a department may read of all groups its entitlement says, which the
 * population exchange checks before it asks here. An auditor sees who looked, not what.
 */
const groupsOfRole: Partial<Record<Role, readonly ItemGroup[]>> = {
  clerk: counterGroups,
  registrar: counterGroups,
  'department-partner': allGroups,
  system: allGroups,
};

/**
 * Opens items of one resident for this reader: with {@link discloseResidents} the only way to read them in clear. A line
 * in the log of disclosures is committed before anything is answered.
 *
 * @throws card-issuer.resident-unknown, card-issuer.residents.purpose-missing, .items-not-allowed, .too-many-lookups
 */
export async function discloseResident(
  deps: ResidentDeps,
  reader: Principal,
  residentId: bigint,
  request: DisclosureRequest,
): Promise<ResidentItems> {
  const found = await discloseResidents(deps, reader, [residentId], request);
  const values = found.get(residentId);
  if (values === undefined) throw issuerErrors.residentUnknown();
  return values;
}

/**
 * The same for many residents, as one disclosure: an export, an answer with several people. Unknown residents are left
 * out.
 *
 * @throws card-issuer.residents.purpose-missing, .items-not-allowed, .too-many-lookups
 */
export async function discloseResidents(
  deps: ResidentDeps,
  reader: Principal,
  residentIds: readonly bigint[],
  request: DisclosureRequest,
): Promise<Map<bigint, ResidentItems>> {
  await deps.protection.prepare();
  const outcome = await transact(deps.db, (tx) => discloseIn(tx, deps, reader, residentIds, request));
  if ('refusal' in outcome) throw residentErrors.tooManyLookups({ ...outcome.refusal });
  return outcome.found;
}

async function discloseIn(
  tx: Transaction,
  deps: ResidentDeps,
  reader: Principal,
  residentIds: readonly bigint[],
  request: DisclosureRequest,
): Promise<{ found: Map<bigint, ResidentItems> } | { refusal: { window: string; count: number } }> {
  const purpose = readPurpose(request.purpose);
  const names = [...new Set(request.items)];
  requireItems(reader, names);
  const refusal = await countLookup(tx, reader);
  if (refusal !== undefined) {
    await logDisclosure(tx, reader, { kind: 'refused', purpose, items: names, residentIds });
    return { refusal };
  }
  const records = await readRecords(tx, deps.protection, residentIds);
  const found = new Map(records.map(({ residentId, document }) => [residentId, picked(document, names)]));
  if (found.size > 0)
    await logDisclosure(tx, reader, { kind: 'disclosure', purpose, items: names, residentIds: [...found.keys()] });
  return { found };
}

/** @throws card-issuer.residents.items-not-allowed naming the items */
function requireItems(reader: Principal, names: readonly ItemName[]): void {
  const groups = new Set(reader.roles.flatMap((role) => groupsOfRole[role] ?? []));
  const forbidden = names.filter((name) => !groups.has(items[name].group));
  if (forbidden.length > 0) throw residentErrors.itemsNotAllowed({ items: forbidden.join(', ') });
}

function picked(document: PersonalDocument, names: readonly ItemName[]): ResidentItems {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = document[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
