import { type BusinessDate, sqlState, type Transaction, transact } from '@citycard/common';
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
export interface SetForm<C extends RequestContext, P> {
  /**
   * Asks others (the HSM) before the transaction begins; a decision refuses at once. A request that turns out to be a
   * repeat is prepared for nothing.
   */
  prepare(deps: GatewayDeps, contexts: readonly C[]): Promise<readonly (P | Decision)[]>;
  /** Decides inside the transaction that also keeps the answers: each as if it came alone, in the order given. */
  decide(tx: Transaction, deps: GatewayDeps, items: readonly Prepared<C, P>[]): Promise<readonly Decision[]>;
  /** Looks at stored answers before they are given again: another code where the facts have changed since. */
  review?(tx: Transaction, repeats: readonly Repeated<C>[]): Promise<readonly (ResponseCode | undefined)[]>;
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
export function answerInSets<C extends RequestContext, P extends object>(
  deps: GatewayDeps,
  form: SetForm<C, P>,
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

async function answerSet<C extends RequestContext, P extends object>(
  deps: GatewayDeps,
  form: SetForm<C, P>,
  members: readonly Member<C>[],
): Promise<OutgoingFrame[]> {
  const prepared = await form.prepare(
    deps,
    members.map(({ context }) => context),
  );
  return transact(deps.db, async (tx) => {
    const now = members.reduce((latest, { context }) => (context.now > latest ? context.now : latest), new Date(0));
    const identities = members.map(({ identity }) => identity);
    const known = await lockAndRecall(tx, identities, now, LOCK_WAIT_MS);
    const frames = await answerRepeats(tx, form, members, known);
    const fresh = members.flatMap((member, place) => (frames[place] === undefined ? [{ member, place }] : []));
    const decisions = await decideFresh(
      tx,
      deps,
      form,
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
      kept.push({ identity, request: request.message.frame, code, body: Buffer.from(frame.macInput), at: receivedAt });
    });
    await keepAnswers(tx, kept);
    return frames.map((frame) => frame ?? missing());
  });
}

/** The answers to those that are known already; undefined for the others. */
async function answerRepeats<C extends RequestContext>(
  tx: Transaction,
  form: Pick<SetForm<C, object>, 'review'>,
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

async function decideFresh<C extends RequestContext, P extends object>(
  tx: Transaction,
  deps: GatewayDeps,
  form: SetForm<C, P>,
  items: readonly { readonly context: C; readonly prepared: P | Decision | undefined }[],
): Promise<readonly Decision[]> {
  const open: { readonly item: Prepared<C, P>; readonly place: number }[] = [];
  const decisions = items.map(({ context, prepared }, place): Decision | undefined => {
    if (prepared === undefined) return missing();
    if (isDecision(prepared)) return prepared;
    open.push({ item: { context, prepared }, place });
    return undefined;
  });
  if (open.length > 0) {
    const decided = await form.decide(
      tx,
      deps,
      open.map(({ item }) => item),
    );
    open.forEach(({ place }, at) => (decisions[place] = decided[at]));
  }
  return decisions.map((decision) => decision ?? missing());
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
