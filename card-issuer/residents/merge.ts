import { approveAct, type Principal, proposeAct, recordAct, type Transaction } from '@citycard/common';
import { issuerErrors } from '../errors.ts';
import type { ResidentDeps } from './deps.ts';
import { residentErrors } from './errors.ts';
import { maskDigits, type NewChange, recordChanges } from './history.ts';
import type { ItemName } from './items.ts';
import { type ItemValue, type PersonalDocument, valuesOf } from './personal-document.ts';
import { copyPhoto } from './photo.ts';
import { lockRecord, mergedInto, readRecords, type ResidentRecord, writeDocument } from './record.ts';
import { indexKeys, searchKeys } from './search-keys.ts';

const ACT = 'merge-residents';

/** Two records of one person: everything of `merged` goes to `survivor`. */
export interface Merge {
  readonly survivor: bigint;
  readonly merged: bigint;
}

/**
 * A registrar proposes that two records are one person. Nothing changes until a second registrar approves.
 *
 * @throws card-issuer.resident-unknown, card-issuer.residents.merge-impossible
 */
export async function proposeMerge(
  tx: Transaction,
  deps: ResidentDeps,
  registrar: Principal,
  merge: Merge,
  reason: string,
): Promise<{ approvalId: bigint }> {
  requireMergeable(merge, await readRecords(tx, deps.protection, [merge.survivor, merge.merged]));
  const { approvalId } = await proposeAct(tx, registrar, { act: ACT, subject: subjectOf(merge), content: merge });
  await tx.query(
    `insert into issuer.resident_merge (approval_id, survivor, merged, reason, proposed_by) values ($1, $2, $3, $4, $5)
     on conflict (approval_id) do nothing`,
    [approvalId, merge.survivor, merge.merged, maskDigits(reason), registrar.id],
  );
  await recordAct(tx, registrar, { act: 'propose-resident-merge', subject: subjectOf(merge) });
  return { approvalId };
}

/**
 * The second registrar approves, and the records are merged: cards and everything else that refers to the merged record
 * follow; the survivor is found under the numbers and names of both and gets the items it lacked. The merged record
 * itself is kept as it was, sealed, with the number of its survivor.
 *
 * @throws card-issuer.residents.merge-unknown, .merge-done, .merge-impossible, identity.same-person
 */
export async function approveMerge(
  tx: Transaction,
  deps: ResidentDeps,
  registrar: Principal,
  approvalId: bigint,
): Promise<Merge> {
  const { rows } = await tx.query<Merge & { reason: string; approved_by: string | null }>(
    'select survivor, merged, reason, approved_by from issuer.resident_merge where approval_id = $1 for update',
    [approvalId],
  );
  const proposal = rows[0];
  if (proposal === undefined) throw residentErrors.mergeUnknown({ approvalId: Number(approvalId) });
  if (proposal.approved_by !== null) throw residentErrors.mergeDone();
  const merge: Merge = { survivor: proposal.survivor, merged: proposal.merged };
  await approveAct(tx, registrar, approvalId, merge);
  await tx.query('update issuer.resident_merge set approved_by = $2, approved_at = now() where approval_id = $1', [
    approvalId,
    registrar.id,
  ]);
  await carryOut(tx, deps, registrar, merge, proposal.reason);
  await recordAct(tx, registrar, { act: ACT, subject: subjectOf(merge), detail: { approvalId } });
  return merge;
}

async function carryOut(
  tx: Transaction,
  deps: ResidentDeps,
  registrar: Principal,
  merge: Merge,
  reason: string,
): Promise<void> {
  const { survivor, merged } = merge;
  // The lower number first, so that two merges never wait for each other.
  const locked: ResidentRecord[] = [];
  for (const id of survivor < merged ? [survivor, merged] : [merged, survivor])
    locked.push(await lockRecord(tx, deps.protection, id));
  const [kept, other] = requireMergeable(merge, locked);

  await moveIndexes(tx, deps, merge, other);
  await tx.query(
    `update issuer.resident set state = 'merged', merged_into = $2, version = version + 1 where resident_id = $1`,
    [merged, survivor],
  );
  // The hooks first: what they do may depend on whose the cards were.
  for (const hook of deps.hooks ?? []) await hook.onMerge?.(tx, registrar, merged, survivor);
  await tx.query('update issuer.card set resident_id = $2 where resident_id = $1', [merged, survivor]);
  await moveDuplicates(tx, registrar, merge);

  const gained = lackedItems(kept.document, other.document);
  if (gained.length > 0)
    await writeDocument(tx, deps.protection, survivor, { ...kept.document, ...Object.fromEntries(gained) });
  if (kept.photoVersion === 0 && other.photoVersion > 0) await copyPhoto(tx, deps.protection, merged, survivor);
  await recordChanges(tx, deps.protection, registrar, reason, [
    ...gained.map(([item, { value, source, at }]): NewChange => ({
      residentId: survivor,
      kind: 'changed',
      item,
      after: value,
      source,
      at,
    })),
    { residentId: merged, kind: 'merged' },
    { residentId: survivor, kind: 'merged' },
  ]);
}

/** The two records, survivor first. @throws card-issuer.resident-unknown, card-issuer.residents.merge-impossible */
function requireMergeable(
  { survivor, merged }: Merge,
  records: readonly ResidentRecord[],
): readonly [kept: ResidentRecord, other: ResidentRecord] {
  const impossible = (reason: string) =>
    residentErrors.mergeImpossible({ survivor: Number(survivor), merged: Number(merged), reason });
  if (survivor === merged) throw impossible('they are the same record');
  const kept = records.find((record) => record.residentId === survivor);
  const other = records.find((record) => record.residentId === merged);
  if (kept === undefined || other === undefined) throw issuerErrors.residentUnknown();
  if (kept.state === 'merged' || other.state === 'merged') throw impossible('one of them was merged before');
  if ((kept.state === 'deceased') !== (other.state === 'deceased'))
    throw impossible('the death of one of them is recorded and that of the other is not; settle that first');
  return [kept, other];
}

/** Who looks for the merged record, or for one merged into it earlier, finds the survivor. */
async function moveIndexes(
  tx: Transaction,
  deps: ResidentDeps,
  { survivor, merged }: Merge,
  other: ResidentRecord,
): Promise<void> {
  const earlier = await readRecords(tx, deps.protection, await mergedInto(tx, merged));
  const keys = [other, ...earlier].flatMap((record) => searchKeys(valuesOf(record.document)));
  const indexes = (await indexKeys(deps.protection, keys)).map(({ index }) => index);
  await tx.query(
    'update issuer.resident_document set resident_id = $3 where index_value = any($1::bytea[]) and resident_id = $2',
    [indexes, merged, survivor],
  );
  await tx.query(
    `with gone as (
       delete from issuer.resident_search where index_value = any($1::bytea[]) and resident_id = $2
       returning index_value, kind)
     insert into issuer.resident_search (index_value, resident_id, kind)
     select index_value, $3, kind from gone on conflict do nothing`,
    [indexes, merged, survivor],
  );
}

/** The pair is decided; pairs of the merged record with others become pairs of the survivor. */
async function moveDuplicates(tx: Transaction, registrar: Principal, { survivor, merged }: Merge): Promise<void> {
  await tx.query(
    `insert into issuer.possible_duplicate (resident_a, resident_b, reason)
     select least(other, $1), greatest(other, $1), reason
       from (select case when resident_a = $2 then resident_b else resident_a end as other, reason
               from issuer.possible_duplicate where $2 in (resident_a, resident_b) and state = 'open') as pair
      where other <> $1
     on conflict do nothing`,
    [survivor, merged],
  );
  await tx.query(
    `update issuer.possible_duplicate set state = 'merged', decided_by = $2, decided_at = now()
      where $1 in (resident_a, resident_b) and state = 'open'`,
    [merged, registrar.id],
  );
}

function lackedItems(kept: PersonalDocument, other: PersonalDocument): [ItemName, ItemValue][] {
  const entries = Object.entries(other) as [ItemName, ItemValue][];
  return entries.filter(([item]) => kept[item] === undefined && item !== 'photo-version');
}

function subjectOf({ survivor, merged }: Merge): string {
  return `resident ${merged} into ${survivor}`;
}
