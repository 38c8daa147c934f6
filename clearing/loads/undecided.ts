import { approveAct, type Principal, proposeAct, recordAct, type Transaction } from '@citycard/common';
import { clearingErrors } from '../errors.ts';
import { findOpenBusinessDate } from '../ledger/business-day.ts';
import type { CardNo } from '../purses/card-number.ts';
import { findPurse } from '../purses/purse.ts';
import { findLoad, type Load, loadsAtCounters } from './load.ts';
import { applyChanges, legsOfLoads, LoadChanges } from './resolution.ts';
import { proveLoad } from './settle.ts';

const ACT = 'decide-undecided-load';

/**
 * A person's decision on loads the balances could not decide (alarm `load-undecided`): this one is on the card.
 *
 * @throws CityCardError `clearing.load-unknown`, `clearing.load-decided` when it is posted, `clearing.no-open-business-day`.
 */
export async function decideUndecidedLoad(tx: Transaction, cardNo: CardNo, loadId: bigint): Promise<void> {
  const date = await findOpenBusinessDate(tx);
  if (date === undefined) throw clearingErrors.noOpenBusinessDay();
  const { load, siblings } = await undecided(tx, cardNo, loadId);
  const changes = new LoadChanges();
  proveLoad(load, siblings, 'operator', await legsOfLoads(tx, siblings), changes);
  await applyChanges(tx, date, [{ changes }]);
}

/**
 * People's decision that a pending load is not on the card: the money goes back where it came from. A card that proves the
 * contrary later has it posted again, with an alarm.
 *
 * @throws CityCardError `clearing.load-unknown`, `clearing.load-decided` when it is not pending, `clearing.no-open-business-day`
 */
export async function voidUndecidedLoad(tx: Transaction, cardNo: CardNo, loadId: bigint): Promise<void> {
  const date = await findOpenBusinessDate(tx);
  if (date === undefined) throw clearingErrors.noOpenBusinessDay();
  const { load } = await undecided(tx, cardNo, loadId);
  if (load.state !== 'pending') throw clearingErrors.loadDecided({ state: load.state });
  const changes = new LoadChanges();
  changes.void(load, 'operator');
  await applyChanges(tx, date, [{ changes }]);
}

/** What two people say of a load: it is on the card, by this evidence. */
export interface UndecidedLoadDecision {
  readonly cardNo: CardNo;
  readonly loadId: bigint;
  /** What was seen: the card's own log, a receipt, the balance it begins its next purchase with. No personal data. */
  readonly evidence: string;
}

/**
 * The first person says which load the card was credited with.
 *
 * @throws CityCardError `clearing.load-unknown`, `clearing.load-decided`
 */
export async function proposeUndecidedLoad(
  tx: Transaction,
  maker: Principal,
  decision: UndecidedLoadDecision,
): Promise<{ approvalId: bigint }> {
  await undecided(tx, decision.cardNo, decision.loadId);
  const proposal = await proposeAct(tx, maker, {
    act: ACT,
    subject: `load ${decision.loadId}`,
    content: { ...decision },
  });
  await recordAct(tx, maker, { act: `propose-${ACT}`, subject: `load ${decision.loadId}` });
  return proposal;
}

/**
 * The second person agrees: the load is posted, all others of its counter are void.
 *
 * @throws CityCardError as {@link decideUndecidedLoad}; `identity.approval-unknown`, `.content-differs`, `.same-person`
 */
export async function approveUndecidedLoad(
  tx: Transaction,
  checker: Principal,
  approvalId: bigint,
  decision: UndecidedLoadDecision,
): Promise<void> {
  await approveAct(tx, checker, approvalId, { ...decision });
  await decideUndecidedLoad(tx, decision.cardNo, decision.loadId);
  await recordAct(tx, checker, {
    act: `approve-${ACT}`,
    subject: `load ${decision.loadId}`,
    detail: { evidence: decision.evidence },
  });
}

/** The load and all of its counter, under the purse's lock; none of them is posted. */
async function undecided(
  tx: Transaction,
  cardNo: CardNo,
  loadId: bigint,
): Promise<{ load: Load; siblings: readonly Load[] }> {
  const purse = await findPurse(tx, cardNo, { lock: true });
  const load = await findLoad(tx, cardNo, loadId);
  if (purse === undefined || load === undefined) throw clearingErrors.loadUnknown();
  const siblings = await loadsAtCounters(tx, cardNo, load.onlineCounter, load.onlineCounter);
  const decided = siblings.find((each) => each.state === 'posted');
  if (decided !== undefined) throw clearingErrors.loadDecided({ state: decided.state });
  return { load, siblings };
}
