import { approveAct, type Principal, proposeAct, type Transaction } from '@citycard/common';
import type { CardNo } from '../purses/card-number.ts';
import { cancellationErrors } from './cancel-errors.ts';
import { dropCancellationDebit } from './cancel-load.ts';
import { type CancellationReceipt, completeCancellation } from './cancel-posting.ts';
import { type Cancellation, findCancellation } from './cancellation.ts';

const ACT = 'decide-torn-cancellation';
/** What stands in a record whose card gave no proof. */
const NO_TAC = Buffer.alloc(4);

/**
 * Proposes what became of a debit whose card cannot prove it any more, by the evidence a person has: the card's own log, the balance its
 * next purchase began with.
 *
 * @throws CityCardError `clearing.cancellation.unknown`, `.debit-not-open`
 */
export async function proposeTornDecision(
  tx: Transaction,
  maker: Principal,
  cardNo: CardNo,
  loadId: bigint,
  paid: boolean,
): Promise<{ approvalId: bigint }> {
  const content = contentOf(await openDebit(tx, cardNo, loadId), paid);
  return proposeAct(tx, maker, { act: ACT, subject: `load ${loadId}`, content });
}

/**
 * The second person: the card has paid, and the money goes back as if it had proved it; or it has not, and the debit is dropped.
 *
 * @returns the receipt when the card has paid
 * @throws CityCardError `clearing.cancellation.unknown`, `.debit-not-open`; `identity.approval-unknown`, `.content-differs`,
 *   `.same-person`
 */
export async function approveTornDecision(
  tx: Transaction,
  checker: Principal,
  cardNo: CardNo,
  loadId: bigint,
  decision: { readonly approvalId: bigint; readonly paid: boolean },
): Promise<CancellationReceipt | undefined> {
  const found = await openDebit(tx, cardNo, loadId);
  await approveAct(tx, checker, decision.approvalId, contentOf(found, decision.paid));
  if (decision.paid) return completeCancellation(tx, checker, cardNo, loadId, { tac: NO_TAC, recovered: false });
  await dropCancellationDebit(tx, checker, cardNo, loadId, 'two people decided that the card has not paid');
  return undefined;
}

async function openDebit(tx: Transaction, cardNo: CardNo, loadId: bigint): Promise<Cancellation> {
  const found = await findCancellation(tx, cardNo, loadId);
  if (found === undefined) throw cancellationErrors.unknown();
  if (found.state !== 'debiting') throw cancellationErrors.debitNotOpen();
  return found;
}

/** A later debit of the same load is another occasion. */
const contentOf = ({ cardNo, loadId, debit }: Cancellation, paid: boolean): Record<string, unknown> => ({
  cardNo,
  loadId,
  paid,
  samNo: debit?.samNo,
  samTransactionNo: debit?.samTransactionNo,
});
