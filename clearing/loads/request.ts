import {
  type BusinessDate,
  cityDate,
  cityDateTimeDigits,
  digitsToBcd,
  type Fen,
  fen,
  fenToNumber,
} from '@citycard/common';
import type { HsmClient } from '@citycard/hsm-sim';
import type { Leg } from '../ledger/posting.ts';
import { cardFactor, type CardNo, cityFactor } from '../purses/card-number.ts';
import { rootKey } from '../purses/root-key.ts';
import type { Purse } from '../purses/purse.ts';
import { judgeCounter } from './evidence.ts';
import type { LoadLimits } from './limits.ts';
import {
  isOfIdentity,
  type Load,
  type LoadCircumstances,
  type LoadIdentity,
  type LoadKind,
  type LoadQuestion,
  NO_COUNTER,
} from './load.ts';
import type { KnownLoads } from './known-loads.ts';
import { evidenceOf, type LegsOf, type LoadChanges } from './resolution.ts';

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

type Authorised = Extract<LoadAuthorisation, { mac: 'ok' }>;

export type LoadDecision =
  | { readonly code: '00'; readonly hostDate: string; readonly hostTime: string; readonly mac2: Buffer }
  | { readonly code: '03' | '13' | '14' | '25' | '51' | '54' | '61' | '62' | '68' | '90' | '94' | 'A1' };

const EP_LOAD = 0x02;

/**
 * Has the HSM check MAC1 and make MAC2 for many requests in one list, before and outside the transaction that decides. A
 * request whose load is open already gets the MAC2 of that load's date and time again.
 *
 * @param known of these requests, by `lookUpLoads`
 * @throws HsmUnavailable — the caller answers 98; HsmRefused when the HSM will not touch one of them.
 */
export async function authoriseLoads(
  hsm: Pick<HsmClient, 'loadAuthoriseAll'>,
  { purses, loads }: KnownLoads,
  requests: readonly LoadRequest[],
): Promise<LoadAuthorisation[]> {
  const asked = requests.flatMap((request, index) => {
    const purse = purses.get(request.cardNo);
    return purse === undefined ? [] : [{ index, ...question(request, purse, loads.get(request.cardNo) ?? []) }];
  });
  const answers = await hsm.loadAuthoriseAll(asked.map(({ item }) => item));
  const authorised: LoadAuthorisation[] = requests.map(() => ({ refuse: '14' }));
  asked.forEach(({ index, hostDate, hostTime }, at) => {
    const answer = answers[at];
    authorised[index] = answer?.ok === true ? { mac: 'ok', mac2: answer.mac2, hostDate, hostTime } : { mac: 'wrong' };
  });
  return authorised;
}

/** The load a request may have opened before. */
export const questionOfRequest = ({ cardNo, identity, at }: LoadRequest): LoadQuestion => ({
  cardNo,
  identity,
  since: cityDate(at),
  ...NO_COUNTER,
});

function question(request: LoadRequest, purse: Purse, loads: readonly Load[]) {
  const open = openedBy(request, loads);
  const now = cityDateTimeDigits(request.at);
  const [hostDate, hostTime] = [open?.hostDate ?? now.date, open?.hostTime ?? now.time];
  const item = {
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
  } as const;
  return { item, hostDate, hostTime };
}

/** The load that this request opened before, on its city date. */
function openedBy({ identity, at }: LoadRequest, loads: readonly Load[]): Load | undefined {
  if (loads.length === 0) return undefined;
  const date = cityDate(at);
  return loads.find((load) => load.cityDate === date && isOfIdentity(load, identity));
}

/** What is known when a request is judged, all of it read under the lock of the purse. */
export interface RequestFacts {
  readonly purse: Purse;
  /** Those of its identity, and those at counters from the first unproven one to its own. */
  readonly loads: readonly Load[];
  readonly circumstances: LoadCircumstances;
  readonly limits: LoadLimits;
  readonly legsOf: LegsOf;
}

/**
 * Judges a load request with a right MAC1: an answer, or the legs of the load to be opened. What its MAC1 proves of earlier
 * loads goes into `changes` even when the load itself is refused. (terminal-interface.md §3, "Load")
 */
export function judgeRequest(
  request: LoadRequest,
  authorised: Authorised,
  facts: RequestFacts,
  changes: LoadChanges,
): LoadDecision | { readonly legs: readonly Leg[] } {
  const { purse, loads } = facts;
  const known = openedBy(request, loads);
  if (known !== undefined) return answerKnown(known, request, authorised);
  if (request.onlineCounter <= purse.highestProvenCounter) {
    changes.alarm({
      kind: 'load-counter-below-proven',
      severity: 'critical',
      subject: `card ${request.cardNo}`,
      evidence: { ...askedOf(request), highestProvenCounter: purse.highestProvenCounter },
    });
    return { code: '62' };
  }
  proveCountersBelow(request, facts, changes);
  const refusal = refusalOf(request, facts);
  return refusal === undefined ? { legs: fundingOf(request, facts.circumstances) } : { code: refusal };
}

function answerKnown(known: Load, request: LoadRequest, authorised: Authorised): LoadDecision {
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
function proveCountersBelow(request: LoadRequest, { purse, loads, legsOf }: RequestFacts, changes: LoadChanges): void {
  const [from, to] = [purse.highestProvenCounter + 1, request.onlineCounter - 1];
  if (to < from) return;
  const unknown: number[] = [];
  for (let counter = from; counter <= to; counter += 1) {
    const siblings = loads.filter((load) => load.onlineCounter === counter);
    if (siblings.some((load) => load.state === 'posted')) continue;
    const reported = loads.filter((load) => load.onlineCounter === counter + 1).map((load) => load.balanceBefore);
    if (counter === to) reported.push(request.balanceBefore);
    const judged = judgeCounter(siblings, highest(reported));
    if (judged.verdict === 'unknown') unknown.push(counter);
    else if (judged.verdict === 'proved') changes.prove(judged.load, siblings, 'counter', legsOf);
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
  changes.provenCounter = { cardNo: request.cardNo, counter: to };
}

const highest = (balances: readonly Fen[]): Fen | undefined =>
  balances.reduce<Fen | undefined>((top, each) => (top === undefined || each > top ? each : top), undefined);

function refusalOf(
  request: LoadRequest,
  { purse, circumstances, limits }: RequestFacts,
): '13' | '25' | '54' | '61' | '62' | undefined {
  if (circumstances.barred) return '25';
  if (purse.status === 'expired') return '54';
  if (purse.status !== 'active') return '62';
  const today: BusinessDate = cityDate(request.at);
  if (today > purse.validTo) return '54';
  if (request.amount <= 0n) return '13';
  if (isAbove(request.amount, limits.single)) return '61';
  if (isAbove(circumstances.loadedToday + request.amount, limits.daily)) return '61';
  const after = request.balanceBefore + request.amount;
  if (after > purse.purseCap) return '61';
  return isAbove(after, purse.named ? limits.namedCap : limits.anonymousCap) ? '61' : undefined;
}

const isAbove = (amount: bigint, limit: Fen | undefined): boolean => limit !== undefined && amount > limit;

/** The legs that pay for the load; the ledger refuses them when the money is short. */
function fundingOf(request: LoadRequest, { pendingCredit }: LoadCircumstances): Leg[] {
  const leg = (debit: string, amount: bigint): Leg => ({
    debit,
    credit: 'purse',
    amount: fen(amount),
    phase: 'pending',
  });
  if (request.kind === 'agent-cash') return [leg(`agent-prefund:${request.identity.merchantNo}`, request.amount)];
  const available = pendingCredit === undefined || pendingCredit < 0n ? 0n : pendingCredit;
  const fromCredit = available < request.amount ? available : request.amount;
  const fromOnline = request.amount - fromCredit;
  return [
    ...(fromCredit > 0n ? [leg('pending-credit', fromCredit)] : []),
    ...(fromOnline > 0n ? [leg('online', fromOnline)] : []),
  ];
}

function askedOf(request: LoadRequest): Record<string, unknown> {
  const { identity, onlineCounter, balanceBefore, amount } = request;
  return { ...identity, onlineCounter, balanceBefore, amount };
}
