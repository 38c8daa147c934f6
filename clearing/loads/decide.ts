import { type BusinessDate, cityDate, sendTogether, type Statement, type Transaction } from '@citycard/common';
import type { HsmClient } from '@citycard/hsm-sim';
import { findOpenBusinessDate } from '../ledger/business-day.ts';
import type { Posting } from '../ledger/posting.ts';
import type { CardNo } from '../purses/card-number.ts';
import { lockPurses, type Purse } from '../purses/purse.ts';
import { loadLimitsOn, type LoadLimits } from './limits.ts';
import {
  circumstancesOf,
  findLoadOfRequest,
  insertLoads,
  type Load,
  type LoadCircumstances,
  type LoadIdentity,
  type LoadQuestion,
  type LoadState,
  loadsOfQuestions,
} from './load.ts';
import { judgeRequest, type LoadAuthorisation, type LoadDecision, type LoadRequest } from './request.ts';
import {
  applyChanges,
  canBeLast,
  lastChanges,
  type LegsOf,
  legsOfLoads,
  LoadChanges,
  type SetChange,
} from './resolution.ts';
import {
  checkTacs,
  judgeResult,
  judgeReversal,
  type LoadResult,
  type LoadReversal,
  questionOfResult,
  questionOfReversal,
  type TacVerdicts,
} from './settle.ts';

/** Something said about loads, to be decided in a set. */
export type LoadAct =
  | { readonly act: 'request'; readonly request: LoadRequest; readonly authorised: LoadAuthorisation }
  /** `verdicts` as far as the HSM was asked before; what is missing is asked inside the transaction. */
  | { readonly act: 'result'; readonly result: LoadResult; readonly verdicts?: TacVerdicts }
  | { readonly act: 'reversal'; readonly reversal: LoadReversal };

/** What a set answers an act: of requests a `LoadDecision`, of results and reversals a code alone. */
export type LoadActDecision = LoadDecision | { readonly code: '00' | '12' | '25' | '64' | 'A1' };

/**
 * Decides a set of acts inside the caller's transaction, each as if it came alone and in the order given; answers field 39
 * for each and, for a load that is open, what goes into field 58. 68 asks for a repeat (two requests of one identity met);
 * 90 says that no business day is open. (architecture.md, "The two ways in"; terminal-interface.md §3, "Load")
 *
 * @param locked of these acts and perhaps others, by {@link lockForLoads} in the same transaction; locked now when left out
 * @throws HsmUnavailable — nothing was changed
 */
export async function decideLoads(
  tx: Transaction,
  hsm: Pick<HsmClient, 'verifyLoadTac'>,
  acts: readonly LoadAct[],
  locked?: LockedForLoads,
): Promise<LoadActDecision[]> {
  const { decisions } = await decideRuns(tx, hsm, acts, locked ?? (await lockForLoads(tx, acts)), write);
  return decisions;
}

/** Decisions, and what writes them. */
export interface LoadsToWrite {
  readonly decisions: LoadActDecision[];
  /** To be sent, in this order, together with the COMMIT. */
  readonly last: readonly Statement[];
}

/**
 * Like {@link decideLoads} as far as all goes well: what is decided last is not written yet. If the ledger then refuses one of its
 * postings, the transaction has failed with {@link isRefusedPosting}, and the set is decided again by {@link decideLoads}.
 *
 * @throws HsmUnavailable — nothing was changed
 */
export async function decideLoadsToWrite(
  tx: Transaction,
  hsm: Pick<HsmClient, 'verifyLoadTac'>,
  acts: readonly LoadAct[],
  locked: LockedForLoads,
): Promise<LoadsToWrite> {
  return decideRuns(tx, hsm, acts, locked, writeLast);
}

async function decideRuns(
  tx: Transaction,
  hsm: Pick<HsmClient, 'verifyLoadTac'>,
  acts: readonly LoadAct[],
  { date, purses, limits }: LockedForLoads,
  writeLastRun: Write,
): Promise<LoadsToWrite> {
  const decisions: LoadActDecision[] = acts.map((act) => refusedByHsm(act) ?? { code: '90' });
  const open = acts.flatMap((act, place) => (refusedByHsm(act) === undefined ? [{ act, place }] : []));
  if (open.length === 0 || date === undefined) return { decisions, last: [] };
  const set = { tx, hsm, date, purses, limits };
  const runs = runsOfDifferentCards(open);
  let last: LoadsToWrite['last'] = [];
  for (const [number, run] of runs.entries()) {
    const judged = await judgeRun(
      set,
      run.map(({ act }) => act),
    );
    const decided = await (number === runs.length - 1 ? writeLastRun : write)(set, judged);
    run.forEach(({ place }, at) => {
      const decision = decided.decisions[at];
      if (decision !== undefined) decisions[place] = decision;
    });
    last = decided.last;
  }
  return { decisions, last };
}

/** What decisions about loads rest on, held until the transaction ends. */
export interface LockedForLoads {
  /** The open business day; undefined when none is. */
  readonly date: BusinessDate | undefined;
  readonly purses: Map<CardNo, Purse>;
  readonly limits: ReadonlyMap<BusinessDate, LoadLimits>;
}

/** Locks the open business day, then the purses of the acts, and reads the limits of their days. */
export async function lockForLoads(tx: Transaction, acts: readonly LoadAct[]): Promise<LockedForLoads> {
  const open = acts.filter((act) => refusedByHsm(act) === undefined);
  if (open.length === 0) return { date: undefined, purses: new Map(), limits: new Map() };
  const [date, purses, limits] = await sendTogether(
    tx,
    () => findOpenBusinessDate(tx),
    () => lockPurses(tx, [...new Set(open.map(cardOf))]),
    () => limitsOfDays(tx, open),
  );
  return { date, purses, limits };
}

/** A request on its own. */
export async function decideLoad(
  tx: Transaction,
  request: LoadRequest,
  authorised: LoadAuthorisation,
): Promise<LoadDecision> {
  const noTacs = { verifyLoadTac: () => Promise.reject(new Error('a request has no TAC')) };
  const [decision] = await decideLoads(tx, noTacs, [{ act: 'request', request, authorised }]);
  return decision as LoadDecision;
}

/** The load of a repeated 0200: pending and posted loads are answered as committed, a void one opens nothing. */
export async function loadStateForRepeat(
  tx: Transaction,
  identity: LoadIdentity,
  card: CardNo,
  day: BusinessDate,
): Promise<LoadState | 'none'> {
  return (await findLoadOfRequest(tx, identity, card, day))?.state ?? 'none';
}

function refusedByHsm(act: LoadAct): LoadDecision | undefined {
  if (act.act !== 'request') return undefined;
  if ('refuse' in act.authorised) return { code: act.authorised.refuse };
  return act.authorised.mac === 'wrong' ? { code: 'A1' } : undefined;
}

function cardOf(act: LoadAct): CardNo {
  return act.act === 'request' ? act.request.cardNo : act.act === 'result' ? act.result.cardNo : act.reversal.cardNo;
}

/** The limits on the city date of each request; a set has more than one date only at midnight. */
async function limitsOfDays(tx: Transaction, acts: readonly LoadAct[]): Promise<Map<BusinessDate, LoadLimits>> {
  const days = new Set(acts.flatMap((act) => (act.act === 'request' ? [cityDate(act.request.at)] : [])));
  const limits = new Map<BusinessDate, LoadLimits>();
  for (const day of days) limits.set(day, await loadLimitsOn(tx, day));
  return limits;
}

/** Cuts a set where a card comes again: what was decided about it before has to be written before it is looked at again. */
function runsOfDifferentCards<T extends { readonly act: LoadAct }>(members: readonly T[]): T[][] {
  const runs: T[][] = [];
  let cards = new Set<CardNo>();
  for (const member of members) {
    const card = cardOf(member.act);
    const last = runs.at(-1);
    if (last === undefined || cards.has(card)) {
      runs.push([member]);
      cards = new Set([card]);
    } else {
      last.push(member);
      cards.add(card);
    }
  }
  return runs;
}

interface SetContext {
  readonly tx: Transaction;
  readonly hsm: Pick<HsmClient, 'verifyLoadTac'>;
  readonly date: BusinessDate;
  /** Locked; what a run proves is written back for the next. */
  readonly purses: Map<CardNo, Purse>;
  readonly limits: ReadonlyMap<BusinessDate, LoadLimits>;
}

type Judged =
  | { readonly decision: LoadActDecision; readonly changes: LoadChanges; readonly opening?: undefined }
  | { readonly decision?: undefined; readonly changes: LoadChanges; readonly opening: Opening };

interface Opening {
  readonly posting: Posting;
  readonly load: Load;
  readonly openedAt: Date;
  readonly answer: LoadDecision;
}

async function judgeRun(set: SetContext, acts: readonly LoadAct[]): Promise<Judged[]> {
  const { tx, purses } = set;
  const requests = acts.flatMap((act) => (act.act === 'request' ? [act.request] : []));
  const [loads, circumstances] = await sendTogether(
    tx,
    () =>
      loadsOfQuestions(
        tx,
        acts.map((act) => questionOf(act, purses.get(cardOf(act)))),
      ),
    () =>
      circumstancesOf(
        tx,
        requests.map(({ cardNo, identity, kind, at }) => {
          const day = cityDate(at);
          const limitedDaily = set.limits.get(day)?.daily !== undefined;
          return { cardNo, identity, cityDate: day, limitedDaily, drawsOnCredit: kind === 'bound-account' };
        }),
      ),
  );
  const results = acts.map((act) =>
    act.act === 'result'
      ? {
          result: act.result,
          purse: purses.get(act.result.cardNo),
          loads: loads.get(act.result.cardNo) ?? [],
          verdicts: act.verdicts ?? new Map<bigint, boolean>(),
        }
      : undefined,
  );
  // What came in between, or all of them when nobody asked before.
  await checkTacs(
    set.hsm,
    results.flatMap((each) => each ?? []),
  );
  const legsOf = await legsOfLoads(tx, [...loads.values()].flat());
  let request = 0;
  return acts.map((act, place): Judged => {
    const changes = new LoadChanges();
    const known = loads.get(cardOf(act)) ?? [];
    const result = results[place];
    if (result !== undefined) return { decision: judgeResult(result, legsOf, changes), changes };
    if (act.act === 'reversal') return { decision: judgeReversal(act.reversal, known, changes), changes };
    if (act.act === 'result') throw new Error('a result was not read');
    return openOrRefuse(set, act, known, legsOf, circumstances[request++], changes);
  });
}

function questionOf(act: LoadAct, purse: Purse | undefined): LoadQuestion {
  if (act.act === 'result') return questionOfResult(act.result);
  if (act.act === 'reversal') return questionOfReversal(act.reversal);
  const { cardNo, identity, onlineCounter, at } = act.request;
  const unproven = (purse?.highestProvenCounter ?? -1) + 1;
  // At its own counter other loads matter only for the balances they report, when there is something below to prove.
  const to = unproven < onlineCounter ? onlineCounter : unproven - 1;
  return { cardNo, identity, since: cityDate(at), from: unproven, to };
}

function openOrRefuse(
  { purses, limits }: SetContext,
  { request, authorised }: Extract<LoadAct, { act: 'request' }>,
  loads: readonly Load[],
  legsOf: LegsOf,
  circumstances: LoadCircumstances | undefined,
  changes: LoadChanges,
): Judged {
  const purse = purses.get(request.cardNo);
  if (purse === undefined) return { decision: { code: '14' }, changes };
  if (circumstances === undefined || !('mac' in authorised) || authorised.mac !== 'ok')
    throw new Error('a request was judged before it was looked up');
  const { loadId } = circumstances;
  const limitsOfDay = limits.get(cityDate(request.at)) ?? {};
  const facts = { purse, loads, circumstances, limits: limitsOfDay, legsOf };
  const judgement = judgeRequest(request, authorised, facts, changes);
  if ('code' in judgement) return { decision: judgement, changes };
  const { hostDate, hostTime, mac2 } = authorised;
  const { identity, kind, cardNo, onlineCounter, balanceBefore, amount, samNo, at } = request;
  const posting: Posting = { cardNo, key: `load:${loadId}`, reason: `load, ${kind}`, legs: judgement.legs };
  const load: Load = {
    ...{ cardNo, loadId, identity, cityDate: cityDate(at), kind, onlineCounter, balanceBefore, amount, samNo },
    ...{ hostDate, hostTime, postingKey: posting.key, state: 'pending' },
  };
  return { changes, opening: { posting, load, openedAt: at, answer: { code: '00', hostDate, hostTime, mac2 } } };
}

type Write = (set: SetContext, judged: readonly Judged[]) => Promise<LoadsToWrite>;

const changeOf = ({ changes, opening }: Judged): SetChange => ({
  changes,
  ...(opening && { opening: opening.posting }),
});

async function writeLast(set: SetContext, judged: readonly Judged[]): Promise<LoadsToWrite> {
  const members = judged.map(changeOf);
  if (!canBeLast(members)) return write(set, judged);
  const opened = judged.flatMap(({ opening }) => opening ?? []);
  return {
    decisions: judged.map((each) => (each.opening === undefined ? each.decision : each.opening.answer)),
    last: [...insertLoads(opened), ...lastChanges(set.date, members)],
  };
}

async function write({ tx, date, purses }: SetContext, judged: readonly Judged[]): Promise<LoadsToWrite> {
  const members = judged.map(changeOf);
  const outcomes = await applyChanges(tx, date, members, (found) =>
    insertLoads(
      judged.flatMap(({ opening }, place) =>
        opening !== undefined && found[place]?.outcome === 'posted' ? [opening] : [],
      ),
    ),
  );
  const decisions = judged.map(({ decision, opening, changes }, place): LoadActDecision => {
    noteProven(purses, changes);
    if (opening === undefined) return decision;
    const outcome = outcomes[place]?.outcome;
    if (outcome === 'floor') return { code: '51' };
    // An agent that was never admitted has no prefund.
    return outcome === 'posted' ? opening.answer : { code: '03' };
  });
  return { decisions, last: [] };
}

/** Keeps the locked purse as the database now has it, for the next act on the card in this set. */
function noteProven(purses: Map<CardNo, Purse>, { provenCounter }: LoadChanges): void {
  if (provenCounter === undefined) return;
  const purse = purses.get(provenCounter.cardNo);
  if (purse !== undefined && purse.highestProvenCounter < provenCounter.counter)
    purses.set(provenCounter.cardNo, { ...purse, highestProvenCounter: provenCounter.counter });
}
