import {
  accountBalance,
  cancellationErrors,
  type CancellationReceipt,
  type CardNo,
  completeCancellation,
  findCancellation,
  findPurse,
} from '@citycard/clearing';
import { type Fen, fen, type Principal, type Transaction } from '@citycard/common';
import { noteOnCard } from '../cards/history.ts';
import { requireCash } from '../counter/cash.ts';
import { amountOf, type CounterLoad, counterLoadOf, endLoad } from '../counter/load/begun.ts';
import { payCashBack } from '../counter/load/give-back.ts';
import { giveReceipt } from '../counter/receipts.ts';
import { cancelErrors } from './errors.ts';

/** What the holder is told when a load is cancelled. */
export interface CancelledLoad extends CancellationReceipt {
  /** Cash out of this till, now. */
  readonly paidFen: Fen;
  /** Waits for the card as pending credit: what was collected, and cash no till could pay. */
  readonly waitsFen: Fen;
}

/**
 * A load of the company's own counters is cancelled by the clerk who took the cash, in the shift that has it; of an agent's load
 * nothing is asked here.
 *
 * @throws card-issuer.cancellation.other-shift, clearing.cancellation.not-cash; card-issuer.card-life.shift-short
 */
export async function requireOwnTill(tx: Transaction, clerk: Principal, cardNo: CardNo, loadId: bigint): Promise<void> {
  const load = await counterLoadOf(tx, cardNo, loadId);
  if (load === undefined) return;
  if (load.cashFen === 0n) throw cancellationErrors.notCash();
  if (!(await isTillOf(tx, clerk, load))) throw cancelErrors.otherShift({ shiftId: load.shiftId, clerk: load.clerk });
  await requireCash(tx, load.shiftId, load.cashFen);
}

/**
 * Books a debit the card has proved. Of a load at a counter the cash goes out of its till in the same transaction; when that till is
 * closed by now, or somebody else completes it, the cash waits for the card. Once; again it answers the same.
 *
 * @throws as `completeCancellation`
 */
export async function completeWithCash(
  tx: Transaction,
  actor: Principal,
  asked: { readonly cardNo: CardNo; readonly loadId: bigint },
  proof: { readonly tac: Buffer; readonly recovered: boolean },
): Promise<CancelledLoad> {
  const { cardNo, loadId } = asked;
  await findPurse(tx, cardNo, { lock: true });
  const before = await findCancellation(tx, cardNo, loadId);
  const receipt = await completeCancellation(tx, actor, cardNo, loadId, proof);
  return before?.state === 'posted' ? givenBefore(tx, receipt) : giveCash(tx, actor, receipt);
}

/** The cash of a cancellation that was booked just now, with its receipt and its line in the card's history. */
export async function giveCash(
  tx: Transaction,
  actor: Principal,
  receipt: CancellationReceipt,
): Promise<CancelledLoad> {
  const { cardNo, loadId, amountFen } = receipt;
  const load = await counterLoadOf(tx, cardNo, loadId);
  const paid = load !== undefined && (await canPay(tx, actor, load));
  if (load !== undefined) {
    if (paid) await payCashBack(tx, load, load.shiftId);
    else await endLoad(tx, load, 'waiting');
    await tx.query(
      `update issuer.counter_load set cancelled_at = clock_timestamp(), cancelled_paid = $3 where card_no = $1 and counter_load_no = $2`,
      [cardNo, load.counterLoadNo, paid],
    );
  }
  const cancelled = withMoney(receipt, load, paid);
  await giveReceipt(tx, actor, {
    cardNo,
    act: 'load-cancelled',
    ...(paid && { shiftId: load.shiftId }),
    lines: [
      { what: 'taken-off', amountFen, way: 'card' },
      { what: 'cash-back', amountFen: cancelled.paidFen, way: 'out' },
      { what: 'waits', amountFen: cancelled.waitsFen, way: 'card' },
    ],
    notes: load === undefined ? { 'cash-returned-by': receipt.cashReturnedBy } : {},
  });
  await noteOnCard(tx, cardNo, { step: 'cancel-load', by: actor.id, why: `${amountFen} fen, load ${loadId}` });
  return cancelled;
}

async function givenBefore(tx: Transaction, receipt: CancellationReceipt): Promise<CancelledLoad> {
  const load = await counterLoadOf(tx, receipt.cardNo, receipt.loadId);
  if (load === undefined) return withMoney(receipt, undefined, false);
  const { rows } = await tx.query<{ paid: boolean | null }>(
    'select cancelled_paid as paid from issuer.counter_load where card_no = $1 and counter_load_no = $2',
    [load.cardNo, load.counterLoadNo],
  );
  return withMoney(receipt, load, rows[0]?.paid === true);
}

function withMoney(receipt: CancellationReceipt, load: CounterLoad | undefined, paid: boolean): CancelledLoad {
  const paidFen = paid && load !== undefined ? load.cashFen : fen(0);
  const waitsFen = load === undefined ? fen(0) : fen(amountOf(load) - paidFen);
  return { ...receipt, paidFen, waitsFen };
}

async function canPay(tx: Transaction, actor: Principal, load: CounterLoad): Promise<boolean> {
  if (!(await isTillOf(tx, actor, load))) return false;
  const { posted } = await accountBalance(tx, `cash-shift:${load.shiftId}`);
  return posted >= load.cashFen;
}

/** The till stays open until the transaction ends. */
async function isTillOf(tx: Transaction, clerk: Principal, load: CounterLoad): Promise<boolean> {
  const { rowCount } = await tx.query(
    'select from issuer.shift where shift_id = $1 and clerk = $2 and closed_at is null for update',
    [load.shiftId, clerk.id],
  );
  return rowCount === 1;
}
