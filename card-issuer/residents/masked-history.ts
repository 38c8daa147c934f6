import { type Principal, transact } from '@citycard/common';
import { issuerErrors } from '../errors.ts';
import type { ResidentDeps } from './deps.ts';
import { logDisclosure } from './disclosure-log.ts';
import { residentErrors } from './errors.ts';
import { changesOf, type ResidentChange } from './history.ts';
import type { ItemName } from './items.ts';
import { countLookup, type LookupRefusal } from './lookup-limits.ts';
import { maskItem } from './masking.ts';
import { mergedInto } from './record.ts';

const PURPOSE = 'history of changes shown masked';

/**
 * Everything that ever changed about a resident, and about records merged into this one, oldest first: what, when, by
 * whom, on whose word and why. Values are masked; the showing is counted and logged like a search.
 *
 * @throws card-issuer.resident-unknown, card-issuer.residents.too-many-lookups
 */
export async function showChanges(
  { db, protection }: ResidentDeps,
  reader: Principal,
  residentId: bigint,
): Promise<readonly ResidentChange[]> {
  await protection.prepare();
  const outcome = await transact(
    db,
    async (tx): Promise<{ refusal: LookupRefusal } | { changes: ResidentChange[] }> => {
      const refusal = await countLookup(tx, reader);
      if (refusal !== undefined) {
        await logDisclosure(tx, reader, { kind: 'refused', purpose: PURPOSE, items: [], residentIds: [residentId] });
        return { refusal };
      }
      const residentIds = [residentId, ...(await mergedInto(tx, residentId))];
      const changes = await changesOf({ db: tx, protection }, residentIds);
      if (changes.length === 0) throw issuerErrors.residentUnknown();
      const items = [...new Set(changes.flatMap(({ item }): ItemName[] => (item === undefined ? [] : [item])))].sort();
      await logDisclosure(tx, reader, { kind: 'search', purpose: PURPOSE, items, residentIds });
      return { changes: changes.map(masked) };
    },
  );
  if ('refusal' in outcome) throw residentErrors.tooManyLookups({ ...outcome.refusal });
  return outcome.changes;
}

function masked({ before, after, ...change }: ResidentChange): ResidentChange {
  const { item } = change;
  if (item === undefined) return change;
  return {
    ...change,
    ...(before === undefined ? {} : { before: maskItem(item, before) }),
    ...(after === undefined ? {} : { after: maskItem(item, after) }),
  };
}
