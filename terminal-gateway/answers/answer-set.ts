import {
  type BusinessDate,
  sendTogether,
  sqlState,
  type Statement,
  type Transaction,
  transactBriefly,
} from '@citycard/common';
import { HsmUnavailable } from '@citycard/hsm-sim';
import type { OutgoingFrame } from '../codec/frame-writer.ts';
import { repackAnswer } from '../catalogue/answer.ts';
import { isStoredAnswer, type ResponseCode } from '../catalogue/response-codes.ts';
import type { Decision, GatewayDeps, RequestContext } from '../requests/context.ts';
import { defaultSetLimits, SetCollector, type SetLimits, TOO_LATE } from '../requests/set-collector.ts';
import { freshAnswer } from './answer-once.ts';
import {
  type AnswerToKeep,
  identityOf,
  keepAnswers,
  type Known,
  lockAndRecall,
  type RequestIdentity,
} from './stored-answers.ts';

/** A request and what was learnt of it before the transaction. */
export interface Prepared<C extends RequestContext, P> {
  readonly context: C;
  readonly prepared: P;
}

/** A request answered before, whose stored answer is about to be given again. */
export interface Repeated<C extends RequestContext> {
  readonly context: C;
  /** Of the stored answer. */
  readonly cityDate: BusinessDate;
}

/** How requests of some kinds are decided many at a time. */
export interface SetForm<C extends RequestContext, P, L = void> {
  /**
   * Asks others (the HSM) before the transaction begins; a decision refuses at once. A request that turns out to be a
   * repeat is prepared for nothing.
   */
  prepare(deps: GatewayDeps, contexts: readonly C[]): Promise<readonly (P | Decision)[]>;
  /**
   * Locks and reads what decisions need, in the order of all who lock; writes nothing. Sent together with the look-up of stored answers, so
   * it is asked for repeats too.
   */
  lock(tx: Transaction, prepared: readonly P[]): Promise<L>;
  /** Decides inside the transaction that also keeps the answers: each as if it came alone, in the order given. */
  decide(
    tx: Transaction,
    deps: GatewayDeps,
    items: readonly Prepared<C, P>[],
    locked: L,
    pace: Pace,
  ): Promise<SetDecisions>;
  /** Whether a set failed for the haste of deciding it `at-once`: it is then decided again `step-by-step`. */
  isHaste?(error: unknown): boolean;
  /** Looks at stored answers before they are given again: another code where the facts have changed since. */
  review?(tx: Transaction, repeats: readonly Repeated<C>[]): Promise<readonly (ResponseCode | undefined)[]>;
}

/** `at-once` leaves the last statements to be sent with the COMMIT; `step-by-step` waits for each. */
export type Pace = 'at-once' | 'step-by-step';

export interface SetDecisions {
  readonly decisions: readonly Decision[];
  /** To be sent together with the COMMIT, in this order. */
  readonly last: readonly Statement[];
}

interface Member<C extends RequestContext> {
  readonly context: C;
  readonly identity: RequestIdentity;
  /** Of the identity, without the content. */
  readonly key: string;
}

/** Locks are held for as long as a set commits; who holds one longer is stuck, and the terminal does better to repeat. */
const LOCK_WAIT_MS = 4_000;

/**
 * Answers requests once for their identity, as `answerOnce` does, but gathers those that arrive together: they are looked
 * up, decided, kept and committed as one set. A request for which there is no room or no time is answered 68.
 *
 * @returns the frame, its field 64 still to be made
 */
export function answerInSets<C extends RequestContext, P extends object, L = void>(
  deps: GatewayDeps,
  form: SetForm<C, P, L>,
  limits: SetLimits = defaultSetLimits,
): (context: C) => Promise<OutgoingFrame> {
  const collector = new SetCollector<Member<C>, OutgoingFrame>({
    limits,
    keyOf: ({ key }) => key,
    run: (members) => answerSet(deps, form, members),
    isShared,
  });
  return async (context) => {
    const identity = identityOf(context.request);
    const { terminalNo, merchantNo, mti, batchNo, traceNo } = identity;
    const key = `${terminalNo}/${merchantNo}/${mti}/${batchNo}/${traceNo}`;
    try {
      const answer = await collector.add({ context, identity, key });
      return answer === TOO_LATE ? freshAnswer(context, '68') : answer;
    } catch (error) {
      if (isOutOfTime(error)) return freshAnswer(context, '68');
      throw error;
    }
  };
}

async function answerSet<C extends RequestContext, P extends object, L>(
  deps: GatewayDeps,
  form: SetForm<C, P, L>,
  members: readonly Member<C>[],
): Promise<OutgoingFrame[]> {
  const prepared = await form.prepare(
    deps,
    members.map(({ context }) => context),
  );
  const set = { deps, form, members, prepared };
  try {
    return await decideSet(set, 'at-once');
  } catch (error) {
    if (form.isHaste?.(error) !== true) throw error;
    return decideSet(set, 'step-by-step');
  }
}

interface PreparedSet<C extends RequestContext, P, L> {
  readonly deps: GatewayDeps;
  readonly form: SetForm<C, P, L>;
  readonly members: readonly Member<C>[];
  /** Of each member. */
  readonly prepared: readonly (P | Decision)[];
}

function decideSet<C extends RequestContext, P extends object, L>(
  { deps, form, members, prepared }: PreparedSet<C, P, L>,
  pace: Pace,
): Promise<OutgoingFrame[]> {
  const now = members.reduce((latest, { context }) => (context.now > latest ? context.now : latest), new Date(0));
  const identities = members.map(({ identity }) => identity);
  const toLock = prepared.filter((each): each is P => !isDecision(each));
  return transactBriefly(
    deps.setsDb ?? deps.db,
    (tx) =>
      sendTogether(
        tx,
        () => lockAndRecall(tx, identities, now, LOCK_WAIT_MS),
        () => form.lock(tx, toLock),
      ),
    async (tx, [known, locked]) => {
      const frames = await answerRepeats(tx, form, members, known);
      const fresh = members.flatMap((member, place) => (frames[place] === undefined ? [{ member, place }] : []));
      const { decisions, last } = await decideFresh(
        tx,
        { deps, form, locked, pace },
        fresh.map(({ member, place }) => ({ context: member.context, prepared: prepared[place] })),
      );
      const kept: AnswerToKeep[] = [];
      fresh.forEach(({ member, place }, at) => {
        const { context, identity } = member;
        const { code, fields } = decisions[at] ?? missing();
        const frame = freshAnswer(context, code, fields);
        frames[place] = frame;
        if (!isStoredAnswer(code)) return;
        const { request, now: receivedAt } = context;
        kept.push({
          identity,
          request: request.message.frame,
          code,
          body: Buffer.from(frame.macInput),
          at: receivedAt,
        });
      });
      return { result: frames.map((frame) => frame ?? missing()), last: [...keepAnswers(kept), ...last] };
    },
  );
}

/** The answers to those that are known already; undefined for the others. */
async function answerRepeats<C extends RequestContext>(
  tx: Transaction,
  form: Pick<SetForm<C, object, unknown>, 'review'>,
  members: readonly Member<C>[],
  known: readonly Known[],
): Promise<(OutgoingFrame | undefined)[]> {
  const frames: (OutgoingFrame | undefined)[] = members.map(() => undefined);
  const repeats: (Repeated<C> & { readonly place: number; readonly body: Buffer })[] = [];
  members.forEach(({ context }, place) => {
    const each = known[place];
    if (each?.kind === 'other-content') frames[place] = freshAnswer(context, '94');
    if (each?.kind === 'answered') repeats.push({ context, cityDate: each.cityDate, place, body: each.body });
  });
  const changed = repeats.length === 0 ? undefined : await form.review?.(tx, repeats);
  repeats.forEach(({ context, place, body }, at) => {
    const code = changed?.[at];
    frames[place] = code === undefined ? repackAnswer(context.request.message, body, true) : freshAnswer(context, code);
  });
  return frames;
}

async function decideFresh<C extends RequestContext, P extends object, L>(
  tx: Transaction,
  {
    deps,
    form,
    locked,
    pace,
  }: Pick<PreparedSet<C, P, L>, 'deps' | 'form'> & { readonly locked: L; readonly pace: Pace },
  items: readonly { readonly context: C; readonly prepared: P | Decision | undefined }[],
): Promise<SetDecisions> {
  const open: { readonly item: Prepared<C, P>; readonly place: number }[] = [];
  const decisions = items.map(({ context, prepared }, place): Decision | undefined => {
    if (prepared === undefined) return missing();
    if (isDecision(prepared)) return prepared;
    open.push({ item: { context, prepared }, place });
    return undefined;
  });
  let last: SetDecisions['last'] = [];
  if (open.length > 0) {
    const found = open.map(({ item }) => item);
    const decided = await form.decide(tx, deps, found, locked, pace);
    open.forEach(({ place }, at) => (decisions[place] = decided.decisions[at]));
    last = decided.last;
  }
  return { decisions: decisions.map((decision) => decision ?? missing()), last };
}

const isDecision = (prepared: object): prepared is Decision => 'code' in prepared;

function missing(): never {
  throw new Error('a set form left a request without a decision');
}

/** Lock not available in time, or the statement was cancelled: nothing was changed. */
const isOutOfTime = (error: unknown): boolean => ['55P03', '57014'].includes(sqlState(error) ?? '');

/**
 * Errors that say nothing about one request: the HSM is away, or the database is (a code of Node's sockets, a SQLSTATE of
 * connection, shutdown or want of resources, or the pool's word that it waited too long).
 */
function isShared(error: unknown): boolean {
  if (error instanceof HsmUnavailable) return true;
  const code = sqlState(error);
  if (code === undefined) return error instanceof Error && /timeout|Connection terminated/.test(error.message);
  return /^(E[A-Z]{4,}|08...|53...|57P..|58...)$/.test(code);
}
