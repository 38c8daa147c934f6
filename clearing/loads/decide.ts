import {
  type BusinessDate,
  cityDate,
  cityDateTimeDigits,
  type Database,
  digitsToBcd,
  type Fen,
  fen,
  fenToNumber,
  type Transaction,
} from '@citycard/common';
import type { HsmClient } from '@citycard/hsm-sim';
import { findOpenBusinessDate } from '../ledger/business-day.ts';
import { cardBalance } from '../ledger/balances.ts';
import type { Leg, Posting } from '../ledger/posting.ts';
import { cardFactor, type CardNo, cityFactor } from '../purses/card-number.ts';
import { rootKey } from '../purses/root-key.ts';
import { findPurse, type Purse } from '../purses/purse.ts';
import { judgeCounter } from './evidence.ts';
import {
  findLoadOfRequest,
  insertLoad,
  isBarred,
  type Load,
  type LoadIdentity,
  type LoadKind,
  loadsAtCounters,
  type LoadState,
  nextLoadId,
} from './load.ts';
import { evidenceOf, LoadChanges, withLegs } from './resolution.ts';

/** Message 7 or 8, decoded (terminal-interface.md §3, "Load"). */
export interface LoadRequest {
  readonly identity: LoadIdentity;
  readonly kind: LoadKind;
  readonly cardNo: CardNo;
  readonly amount: Fen;
  /** What the card answered to INITIALIZE FOR LOAD. */
  readonly onlineCounter: number;
  readonly balanceBefore: Fen;
  readonly cardRandom: Buffer;
  readonly samNo: string;
  readonly mac1: Buffer;
  /** When the request was received; gives host date and time. */
  readonly at: Date;
}

export type LoadAuthorisation =
  | { readonly mac: 'ok'; readonly mac2: Buffer; readonly hostDate: string; readonly hostTime: string }
  | { readonly mac: 'wrong' }
  | { readonly refuse: '14' };

export type LoadDecision =
  | { readonly code: '00'; readonly hostDate: string; readonly hostTime: string; readonly mac2: Buffer }
  | { readonly code: '03' | '13' | '14' | '25' | '51' | '54' | '61' | '62' | '68' | '90' | '94' | 'A1' };

/** Business limits that are the company's to set. */
export interface LoadLimits {
  readonly singleLoadMax: Fen;
}
/** The purse cap of the default card product: no single load can be larger anyway. */
export const DEFAULT_LOAD_LIMITS: LoadLimits = { singleLoadMax: fen(100_000) };

const EP_LOAD = 0x02;

/**
 * Has the HSM check MAC1 and make MAC2, before and outside the transaction that decides. A request whose load is open
 * already gets the MAC2 of that load's date and time again.
 *
 * @throws HsmUnavailable — the caller answers 98.
 */
export async function authoriseWithHsm(
  hsm: Pick<HsmClient, 'loadAuthorise'>,
  db: Database | Transaction,
  request: LoadRequest,
): Promise<LoadAuthorisation> {
  const purse = await findPurse(db, request.cardNo);
  if (purse === undefined) return { refuse: '14' };
  const open = await findLoadOfRequest(db, request.identity, request.cardNo, cityDate(request.at));
  const now = cityDateTimeDigits(request.at);
  const [hostDate, hostTime] = [open?.hostDate ?? now.date, open?.hostTime ?? now.time];
  const answer = await hsm.loadAuthorise({
    dlk: rootKey('DLK', purse.algorithm),
    factors: [cityFactor(purse.issuerCity), cardFactor(request.cardNo)],
    algorithm: purse.algorithm,
    cardRandom: request.cardRandom,
    onlineCounter: request.onlineCounter,
    balanceBefore: fenToNumber(request.balanceBefore),
    amount: fenToNumber(request.amount),
    type: EP_LOAD,
    samNo: digitsToBcd(request.samNo),
    mac1: request.mac1,
    date: digitsToBcd(hostDate),
    time: digitsToBcd(hostTime),
  });
  return answer.ok ? { mac: 'ok', mac2: answer.mac2, hostDate, hostTime } : { mac: 'wrong' };
}

/**
 * Decides a load inside the caller's transaction; answers field 39 and, with 00, what goes into field 58. A right MAC1
 * first proves the loads at lower counters, even when the load itself is then refused. Message 7 runs from the agent's
 * prefund; message 8 from the card's pending credit, then from its online account. (terminal-interface.md §3, "Load")
 *
 * 68 asks for a repeat (two requests of one identity met); 90 says that no business day is open.
 */
export async function decideLoad(
  tx: Transaction,
  request: LoadRequest,
  authorised: LoadAuthorisation,
  limits: LoadLimits = DEFAULT_LOAD_LIMITS,
): Promise<LoadDecision> {
  if ('refuse' in authorised) return { code: authorised.refuse };
  if (authorised.mac === 'wrong') return { code: 'A1' };
  const date = await findOpenBusinessDate(tx);
  if (date === undefined) return { code: '90' };
  const purse = await findPurse(tx, request.cardNo, { lock: true });
  if (purse === undefined) return { code: '14' };

  const known = await findLoadOfRequest(tx, request.identity, request.cardNo, cityDate(request.at));
  if (known !== undefined) return answerKnown(known, request, authorised);

  const changes = new LoadChanges();
  if (request.onlineCounter <= purse.highestProvenCounter) {
    changes.alarm({
      kind: 'load-counter-below-proven',
      severity: 'critical',
      subject: `card ${request.cardNo}`,
      evidence: { ...askedOf(request), highestProvenCounter: purse.highestProvenCounter },
    });
    await changes.apply(tx, date);
    return { code: '62' };
  }
  await proveCountersBelow(tx, request, purse, changes);

  const refusal = await refusalOf(tx, request, purse, limits);
  const legs = refusal === undefined ? await fundingOf(tx, request) : undefined;
  if (legs === undefined) {
    await changes.apply(tx, date);
    return { code: refusal ?? '51' };
  }
  return openLoad(tx, date, request, authorised, changes, legs);
}

/** The load of a repeated 0200: pending and posted loads are answered as committed, a void one opens nothing. */
export async function loadStateForRepeat(
  tx: Transaction,
  identity: LoadIdentity,
  cardNo: CardNo,
  cityDate: BusinessDate,
): Promise<LoadState | 'none'> {
  return (await findLoadOfRequest(tx, identity, cardNo, cityDate))?.state ?? 'none';
}

function answerKnown(
  known: Load,
  request: LoadRequest,
  authorised: { mac2: Buffer; hostDate: string; hostTime: string },
): LoadDecision {
  const same =
    known.kind === request.kind &&
    known.amount === request.amount &&
    known.onlineCounter === request.onlineCounter &&
    known.balanceBefore === request.balanceBefore &&
    known.samNo === request.samNo;
  if (!same) return { code: '94' };
  if (known.state === 'void') return { code: '25' };
  const { mac2, hostDate, hostTime } = authorised;
  // The HSM was asked before the first of two equal requests had committed: its MAC2 is over another time.
  if (known.hostDate !== hostDate || known.hostTime !== hostTime) return { code: '68' };
  return { code: '00', hostDate, hostTime, mac2 };
}

/** A right MAC1 at counter c says that exactly one load was credited at each counter below c. */
async function proveCountersBelow(
  tx: Transaction,
  request: LoadRequest,
  purse: Purse,
  changes: LoadChanges,
): Promise<void> {
  const [from, to] = [purse.highestProvenCounter + 1, request.onlineCounter - 1];
  if (to < from) return;
  const loads = await withLegs(tx, await loadsAtCounters(tx, request.cardNo, from, to + 1));
  const unknown: number[] = [];
  for (let counter = from; counter <= to; counter += 1) {
    const siblings = loads.filter(({ load }) => load.onlineCounter === counter);
    if (siblings.some(({ load }) => load.state === 'posted')) continue;
    const reported = loads
      .filter(({ load }) => load.onlineCounter === counter + 1)
      .map(({ load }) => load.balanceBefore);
    if (counter === to) reported.push(request.balanceBefore);
    const judged = judgeCounter(
      siblings.map(({ load, legs }) => ({ ...load, legs })),
      highest(reported),
    );
    if (judged.verdict === 'unknown') unknown.push(counter);
    else if (judged.verdict === 'proved') changes.prove(judged.load, siblings, 'counter', judged.load.legs);
    else {
      changes.alarm({
        kind: 'load-undecided',
        severity: 'critical',
        subject: `card ${request.cardNo} counter ${counter}`,
        evidence: { candidates: judged.candidates.map(evidenceOf), provedBy: askedOf(request) },
      });
    }
  }
  if (unknown.length > 0) {
    changes.alarm({
      kind: 'load-unknown-on-card',
      severity: 'warning',
      subject: `card ${request.cardNo}`,
      evidence: { from: unknown[0], to: unknown.at(-1), count: unknown.length, provedBy: askedOf(request) },
    });
  }
  await tx.query('update clearing.purse set highest_proven_counter = $2 where card_no = $1', [request.cardNo, to]);
}

const highest = (balances: readonly Fen[]): Fen | undefined =>
  balances.reduce<Fen | undefined>((top, each) => (top === undefined || each > top ? each : top), undefined);

async function refusalOf(
  tx: Transaction,
  request: LoadRequest,
  purse: Purse,
  limits: LoadLimits,
): Promise<'13' | '25' | '54' | '61' | '62' | undefined> {
  if (await isBarred(tx, request.identity, request.cardNo)) return '25';
  if (purse.status === 'expired') return '54';
  if (purse.status !== 'active') return '62';
  if (cityDate(request.at) > purse.validTo) return '54';
  if (request.amount <= 0n) return '13';
  if (request.amount > limits.singleLoadMax) return '61';
  if (request.balanceBefore + request.amount > purse.purseCap) return '61';
  return undefined;
}

/** The legs that pay for the load, or undefined when the card's own money is short. */
async function fundingOf(tx: Transaction, request: LoadRequest): Promise<Leg[] | undefined> {
  const leg = (debit: string, amount: bigint): Leg => ({
    debit,
    credit: 'purse',
    amount: fen(amount),
    phase: 'pending',
  });
  if (request.kind === 'agent-cash') return [leg(`agent-prefund:${request.identity.merchantNo}`, request.amount)];
  const credit = await cardBalance(tx, request.cardNo, 'pending-credit');
  const fromCredit = credit.available < request.amount ? credit.available : request.amount;
  const fromOnline = request.amount - fromCredit;
  return [
    ...(fromCredit > 0n ? [leg('pending-credit', fromCredit)] : []),
    ...(fromOnline > 0n ? [leg('online', fromOnline)] : []),
  ];
}

async function openLoad(
  tx: Transaction,
  date: BusinessDate,
  request: LoadRequest,
  { hostDate, hostTime, mac2 }: { hostDate: string; hostTime: string; mac2: Buffer },
  changes: LoadChanges,
  legs: readonly Leg[],
): Promise<LoadDecision> {
  const loadId = await nextLoadId(tx);
  const posting: Posting = { cardNo: request.cardNo, key: `load:${loadId}`, reason: `load, ${request.kind}`, legs };
  const result = await changes.apply(tx, date, posting);
  if (result?.outcome === 'floor') return { code: '51' };
  // An agent that was never admitted has no prefund.
  if (result?.outcome !== 'posted') return { code: '03' };
  const { identity, kind, cardNo, onlineCounter, balanceBefore, amount, samNo, at } = request;
  await insertLoad(
    tx,
    {
      cardNo,
      loadId,
      identity,
      cityDate: cityDate(at),
      kind,
      onlineCounter,
      balanceBefore,
      amount,
      samNo,
      hostDate,
      hostTime,
      postingKey: posting.key,
      state: 'pending',
    },
    at,
  );
  return { code: '00', hostDate, hostTime, mac2 };
}

function askedOf(request: LoadRequest): Record<string, unknown> {
  const { identity, onlineCounter, balanceBefore, amount } = request;
  return { ...identity, onlineCounter, balanceBefore, amount };
}
