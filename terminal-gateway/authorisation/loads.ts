import {
  authoriseWithHsm,
  type CardNo,
  decideLoad,
  type LoadIdentity,
  type LoadRequest,
  loadStateForRepeat,
  parseCardNo,
  reverseLoad,
  settleLoadResult,
} from '@citycard/clearing';
import type { OutgoingFrame } from '../codec/frame-writer.ts';
import { answerFields } from '../catalogue/answer.ts';
import type { LoadAnswer, LoadRequest as LoadPayload } from '../codec/payloads/loads.ts';
import { answerOnce } from '../answers/answer-once.ts';
import { batchIsBehind } from '../batches/totals.ts';
import type { Decision, RequestContext } from '../requests/context.ts';

type LoadContext = RequestContext<'loadFromCash'> | RequestContext<'loadFromAccount'>;

/**
 * Messages 7 and 8: what the card said goes to the HSM, and with a right MAC1 a pending load is opened (terminal
 * interface, section 3, Load). A repeat of a load that has been voided since is answered 25 and gives no MAC2 away.
 */
export function answerLoad(context: LoadContext, kind: LoadRequest['kind']): Promise<OutgoingFrame> {
  const { deps, request, now } = context;
  const identity = identityOf(context);
  const payload = request.values.load;
  const cardNo = parseCardNo(request.values.cardNo);

  return answerOnce<
    Decision | { readonly load: LoadRequest; readonly authorised: Awaited<ReturnType<typeof authoriseWithHsm>> }
  >(context, {
    prepare: async () => {
      const refusal = refuseEarly(context, kind, payload);
      if (refusal !== undefined) return { code: refusal };
      if (cardNo === undefined) return { code: '14' };
      const load = {
        identity,
        kind,
        cardNo,
        amount: request.values.amount,
        ...cardSaid(payload),
        at: now,
      };
      return { load, authorised: await authoriseWithHsm(deps.hsm, deps.db, load) };
    },
    decide: async (tx, prepared) => {
      if ('code' in prepared) return prepared;
      const decision = await decideLoad(tx, prepared.load, prepared.authorised);
      if (decision.code !== '00') return { code: decision.code };
      const { hostDate, hostTime, mac2 } = decision;
      const load: LoadAnswer = { version: 1, hostDate, hostTime, mac2 };
      return {
        code: '00',
        fields:
          kind === 'agent-cash' ? answerFields('loadFromCash', { load }) : answerFields('loadFromAccount', { load }),
      };
    },
    review: async (tx, cityDate) => {
      if (cardNo === undefined) return undefined;
      const state = await loadStateForRepeat(tx, identity, cardNo, cityDate);
      return state === 'void' ? '25' : undefined;
    },
  });
}

/** What can be refused without asking card data or the HSM. */
function refuseEarly(
  context: LoadContext,
  kind: LoadRequest['kind'],
  payload: LoadPayload,
): Decision['code'] | undefined {
  const { terminal, request } = context;
  if (batchIsBehind(context)) return '77';
  if (!terminal.functions.includes(kind === 'agent-cash' ? 'load' : 'load-bound')) return '58';
  if (payload.applicationSerial !== `0${request.values.cardNo}`) return '30';
  if (payload.samNo !== terminal.samNo) return '58';
  if (request.values.amount === 0n) return '13';
  return undefined;
}

function cardSaid(payload: LoadPayload) {
  const { onlineCounter, balanceBefore, cardRandom, samNo, mac1 } = payload;
  return { onlineCounter, balanceBefore, cardRandom, samNo, mac1 };
}

/** Message 9: what became of a load on the card. Field 61 of zeros: the load is found by card, counter and TAC. */
export function answerLoadResult(context: RequestContext<'loadResult'>): Promise<OutgoingFrame> {
  const { deps, request, now } = context;
  const { result, original } = request.values;
  return answerOnce<void>(context, {
    prepare: () => Promise.resolve(),
    decide: async (tx) => {
      const cardNo = parseCardNo(request.values.cardNo);
      if (cardNo === undefined) return { code: '25' };
      return settleLoadResult(tx, deps.hsm, {
        identity: identityOf(context),
        cardNo,
        amount: request.values.amount,
        ...(isZeros(original)
          ? {}
          : { original: { batchNo: original.batch, traceNo: original.trace, date: original.date } }),
        outcome: result.outcome,
        tac: result.tac,
        balanceAfter: result.balanceAfter,
        onlineCounterBefore: result.onlineCounterBefore,
        at: now,
      });
    },
  });
}

/** Message 10: the load is not to be. Before its 0200, after it or instead of a result. */
export function answerLoadReversal(context: RequestContext<'loadReversal'>): Promise<OutgoingFrame> {
  const { request, now } = context;
  const { original, reason } = request.values;
  return answerOnce<void>(context, {
    prepare: () => Promise.resolve(),
    decide: async (tx) => {
      const cardNo: CardNo | undefined = parseCardNo(request.values.cardNo);
      if (cardNo === undefined) return { code: '25' };
      return reverseLoad(tx, {
        identity: identityOf(context),
        cardNo,
        amount: request.values.amount,
        original: { batchNo: original.batch, traceNo: original.trace, date: original.date },
        reason,
        at: now,
      });
    },
  });
}

function identityOf(context: RequestContext): LoadIdentity {
  const { terminal, request } = context;
  return {
    terminalNo: terminal.terminalNo,
    merchantNo: terminal.merchantNo,
    batchNo: request.management.batch,
    traceNo: request.trace,
  };
}

function isZeros(original: { batch: string; trace: string; date: string }): boolean {
  return /^0+$/.test(original.batch + original.trace + original.date);
}
