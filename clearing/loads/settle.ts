import { addDays, type BusinessDate, cityDate, digitsToBcd, type Fen, fenToNumber } from '@citycard/common';
import type { HsmClient } from '@citycard/hsm-sim';
import { cardFactor, type CardNo, cityFactor } from '../purses/card-number.ts';
import { rootKey } from '../purses/root-key.ts';
import type { Purse } from '../purses/purse.ts';
import {
  type Load,
  type LoadIdentity,
  type LoadQuestion,
  NO_COUNTER,
  originalAmong,
  type OriginalReference,
  REFERENCE_DAYS,
} from './load.ts';
import type { KnownLoads } from './known-loads.ts';
import { evidenceOf, type LegsOf, type LoadChanges, subjectOf } from './resolution.ts';

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

/** What the HSM said of the TAC of a result, by the load it was compared with. */
export type TacVerdicts = Map<bigint, boolean>;

type TacChecker = Pick<HsmClient, 'verifyLoadTac'>;

const EP_LOAD = 0x02;

const today = (at: Date | undefined): BusinessDate => cityDate(at ?? new Date());

/** Which loads a result speaks of: those at its counter, and the one field 61 names. */
export function questionOfResult(result: LoadResult): LoadQuestion {
  const { cardNo, identity, original, onlineCounterBefore, at } = result;
  return {
    cardNo,
    from: onlineCounterBefore,
    to: onlineCounterBefore,
    identity: { ...identity, ...(original && { batchNo: original.batchNo, traceNo: original.traceNo }) },
    since: addDays(today(at), -REFERENCE_DAYS),
  };
}

/** Which load a reversal speaks of. */
export function questionOfReversal({ cardNo, identity, original, at }: LoadReversal): LoadQuestion {
  const { batchNo, traceNo } = original;
  return {
    cardNo,
    ...NO_COUNTER,
    identity: { ...identity, batchNo, traceNo },
    since: addDays(today(at), -REFERENCE_DAYS),
  };
}

/** A result and the loads it may speak of. */
export interface ResultAndLoads {
  readonly result: LoadResult;
  readonly purse: Purse | undefined;
  readonly loads: readonly Load[];
  /** Filled in by {@link checkTacs}. */
  readonly verdicts: TacVerdicts;
}

/**
 * Asks the HSM for the TACs of many results before anything is locked: what a TAC is over never changes. Answers the
 * verdicts of each result.
 *
 * @param known of these results, by `lookUpLoads`
 * @throws HsmUnavailable
 */
export async function checkResults(
  hsm: TacChecker,
  { purses, loads }: KnownLoads,
  results: readonly LoadResult[],
): Promise<TacVerdicts[]> {
  const items = results.map((result) => ({
    result,
    purse: purses.get(result.cardNo),
    loads: loads.get(result.cardNo) ?? [],
    verdicts: new Map<bigint, boolean>(),
  }));
  await checkTacs(hsm, items);
  return items.map(({ verdicts }) => verdicts);
}

/** Has the HSM check every TAC that matters and whose verdict is not known yet. @throws HsmUnavailable */
export async function checkTacs(hsm: TacChecker, items: readonly ResultAndLoads[]): Promise<void> {
  const open = items.flatMap(({ result, purse, loads, verdicts }) =>
    purse === undefined
      ? []
      : candidatesOf(result, loads)
          .filter((load) => !verdicts.has(load.loadId))
          .map((load) => ({ load, purse, tac: result.tac, verdicts })),
  );
  await Promise.all(
    open.map(async ({ load, purse, tac, verdicts }) => {
      verdicts.set(load.loadId, await hasRightTac(hsm, purse, load, tac));
    }),
  );
}

/** The loads whose TAC the result may carry: its own original if all else fits, or every one of card and counter. */
function candidatesOf(result: LoadResult, loads: readonly Load[]): readonly Load[] {
  if (result.outcome !== 0) return [];
  if (result.original === undefined) return loads.filter((load) => load.onlineCounter === result.onlineCounterBefore);
  const original = originalAmong(loads, result.identity, result.original, today(result.at));
  return original !== undefined && original.amount === result.amount && fits(result, original) ? [original] : [];
}

const fits = (result: LoadResult, load: Load): boolean =>
  result.onlineCounterBefore === load.onlineCounter && result.balanceAfter === load.balanceBefore + load.amount;

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

/** Judges what the terminal says became of a load, by the table of terminal-interface.md §3, "Load". */
export function judgeResult(
  { result, purse, loads, verdicts }: ResultAndLoads,
  legsOf: LegsOf,
  changes: LoadChanges,
): { readonly code: '00' | '12' | '25' | '64' | 'A1' } {
  if (purse === undefined) return { code: '25' };
  const load = reported(result, loads, verdicts);
  if (load === undefined) return { code: '25' };
  if (load.amount !== result.amount) return { code: '64' };
  switch (result.outcome) {
    case 0: {
      if (!fits(result, load) || verdicts.get(load.loadId) !== true) return { code: 'A1' };
      proveLoad(load, loads, 'result', legsOf, changes, result.tac);
      return { code: '00' };
    }
    case 1:
      return voidLoad(load, 'not-credited', changes);
    case 2:
      return { code: '00' };
  }
}

/** The load a result speaks of: the terminal's own by field 61, another terminal's by card, counter and TAC. */
function reported(result: LoadResult, loads: readonly Load[], verdicts: TacVerdicts): Load | undefined {
  if (result.original !== undefined) return originalAmong(loads, result.identity, result.original, today(result.at));
  const right = candidatesOf(result, loads).filter((load) => verdicts.get(load.loadId) === true);
  // Equal in everything the TAC is over, they are the same load to the card; one that stands is preferred.
  return right.find((load) => load.state === 'posted') ?? right.find((load) => load.state === 'pending') ?? right[0];
}

/**
 * Judges the reversal of a load whose answer never arrived or could not be used. One of a load we do not know is
 * remembered, so that the 0200, arriving late, opens nothing.
 */
export function judgeReversal(
  reversal: LoadReversal,
  loads: readonly Load[],
  changes: LoadChanges,
): { readonly code: '00' | '12' | '25' | '64' } {
  const { original, identity, cardNo } = reversal;
  const load = originalAmong(loads, identity, original, today(reversal.at));
  if (load === undefined) {
    const { batchNo, traceNo } = original;
    changes.barred.push({ identity: { ...identity, batchNo, traceNo }, cardNo });
    return { code: '25' };
  }
  if (load.amount !== reversal.amount) return { code: '64' };
  return voidLoad(load, 'reversal', changes);
}

/** The load is on the card, and with it its counter is proved; all others of that counter are void. */
export function proveLoad(
  load: Load,
  loads: readonly Load[],
  by: 'result' | 'operator',
  legsOf: LegsOf,
  changes: LoadChanges,
  tac?: Buffer,
): void {
  const siblings = loads.filter((other) => other.onlineCounter === load.onlineCounter);
  changes.prove(load, siblings, by, legsOf, tac);
  changes.provenCounter = { cardNo: load.cardNo, counter: load.onlineCounter };
}

function voidLoad(load: Load, by: 'not-credited' | 'reversal', changes: LoadChanges): { readonly code: '00' | '12' } {
  if (load.state === 'void') return { code: '00' };
  if (load.state === 'pending') {
    changes.void(load, by);
    return { code: '00' };
  }
  changes.alarm({
    kind: 'load-reversal-after-proof',
    severity: 'warning',
    subject: subjectOf(load),
    evidence: { ...evidenceOf(load), provedBy: load.resolvedBy, said: by },
  });
  return { code: '12' };
}
