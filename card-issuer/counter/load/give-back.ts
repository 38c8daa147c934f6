import { cardBalance, cardNo as toCardNo, currentBusinessDate, postOrThrow } from '@citycard/clearing';
import { fen, type Fen, type Principal, recordAct, type Transaction } from '@citycard/common';
import { requireCash } from '../cash.ts';
import { giveReceipt } from '../receipts.ts';
import { requireOpenShift } from '../shifts.ts';
import { type CounterLoad, endLoad, lockCounterLoad } from './begun.ts';
import { counterLoadErrors } from './errors.ts';

/**
 * Gives back in cash what a card did not take: the load is known not to be on it, and its cash still waits. Once.
 *
 * @throws card-issuer.counter-load.load-unknown, not-waiting; card-issuer.shift-unknown; card-issuer.card-life.shift-short
 */
export async function giveCashBack(
  tx: Transaction,
  clerk: Principal,
  order: { readonly cardNo: string; readonly counterLoadNo: bigint; readonly shiftId: bigint },
): Promise<{ paidFen: Fen }> {
  const { cardNo, counterLoadNo, shiftId } = order;
  await requireOpenShift(tx, clerk, shiftId);
  const load = await lockCounterLoad(tx, cardNo, counterLoadNo);
  if (load === undefined) throw counterLoadErrors.loadUnknown();
  const { available } = await cardBalance(tx, toCardNo(cardNo), 'pending-credit');
  if (load.state !== 'waiting' || load.cashFen === 0n || available < load.cashFen) throw counterLoadErrors.notWaiting();
  await requireCash(tx, shiftId, load.cashFen);
  await payCashBack(tx, load, shiftId);
  const lines = [{ what: 'cash-back', amountFen: load.cashFen, way: 'out' }] as const;
  await giveReceipt(tx, clerk, { cardNo, act: 'load-cash-back', shiftId, lines });
  await recordAct(tx, clerk, {
    act: 'give-load-cash-back',
    subject: `card ${cardNo}`,
    detail: { amountFen: Number(load.cashFen) },
  });
  return { paidFen: fen(load.cashFen) };
}

/** Moves the cash of a load that is not on the card out of its pending credit and the till. The key allows it once in the load's life. */
export async function payCashBack(tx: Transaction, load: CounterLoad, shiftId: bigint): Promise<void> {
  await postOrThrow(tx, await currentBusinessDate(tx), [
    {
      cardNo: load.cardNo,
      key: `counter-cash-back:${load.counterLoadNo}`,
      reason: 'cash of a load that is not on the card',
      legs: [{ debit: 'pending-credit', credit: `cash-shift:${shiftId}`, amount: load.cashFen }],
    },
  ]);
  await endLoad(tx, load, 'given-back');
}
