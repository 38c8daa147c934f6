import { type BusinessDate, type Transaction, transact } from '@citycard/common';
import type { FieldValues } from '../codec/field-table.ts';
import type { OutgoingFrame } from '../codec/frame-writer.ts';
import { packAnswer, repackAnswer } from '../catalogue/answer.ts';
import { isStoredAnswer, type ResponseCode } from '../catalogue/response-codes.ts';
import { type Decide, newReference, type RequestContext } from '../requests/context.ts';
import { identityOf, keepAnswer, type Known, lockIdentity, recall, type RequestIdentity } from './stored-answers.ts';

export interface OnceOptions<P> {
  /** What is asked of others (the HSM) before the transaction begins; not called for a repeat. */
  readonly prepare: () => Promise<P>;
  readonly decide: Decide<P>;
  /** Looks at a stored answer before it is given again: another code when the facts have changed since. */
  readonly review?: (tx: Transaction, cityDate: BusinessDate) => Promise<ResponseCode | undefined>;
}

/**
 * Decides a request once for its identity: the answer is kept in the transaction of its facts, a repeat gets it again
 * with field 64 made afresh, another content under the same identity 94 (terminal interface, section 3, Repeats).
 *
 * @returns the frame, its field 64 still to be made
 */
export async function answerOnce<P>(context: RequestContext, options: OnceOptions<P>): Promise<OutgoingFrame> {
  const { db } = context.deps;
  const identity = identityOf(context.request);
  const early = await recall(db, identity, context.now);
  const prepared = early.kind === 'new' || early.kind === 'unanswered' ? await options.prepare() : undefined;

  return transact(db, async (tx) => {
    await lockIdentity(tx, identity);
    const known = await recall(tx, identity, context.now);
    const repeat = await answerKnown(tx, context, known, options);
    if (repeat !== undefined) return repeat;
    const decision = await options.decide(tx, prepared ?? (await options.prepare()));
    const frame = freshAnswer(context, decision.code, decision.fields);
    await keepIfStored(tx, context, identity, decision.code, frame);
    return frame;
  });
}

/** The answer to a request that is known already; undefined when it is new or its answer is still owed. */
export async function answerKnown(
  tx: Transaction,
  context: RequestContext,
  known: Known,
  options: Pick<OnceOptions<unknown>, 'review'> = {},
): Promise<OutgoingFrame | undefined> {
  if (known.kind === 'other-content') return freshAnswer(context, '94');
  if (known.kind !== 'answered') return undefined;
  const changed = await options.review?.(tx, known.cityDate);
  if (changed !== undefined) return freshAnswer(context, changed);
  return repackAnswer(context.request.message, known.body, true);
}

/** Keeps the answer in the transaction of its facts, unless its code is one that is decided afresh. */
export async function keepIfStored(
  tx: Transaction,
  context: RequestContext,
  identity: RequestIdentity,
  code: ResponseCode,
  frame: OutgoingFrame,
): Promise<void> {
  if (!isStoredAnswer(code)) return;
  const body = Buffer.from(frame.macInput);
  await keepAnswer(tx, identity, context.request.message.frame, { code, body, at: context.now });
}

/** An answer made now, its field 64 still to be made. */
export function freshAnswer(context: RequestContext, code: ResponseCode, fields: FieldValues = {}): OutgoingFrame {
  const answer = { code, at: context.now, reference: newReference(context.now), fields };
  return packAnswer(context.request.message, answer, true);
}
