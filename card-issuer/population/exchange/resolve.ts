import { approveAct, type Principal, proposeAct, recordAct, transact, type Transaction } from '@citycard/common';
import { changeItems } from '../../residents/change.ts';
import { logDisclosure, readPurpose } from '../../residents/disclosure-log.ts';
import { maskDigits } from '../../residents/history.ts';
import { isItemName } from '../../residents/items.ts';
import { readRecords } from '../../residents/record.ts';
import type { PopulationDeps } from '../deps.ts';
import { populationErrors } from '../errors.ts';
import { requireSensitiveReader } from './rule-setting.ts';
import { type Conflict, type ConflictRow, conflictView, findConflict, isSensitive, openConflict } from './conflict.ts';

/** What a registrar decides, and why. */
export interface Resolution {
  readonly decision: 'theirs' | 'ours';
  readonly reason: string;
}

/**
 * Both values in clear, for the registrar who has to decide; logged as a disclosure before it is answered. Sensitive
 * items are shown to readers named for their group only.
 *
 * @throws card-issuer.population.conflict-unknown, .sensitive-access, card-issuer.residents.purpose-missing
 */
export async function viewConflict(
  deps: PopulationDeps,
  registrar: Principal,
  conflictId: bigint,
  purpose: string,
): Promise<Conflict> {
  await deps.protection.prepare();
  return transact(deps.db, async (tx) => {
    const row = await required(tx, conflictId);
    if (isSensitive(row)) await requireSensitiveReader(tx, registrar, row.sensitivity);
    const values = await openConflict(deps.protection, row);
    if (isItemName(row.item)) {
      const line = { purpose: readPurpose(purpose), items: [row.item], residentIds: [row.resident_id] };
      await logDisclosure(tx, registrar, { kind: 'disclosure', ...line });
    }
    return conflictView(row, values, (value) => value);
  });
}

/**
 * One registrar decides; not for sensitive items. Deciding the same again changes nothing.
 *
 * @throws card-issuer.population.conflict-unknown, .conflict-resolved, .conflict-needs-two, .conflict-outdated,
 *   .producer-has-spoken
 */
export async function resolveConflict(
  deps: PopulationDeps,
  registrar: Principal,
  conflictId: bigint,
  resolution: Resolution,
): Promise<void> {
  await deps.protection.prepare();
  await transact(deps.db, async (tx) => {
    const row = await required(tx, conflictId);
    if (isSensitive(row)) throw populationErrors.conflictNeedsTwo();
    await decide(tx, deps, registrar, row, resolution, { decidedBy: registrar.id });
  });
}

/** The first of two people. Proposing the same again answers the same proposal. */
export async function proposeResolution(
  deps: PopulationDeps,
  registrar: Principal,
  conflictId: bigint,
  { decision, reason }: Resolution,
): Promise<{ approvalId: bigint }> {
  return transact(deps.db, async (tx) => {
    const row = await required(tx, conflictId);
    if (row.state !== 'open') throw populationErrors.conflictResolved({ conflictId, resolution: row.state });
    const content = { conflictId, decision };
    const subject = `conflict ${conflictId}`;
    const { approvalId } = await proposeAct(tx, registrar, { act: 'population.resolve-conflict', subject, content });
    await tx.query(
      'update issuer.population_conflict set proposed = $2, approval_id = $3, reason = $4 where conflict_id = $1',
      [conflictId, decision, approvalId, maskDigits(reason)],
    );
    return { approvalId };
  });
}

/** The second person: what was proposed is carried out. */
export async function approveResolution(
  deps: PopulationDeps,
  registrar: Principal,
  conflictId: bigint,
  decision: Resolution['decision'],
): Promise<void> {
  await deps.protection.prepare();
  await transact(deps.db, async (tx) => {
    const row = await required(tx, conflictId);
    const { maker, checker } = await approveAct(tx, registrar, row.approval_id ?? 0n, { conflictId, decision });
    const people = { decidedBy: maker, approvedBy: checker };
    await decide(tx, deps, registrar, row, { decision, reason: '' }, people);
  });
}

async function required(tx: Transaction, conflictId: bigint): Promise<ConflictRow> {
  const row = await findConflict(tx, conflictId, { lock: true });
  if (row === undefined) throw populationErrors.conflictUnknown({ conflictId });
  return row;
}

async function decide(
  tx: Transaction,
  deps: PopulationDeps,
  registrar: Principal,
  row: ConflictRow,
  { decision, reason }: Resolution,
  people: { readonly decidedBy: string; readonly approvedBy?: string },
): Promise<void> {
  const conflictId = row.conflict_id;
  if (row.state === decision) return;
  if (row.state !== 'open') throw populationErrors.conflictResolved({ conflictId, resolution: row.state });
  if (decision === 'theirs') await takeTheirs(tx, deps, registrar, row);
  await tx.query(
    `update issuer.population_conflict set state = $2, decided_by = $3, approved_by = $4, decided_at = now(),
            reason = coalesce(nullif($5, ''), reason) where conflict_id = $1`,
    [conflictId, decision, people.decidedBy, people.approvedBy ?? null, maskDigits(reason)],
  );
  await recordAct(tx, registrar, {
    act: 'population.resolve-conflict',
    subject: `conflict ${conflictId}`,
    detail: { decision, item: row.item },
  });
}

/** Their value over ours, but only over the value that was compared. */
async function takeTheirs(
  tx: Transaction,
  deps: PopulationDeps,
  registrar: Principal,
  row: ConflictRow,
): Promise<void> {
  const { conflict_id: conflictId, item, resident_id: residentId } = row;
  if (!isItemName(item)) throw populationErrors.conflictUnknown({ conflictId });
  const { ours, theirs } = await openConflict(deps.protection, row);
  const [record] = await readRecords(tx, deps.protection, [residentId]);
  if (record?.document[item]?.value !== ours) throw populationErrors.conflictOutdated();
  const value = row.why === 'withdrawn' ? null : theirs;
  const change = { item, value, source: row.department, at: row.their_at };
  const why = `conflict ${conflictId}: ${row.department} file ${row.sequence} row ${row.row_no}`;
  const { refused } = await changeItems(tx, deps, registrar, residentId, [change], why);
  if (refused.some(({ reason }) => reason === 'not-the-producer'))
    throw populationErrors.producerHasSpoken({ producer: row.our_source, item });
  if (refused.length > 0) throw populationErrors.conflictOutdated();
}
