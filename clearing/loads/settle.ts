import { type BusinessDate, cityDate, digitsToBcd, type Fen, fenToNumber, type Transaction } from '@citycard/common';
import type { HsmClient } from '@citycard/hsm-sim';
import { clearingErrors } from '../errors.ts';
import { findOpenBusinessDate } from '../ledger/business-day.ts';
import { cardFactor, type CardNo, cityFactor } from '../purses/card-number.ts';
import { rootKey } from '../purses/root-key.ts';
import { findPurse, type Purse } from '../purses/purse.ts';
import {
  barIdentity,
  findLoad,
  findOriginalLoad,
  type Load,
  type LoadIdentity,
  type LoadResolution,
  loadsAtCounters,
  type OriginalReference,
} from './load.ts';
import { evidenceOf, LoadChanges, subjectOf, withLegs } from './resolution.ts';

/** Message 9, decoded. */
export interface LoadResult {
  /** Field 61; absent when it is zeros, i.e. the load was made at another terminal. */
  readonly original?: OriginalReference;
  readonly identity: LoadIdentity;
  readonly cardNo: CardNo;
  /** Field 4. */
  readonly amount: Fen;
  /** 0 credited, 1 not credited, 2 unknown. */
  readonly outcome: 0 | 1 | 2;
  readonly tac: Buffer;
  readonly balanceAfter: Fen;
  readonly onlineCounterBefore: number;
  /** When it was received; now when left out. */
  readonly at?: Date;
}

/** Message 10, decoded. */
export interface LoadReversal {
  readonly original: OriginalReference;
  readonly identity: LoadIdentity;
  readonly cardNo: CardNo;
  readonly amount: Fen;
  /** Field 39 of the request: 98, 06 or A0. */
  readonly reason: string;
  readonly at?: Date;
}

type TacChecker = Pick<HsmClient, 'verifyLoadTac'>;

const EP_LOAD = 0x02;

/**
 * Settles a load by what the terminal says became of it, following the table of terminal-interface.md §3, "Load".
 * Answers field 39; 90 when no business day is open.
 *
 * @throws HsmUnavailable — nothing was changed, the caller answers 98.
 */
export async function settleLoadResult(
  tx: Transaction,
  hsm: TacChecker,
  result: LoadResult,
): Promise<{ code: '00' | '12' | '25' | '64' | '90' | 'A1' }> {
  const date = await findOpenBusinessDate(tx);
  if (date === undefined) return { code: '90' };
  const purse = await findPurse(tx, result.cardNo);
  if (purse === undefined) return { code: '25' };
  const load = await findReported(tx, hsm, purse, result);
  if (load === undefined) return { code: '25' };
  if (load.amount !== result.amount) return { code: '64' };
  switch (result.outcome) {
    case 0: {
      // The HSM is asked before anything is locked: what the TAC is over never changes.
      const fits =
        result.onlineCounterBefore === load.onlineCounter &&
        result.balanceAfter === load.balanceBefore + load.amount &&
        (await hasRightTac(hsm, purse, load, result.tac));
      if (!fits) return { code: 'A1' };
      await provePosted(tx, date, load, 'result', result.tac);
      return { code: '00' };
    }
    case 1:
      return voidLoad(tx, date, load, 'not-credited');
    case 2:
      return { code: '00' };
  }
}

/**
 * Reverses a load whose answer never arrived or could not be used. A reversal of a load we do not know is remembered, so
 * that the 0200, arriving late, opens nothing.
 */
export async function reverseLoad(
  tx: Transaction,
  reversal: LoadReversal,
): Promise<{ code: '00' | '12' | '25' | '64' | '90' }> {
  const date = await findOpenBusinessDate(tx);
  if (date === undefined) return { code: '90' };
  const { original, identity, cardNo } = reversal;
  // The lock keeps out the 0200, should it be under way: either it is found here, or it finds itself barred.
  await findPurse(tx, cardNo, { lock: true });
  const load = await findOriginalLoad(tx, identity, original, cardNo, today(reversal.at));
  if (load === undefined) {
    await barIdentity(tx, { ...identity, batchNo: original.batchNo, traceNo: original.traceNo }, cardNo);
    return { code: '25' };
  }
  if (load.amount !== reversal.amount) return { code: '64' };
  return voidLoad(tx, date, load, 'reversal');
}

/**
 * A person's decision on loads the balances could not decide (alarm `load-undecided`): this one is on the card.
 *
 * @throws CityCardError `clearing.load-unknown`, `clearing.load-decided` when it is posted, `clearing.no-open-business-day`.
 */
export async function decideUndecidedLoad(tx: Transaction, cardNo: CardNo, loadId: bigint): Promise<void> {
  const date = await findOpenBusinessDate(tx);
  if (date === undefined) throw clearingErrors.noOpenBusinessDay();
  await findPurse(tx, cardNo, { lock: true });
  const load = await findLoad(tx, cardNo, loadId);
  if (load === undefined) throw clearingErrors.loadUnknown();
  const siblings = await loadsAtCounters(tx, cardNo, load.onlineCounter, load.onlineCounter);
  const decided = siblings.find((each) => each.state === 'posted');
  if (decided !== undefined) throw clearingErrors.loadDecided({ state: decided.state });
  await provePosted(tx, date, load, 'operator');
}

const today = (at: Date | undefined): BusinessDate => cityDate(at ?? new Date());

/** The load a result speaks of: the terminal's own by field 61, another terminal's by card, counter and TAC. */
async function findReported(
  tx: Transaction,
  hsm: TacChecker,
  purse: Purse,
  result: LoadResult,
): Promise<Load | undefined> {
  const { original, identity, cardNo, onlineCounterBefore } = result;
  if (original !== undefined) return findOriginalLoad(tx, identity, original, cardNo, today(result.at));
  if (result.outcome !== 0) return undefined;
  const candidates = await loadsAtCounters(tx, cardNo, onlineCounterBefore, onlineCounterBefore);
  const right: Load[] = [];
  for (const load of candidates) if (await hasRightTac(hsm, purse, load, result.tac)) right.push(load);
  // Equal in everything the TAC is over, they are the same load to the card; one that stands is preferred.
  return right.find((load) => load.state === 'posted') ?? right.find((load) => load.state === 'pending') ?? right[0];
}

async function hasRightTac(hsm: TacChecker, purse: Purse, load: Load, tac: Buffer): Promise<boolean> {
  return hsm.verifyLoadTac({
    dtk: rootKey('DTK', purse.algorithm),
    factors: [cityFactor(purse.issuerCity), cardFactor(load.cardNo)],
    algorithm: purse.algorithm,
    balanceAfter: fenToNumber(load.balanceBefore) + fenToNumber(load.amount),
    onlineCounterBefore: load.onlineCounter,
    amount: fenToNumber(load.amount),
    type: EP_LOAD,
    samNo: digitsToBcd(load.samNo),
    date: digitsToBcd(load.hostDate),
    time: digitsToBcd(load.hostTime),
    tac,
  });
}

async function provePosted(
  tx: Transaction,
  date: BusinessDate,
  found: Load,
  by: LoadResolution,
  tac?: Buffer,
): Promise<void> {
  const { cardNo, onlineCounter } = found;
  const purse = await findPurse(tx, cardNo, { lock: true });
  // Read again under the lock: somebody may have settled it meanwhile.
  const siblings = await withLegs(tx, await loadsAtCounters(tx, cardNo, onlineCounter, onlineCounter));
  const proved = siblings.find(({ load }) => load.loadId === found.loadId);
  if (purse === undefined || proved === undefined) throw clearingErrors.loadUnknown();
  const changes = new LoadChanges();
  changes.prove(proved.load, siblings, by, proved.legs, tac);
  await changes.apply(tx, date);
  if (purse.highestProvenCounter < onlineCounter) {
    await tx.query('update clearing.purse set highest_proven_counter = $2 where card_no = $1', [cardNo, onlineCounter]);
  }
}

async function voidLoad(
  tx: Transaction,
  date: BusinessDate,
  found: Load,
  by: 'not-credited' | 'reversal',
): Promise<{ code: '00' | '12' }> {
  await findPurse(tx, found.cardNo, { lock: true });
  const load = (await findLoad(tx, found.cardNo, found.loadId)) ?? found;
  if (load.state === 'void') return { code: '00' };
  const changes = new LoadChanges();
  if (load.state === 'pending') changes.void(load, by);
  else {
    changes.alarm({
      kind: 'load-reversal-after-proof',
      severity: 'warning',
      subject: subjectOf(load),
      evidence: { ...evidenceOf(load), provedBy: load.resolvedBy, said: by },
    });
  }
  await changes.apply(tx, date);
  return { code: load.state === 'pending' ? '00' : '12' };
}
