import { cityDate, type Principal, recordAct, type Transaction } from '@citycard/common';
import { changeItems, type ItemChange } from './change.ts';
import type { ResidentDeps } from './deps.ts';
import { residentErrors } from './errors.ts';
import { type ChangeKind, recordChanges } from './history.ts';
import { checkItem } from './item-values.ts';
import { type ItemName, items, type Producer } from './items.ts';
import { lockRecord, type ResidentState } from './record.ts';

/** What happens to a resident beyond a change of items. */
export type ResidentStep = 'move-out' | 'move-in' | 'die' | 'correct-death';

/** The one table of what may happen when. */
const transitions: Readonly<Record<ResidentStep, Readonly<Partial<Record<ResidentState, ResidentState>>>>> = {
  'move-out': { living: 'moved-out' },
  'move-in': { 'moved-out': 'living' },
  die: { living: 'deceased', 'moved-out': 'deceased' },
  'correct-death': { deceased: 'living' },
};

const kinds: Readonly<Record<ResidentStep, ChangeKind>> = {
  'move-out': 'moved-out',
  'move-in': 'moved-in',
  die: 'deceased',
  'correct-death': 'death-corrected',
};

/** Where a resident may go from here; undefined when the step is not possible. */
export function stateAfterStep(state: ResidentState, step: ResidentStep): ResidentState | undefined {
  return transitions[step][state];
}

/** Who says so, when it was, and why. */
export interface Statement {
  /** YYYY-MM-DD. */
  readonly date: string;
  readonly source: Producer;
  readonly reason: string;
}

/**
 * The resident has moved out of the city, or back: the record stays, the state changes, the hooks act on the cards.
 *
 * @throws card-issuer.resident-unknown, card-issuer.residents.not-living, .impossible-item
 */
export async function recordMove(
  tx: Transaction,
  deps: ResidentDeps,
  actor: Principal,
  residentId: bigint,
  direction: 'out' | 'in',
  statement: Statement,
): Promise<void> {
  const said: [ItemName, string | null][] = [
    [`move-${direction}-date`, statement.date],
    [`move-${direction}-reason`, statement.reason],
  ];
  await takeStep(tx, deps, actor, residentId, `move-${direction}`, statement, said);
}

/**
 * The resident has died: the hooks block the cards in the same transaction. A second report changes nothing.
 *
 * @throws card-issuer.resident-unknown, card-issuer.residents.not-living (a merged record), .impossible-item
 */
export async function recordDeath(
  tx: Transaction,
  deps: ResidentDeps,
  actor: Principal,
  residentId: bigint,
  statement: Statement,
): Promise<void> {
  await takeStep(tx, deps, actor, residentId, 'die', statement, [['death-date', statement.date]]);
}

/**
 * A death was recorded by mistake: the resident lives and no date of death stays, whatever day the correction bears. Cards
 * that were closed for the death alone are open again.
 *
 * @throws card-issuer.resident-unknown, card-issuer.residents.not-living, .impossible-item, .death-stated-by-producer
 */
export async function correctDeath(
  tx: Transaction,
  deps: ResidentDeps,
  actor: Principal,
  residentId: bigint,
  statement: Statement,
): Promise<void> {
  await takeStep(tx, deps, actor, residentId, 'correct-death', statement, [['death-date', null]]);
}

async function takeStep(
  tx: Transaction,
  deps: ResidentDeps,
  actor: Principal,
  residentId: bigint,
  step: ResidentStep,
  statement: Statement,
  said: readonly [ItemName, string | null][],
): Promise<void> {
  requireDayThatWas(said[0]?.[0] ?? 'death-date', statement.date);
  const { state, document } = await lockRecord(tx, deps.protection, residentId);
  const to = stateAfterStep(state, step);
  if (to === undefined) {
    // The same news twice, from two departments, is no error.
    if (Object.values(transitions[step]).includes(state)) return;
    throw residentErrors.notLiving({ residentId: Number(residentId), state, step });
  }
  await tx.query('update issuer.resident set state = $2 where resident_id = $1', [residentId, to]);
  await runHooks(tx, deps, actor, residentId, step, statement.date);
  const stated = new Date(`${statement.date}T00:00:00+08:00`);
  const known = document['death-date'];
  // A correction is of what was said, so it is newer than that.
  const at = step === 'correct-death' && known !== undefined && known.at > stated ? known.at : stated;
  const changes = said.map(([item, value]): ItemChange => ({ item, value, source: statement.source, at }));
  const { refused } = await changeItems(tx, deps, actor, residentId, changes, statement.reason);
  if (step === 'correct-death' && refused.length > 0)
    throw residentErrors.deathStatedByProducer({ producer: items['death-date'].producer });
  const impossible = refused.find(({ reason }) => reason === 'impossible');
  if (impossible !== undefined)
    throw residentErrors.impossibleItem({ item: impossible.item, reason: impossible.detail ?? 'it is no date' });
  await recordChanges(tx, deps.protection, actor, statement.reason, [
    { residentId, kind: kinds[step], source: statement.source, at },
  ]);
  await recordAct(tx, actor, { act: `resident-${step}`, subject: `resident ${residentId}` });
}

/** Nobody has died or moved on a day to come, and a step closes cards at once. */
function requireDayThatWas(item: ItemName, date: string): void {
  const checked = checkItem(item, date);
  if (!checked.ok) throw residentErrors.impossibleItem({ item, reason: checked.reason });
  if (date > cityDate(new Date()))
    throw residentErrors.impossibleItem({ item, reason: 'the day is in the future; record it when it has come' });
}

async function runHooks(
  tx: Transaction,
  deps: ResidentDeps,
  actor: Principal,
  residentId: bigint,
  step: ResidentStep,
  date: string,
): Promise<void> {
  for (const hook of deps.hooks ?? []) {
    if (step === 'die') await hook.onDeath?.(tx, actor, residentId, date);
    if (step === 'correct-death') await hook.onDeathCorrected?.(tx, actor, residentId);
    if (step === 'move-out') await hook.onMovedOut?.(tx, actor, residentId);
    if (step === 'move-in') await hook.onMovedIn?.(tx, actor, residentId);
  }
}
