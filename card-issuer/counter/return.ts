import { cityDate, type Fen, fen, fenToNumber, type Principal, recordAct, type Transaction } from '@citycard/common';
import { cardNo, payRefund } from '@citycard/clearing';
import { lockCard, requireMovable } from '../cards/blocks.ts';
import { cardLifeErrors } from '../cards/errors.ts';
import { noteOnCard } from '../cards/history.ts';
import { stepCard } from '../cards/step.ts';
import { type BalanceMove, newestMove, openMove, tryMove } from './balance-moves.ts';
import { postCounterMoney, requireCash } from './cash.ts';
import { endLossReport, lostSince } from './loss.ts';
import { giveReceipt } from './receipts.ts';
import { type CardSays, cardAgrees } from './replace.ts';
import { requireOpenShift } from './shifts.ts';

export interface CardReturn {
  readonly cardNo: string;
  readonly shiftId: bigint;
  /** The card lies on the table; without it the balance waits and the deposit stays. */
  readonly cardHandedIn: boolean;
  /** Handed in, but damaged by its holder: the deposit is kept. */
  readonly damaged: boolean;
  readonly cardSays?: CardSays;
  /** Heirs receive what a card blocked by the death of its holder holds; the caller has seen their documents. */
  readonly recipient?: 'holder' | 'heirs';
}

export interface ReturnAnswer {
  /** Paid in cash now, deposit included. */
  readonly paidFen: Fen;
  readonly depositFen: Fen;
  readonly balance: BalanceMove;
}

/**
 * The holder gives the card up (退卡). The deposit comes back for a card that is handed in undamaged; the balance in cash at
 * once when the card itself says what the books say, otherwise when the waiting period is over. What is not fetched stays
 * the holder's.
 *
 * @throws card-issuer.card-unknown, .card-not-ready, .shift-unknown; card-issuer.card-life.card-not-present, .frozen,
 *   .holder-deceased, .shift-short
 */
export async function returnCard(tx: Transaction, clerk: Principal, order: CardReturn): Promise<ReturnAnswer> {
  const { cardNo: number, shiftId } = order;
  await requireOpenShift(tx, clerk, shiftId);
  const state = await lockCard(tx, number);
  const absent = state === 'lost-confirmed' || order.recipient === 'heirs';
  if (!absent && !order.cardHandedIn) throw cardLifeErrors.cardNotPresent({ done: 'returned' });
  await requireMovable(tx, number, order.recipient);
  const since = (await lostSince(tx, number)) ?? cityDate(new Date());
  const proved = await cardAgrees(tx, number, order.cardSays);

  const card = await stepCard(tx, number, 'return', {
    actor: clerk,
    why: order.cardHandedIn ? 'handed in' : 'given up, lost',
  });
  await endLossReport(tx, number, 'returned');
  const deposit = fen(card.depositFen);
  const back = order.cardHandedIn && !order.damaged;
  if (back) await requireCash(tx, shiftId, deposit);
  await postCounterMoney(tx, {
    cardNo: number,
    shiftId,
    key: `return-deposit:${number}`,
    reason: 'deposit of a returned card',
    ...(back ? { depositGivenFen: deposit } : { depositKeptFen: deposit }),
  });
  await tx.query('update issuer.card set deposit_fen = 0 where card_no = $1', [number]);

  const move = await openMove(tx, clerk, {
    cardNo: number,
    product: card.product,
    since: proved ? 'nothing to wait for' : since,
  });
  const paid = proved ? await payOut(tx, clerk, move, shiftId) : fen(0);
  const depositFen = back ? deposit : fen(0);
  const balance = await newestMove(tx, number);
  await giveReceipt(tx, clerk, {
    cardNo: number,
    act: 'return',
    shiftId,
    lines: [
      { what: back ? 'deposit-back' : 'deposit-kept', amountFen: deposit, way: back ? 'out' : 'card' },
      { what: 'balance', amountFen: paid, way: 'out' },
    ],
    ...(balance.state === 'waiting' && { notes: { 'balance-follows': balance.dueOn } }),
  });
  await recordAct(tx, clerk, {
    act: 'return-card',
    subject: `card ${number}`,
    detail: { depositFen: fenToNumber(depositFen), paidFen: fenToNumber(paid), dueOn: balance.dueOn },
  });
  return { paidFen: fen(paid + depositFen), depositFen, balance };
}

/**
 * Pays in cash what waits for the holder of a returned card, all of it.
 *
 * @throws card-issuer.shift-unknown; card-issuer.card-life.nothing-waiting, .not-yet-due, .frozen, .holder-deceased, .nothing-to-pay,
 *   .shift-short
 */
export async function payReturned(
  tx: Transaction,
  clerk: Principal,
  order: Pick<CardReturn, 'cardNo' | 'shiftId' | 'recipient'>,
): Promise<{ paidFen: Fen }> {
  await requireOpenShift(tx, clerk, order.shiftId);
  await lockCard(tx, order.cardNo);
  await requireMovable(tx, order.cardNo, order.recipient);
  const move = await newestMove(tx, order.cardNo);
  if (move.kind !== 'refund') throw cardLifeErrors.nothingWaiting();
  const paidFen = await payOut(tx, clerk, move, order.shiftId);
  if (paidFen === 0n) throw cardLifeErrors.nothingToPay();
  const lines = [{ what: 'balance', amountFen: paidFen, way: 'out' }] as const;
  await giveReceipt(tx, clerk, { cardNo: order.cardNo, act: 'balance-payment', shiftId: order.shiftId, lines });
  await recordAct(tx, clerk, {
    act: 'pay-balance',
    subject: `card ${order.cardNo}`,
    detail: { paidFen: fenToNumber(paidFen) },
  });
  return { paidFen };
}

async function payOut(tx: Transaction, clerk: Principal, move: BalanceMove, shiftId: bigint): Promise<Fen> {
  const result = await tryMove(tx, move, cityDate(new Date()), clerk);
  if ('hindrance' in result && move.state === 'waiting')
    throw cardLifeErrors.notYetDue({ dueOn: dueOf(move, result.hindrance) });
  const { movedFen, paidFen } = await newestMove(tx, move.cardNo);
  const open = fen(movedFen - paidFen);
  await requireCash(tx, shiftId, open);
  await payRefund(tx, {
    card: cardNo(move.cardNo),
    to: `cash-shift:${shiftId}`,
    amountFen: open,
    key: `balance-paid:${move.moveNo}:${movedFen}`,
    reason: 'balance of a returned card paid in cash',
  });
  await tx.query('update issuer.balance_move set paid_fen = paid_fen + $3 where card_no = $1 and move_no = $2', [
    move.cardNo,
    move.moveNo,
    open,
  ]);
  if (open > 0n)
    await noteOnCard(tx, move.cardNo, { step: 'pay-balance', by: clerk.id, why: `${open} fen paid in cash` });
  return open;
}

const dueOf = (move: BalanceMove, hindrance: string) =>
  hindrance === 'missing-purchases' || hindrance === 'balance-break' ? move.giveUpOn : move.dueOn;
