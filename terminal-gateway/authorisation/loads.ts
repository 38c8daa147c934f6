import {
  authoriseLoads,
  checkResults,
  decideLoads,
  decideLoadsToWrite,
  isRefusedPosting,
  lockForLoads,
  lookUpLoads,
  type LockedForLoads,
  type LoadAct,
  type LoadIdentity,
  type LoadKind,
  type LoadRequest,
  type LoadResult,
  type LoadReversal,
  loadStateForRepeat,
  parseCardNo,
} from '@citycard/clearing';
import { answerFields } from '../catalogue/answer.ts';
import type { LoadAnswer, LoadRequest as LoadPayload } from '../codec/payloads/loads.ts';
import type { SetForm } from '../answers/answer-set.ts';
import { batchIsBehind } from '../batches/totals.ts';
import { refuseNeighboursCard } from './neighbour-card.ts';
import type { Decision, GatewayDeps, RequestContext } from '../requests/context.ts';

/** The messages that say something about loads (terminal interface, section 3, Load): 7, 8, 9 and 10. */
export type LoadMessage = 'loadFromCash' | 'loadFromAccount' | 'loadResult' | 'loadReversal';
type LoadContext = RequestContext<LoadMessage>;

/** Everything about loads is decided in common sets, whatever message says it. */
export const loadForm: SetForm<LoadContext, LoadAct, LockedForLoads> = {
  prepare,
  lock: lockForLoads,
  isHaste: isRefusedPosting,
  async decide(tx, deps, items, locked, pace) {
    const acts = items.map(({ prepared }) => prepared);
    const { decisions, last } =
      pace === 'at-once'
        ? await decideLoadsToWrite(tx, deps.hsm, acts, locked)
        : { decisions: await decideLoads(tx, deps.hsm, acts, locked), last: [] };
    const answers = items.map(({ context }, at): Decision => {
      const decision = decisions[at];
      if (decision === undefined) throw new Error('a load was left without a decision');
      if (!('mac2' in decision)) return decision;
      const { hostDate, hostTime, mac2 } = decision;
      const load: LoadAnswer = { version: 1, hostDate, hostTime, mac2 };
      const name = context.request.name === 'loadFromAccount' ? 'loadFromAccount' : 'loadFromCash';
      return { code: '00', fields: answerFields(name, { load }) };
    });
    return { decisions: answers, last };
  },
  /** A repeat of a load that has been voided since is answered 25 and gives no MAC2 away. */
  async review(tx, repeats) {
    const codes: ('25' | undefined)[] = [];
    for (const { context, cityDate } of repeats) {
      const { name, values } = context.request;
      const cardNo = parseCardNo(values.cardNo);
      const opensLoad = name === 'loadFromCash' || name === 'loadFromAccount';
      const state =
        opensLoad && cardNo !== undefined
          ? await loadStateForRepeat(tx, identityOf(context), cardNo, cityDate)
          : undefined;
      codes.push(state === 'void' ? '25' : undefined);
    }
    return codes;
  },
};

/** What the cards said goes to the HSM: MAC1 of requests, TAC of results; each in one list. */
async function prepare(deps: GatewayDeps, contexts: readonly LoadContext[]): Promise<(LoadAct | Decision)[]> {
  const read = contexts.map(readAct);
  const requests = read.flatMap((act) => ('act' in act && act.act === 'request' ? [act.request] : []));
  const results = read.flatMap((act) => ('act' in act && act.act === 'result' ? [act.result] : []));
  const known = await lookUpLoads(deps.db, requests, results);
  const [authorised, verdicts] = await Promise.all([
    requests.length === 0 ? [] : authoriseLoads(deps.hsm, known, requests),
    results.length === 0 ? [] : checkResults(deps.hsm, known, results),
  ]);
  let [request, result] = [0, 0];
  return read.map((act): LoadAct | Decision => {
    if (!('act' in act)) return act;
    if (act.act === 'request') {
      const answer = authorised[request++];
      if (answer === undefined) throw new Error('the HSM left a request without an answer');
      return { ...act, authorised: answer };
    }
    if (act.act === 'reversal') return act;
    const known = verdicts[result++];
    return known === undefined ? act : { ...act, verdicts: known };
  });
}

/** A message as something said about a load, or what it is refused with. */
type Said =
  | { readonly act: 'request'; readonly request: LoadRequest }
  | { readonly act: 'result'; readonly result: LoadResult }
  | { readonly act: 'reversal'; readonly reversal: LoadReversal }
  | Decision;

function readAct(context: LoadContext): Said {
  switch (context.request.name) {
    case 'loadFromCash':
      return readRequest(context, context.request.values, 'agent-cash');
    case 'loadFromAccount':
      return readRequest(context, context.request.values, 'bound-account');
    case 'loadResult':
      return readResult(context, context.request.values);
    case 'loadReversal':
      return readReversal(context, context.request.values);
  }
}

type Values<N extends LoadMessage> = RequestContext<N>['request']['values'];

function readRequest(context: LoadContext, values: Values<'loadFromCash'>, kind: LoadKind): Said {
  const refusal = refuseEarly(context, values, kind);
  if (refusal !== undefined) return { code: refusal };
  const foreign = refuseNeighboursCard(values.cardNo);
  if (foreign !== undefined) return foreign;
  const cardNo = parseCardNo(values.cardNo);
  if (cardNo === undefined) return { code: '14' };
  const { amount, load } = values;
  return {
    act: 'request',
    request: { identity: identityOf(context), kind, cardNo, amount, ...cardSaid(load), at: context.now },
  };
}

/** A purse keeps its balance in 4 bytes: more than this is above any purse cap, and no HSM takes it. */
const LARGEST_AMOUNT = 0xffff_ffffn;

/** What can be refused without asking card data or the HSM. */
function refuseEarly(
  context: LoadContext,
  values: Values<'loadFromCash'>,
  kind: LoadKind,
): Decision['code'] | undefined {
  const { terminal } = context;
  if (batchIsBehind(context)) return '77';
  if (!terminal.functions.includes(kind === 'agent-cash' ? 'load' : 'load-bound')) return '58';
  if (values.load.applicationSerial !== `0${values.cardNo}`) return '30';
  if (values.load.samNo !== terminal.samNo) return '58';
  if (values.amount === 0n) return '13';
  if (values.amount > LARGEST_AMOUNT) return '61';
  return undefined;
}

function cardSaid({ onlineCounter, balanceBefore, cardRandom, samNo, mac1 }: LoadPayload) {
  return { onlineCounter, balanceBefore, cardRandom, samNo, mac1 };
}

/** Message 9: what became of a load on the card. Field 61 of zeros: the load is found by card, counter and TAC. */
function readResult(context: LoadContext, { cardNo: digits, amount, original, result }: Values<'loadResult'>): Said {
  const cardNo = parseCardNo(digits);
  if (cardNo === undefined) return { code: '25' };
  const { outcome, tac, balanceAfter, onlineCounterBefore } = result;
  return {
    act: 'result',
    result: {
      identity: identityOf(context),
      cardNo,
      amount,
      outcome,
      tac,
      balanceAfter,
      onlineCounterBefore,
      at: context.now,
      ...(!isZeros(original) && { original: referenceOf(original) }),
    },
  };
}

/** Message 10: the load is not to be. Before its 0200, after it or instead of a result. */
function readReversal(
  context: LoadContext,
  { cardNo: digits, amount, original, reason }: Values<'loadReversal'>,
): Said {
  const cardNo = parseCardNo(digits);
  if (cardNo === undefined) return { code: '25' };
  const identity = identityOf(context);
  const reversal = { identity, cardNo, amount, original: referenceOf(original), reason, at: context.now };
  return { act: 'reversal', reversal };
}

function identityOf({ terminal, request }: LoadContext): LoadIdentity {
  return {
    terminalNo: terminal.terminalNo,
    merchantNo: terminal.merchantNo,
    batchNo: request.management.batch,
    traceNo: request.trace,
  };
}

interface Original {
  readonly batch: string;
  readonly trace: string;
  readonly date: string;
}

const referenceOf = ({ batch, trace, date }: Original) => ({ batchNo: batch, traceNo: trace, date });
const isZeros = ({ batch, trace, date }: Original): boolean => /^0+$/.test(batch + trace + date);
