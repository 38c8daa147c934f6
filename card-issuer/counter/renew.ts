import {
  addDays,
  type BusinessDate,
  cityDate,
  type Fen,
  fen,
  type Principal,
  recordAct,
  type Transaction,
} from '@citycard/common';
import { cardNo, extendPurse } from '@citycard/clearing';
import { lockCard, requireMovable } from '../cards/blocks.ts';
import { cardLifeErrors } from '../cards/errors.ts';
import { type CardState, stateAfter } from '../cards/life-cycle.ts';
import { cardRule } from '../cards/rules.ts';
import { type SteppedCard, stepCard } from '../cards/step.ts';
import { lastDayOf } from '../cards/validity.ts';
import { issuerErrors } from '../errors.ts';
import type { BalanceMove } from './balance-moves.ts';
import { giveReceipt } from './receipts.ts';
import {
  type CardSays,
  cardAgrees,
  carriedLines,
  carryDeposit,
  depositOf,
  followBalance,
  followNotes,
  giveNext,
} from './replace.ts';
import { requireOpenShift } from './shifts.ts';

export interface Renewal {
  readonly cardNo: string;
  readonly newCardNo: string;
  readonly shiftId: bigint;
  readonly cardSays?: CardSays;
}

/**
 * Gives the holder of a card that has expired, or soon will, a new one: no fee, deposit and balance follow. An expired card
 * takes no more taps, but its last ones may still be on their way, so the balance waits as with any other card.
 *
 * @throws card-issuer.card-unknown, .card-not-ready, .shift-unknown; card-issuer.card-life.not-renewable, .frozen,
 *   .holder-deceased, .new-card-not-ready, .one-card-per-resident
 */
export async function renewCard(
  tx: Transaction,
  clerk: Principal,
  renewal: Renewal,
): Promise<{ newCardNo: string; cashTakenFen: Fen; balance: BalanceMove }> {
  const { cardNo: number, newCardNo, shiftId } = renewal;
  await requireOpenShift(tx, clerk, shiftId);
  await lockCard(tx, number);
  await requireMovable(tx, number);
  const today = cityDate(new Date());
  const proved = await cardAgrees(tx, number, renewal.cardSays);
  const old = await stepCard(tx, number, 'renew', { actor: clerk, why: 'a new card takes its place' });
  await requireNearEnd(tx, old, today);
  const given = await giveNext(tx, clerk, old, newCardNo);
  const depositFen = await depositOf(tx, given.product);
  const cashTakenFen = await carryDeposit(tx, {
    old,
    newCardNo,
    shiftId,
    depositKept: false,
    feeFen: fen(0),
    step: 'renewal',
    depositFen,
  });
  const ended = old.validTo < today ? addDays(old.validTo, 1) : today;
  const balance = await followBalance(tx, clerk, old, newCardNo, proved ? 'nothing to wait for' : ended);
  const lines = carriedLines(old, depositFen, false);
  await giveReceipt(tx, clerk, {
    cardNo: number,
    act: 'renewal',
    shiftId,
    lines,
    notes: followNotes(newCardNo, balance),
  });
  await recordAct(tx, clerk, {
    act: 'renew-card',
    subject: `card ${number}`,
    detail: { newCard: newCardNo.slice(-4), dueOn: balance.dueOn, proved },
  });
  return { newCardNo, cashTakenFen, balance };
}

/** Not years ahead: a card in good order is not renewed for the asking. */
export async function requireNearEnd(
  tx: Transaction,
  card: Pick<SteppedCard, 'validTo' | 'product'>,
  today: BusinessDate,
): Promise<void> {
  const from = addDays(card.validTo, -Number(await cardRule(tx, 'renewal-days', today, card.product)));
  if (today < from) throw cardLifeErrors.notRenewable({ validTo: card.validTo, from });
}

/** What an extension writes: the last day of the new validity, in the books and on the chip. */
export interface ExtensionPlan {
  readonly cardNo: string;
  readonly validTo: BusinessDate;
}

/**
 * The new validity of a card that is extended on its chip: the product's years from today on.
 *
 * @throws card-issuer.card-unknown, .card-not-ready; card-issuer.card-life.not-renewable
 */
export async function planExtension(tx: Transaction, number: string): Promise<ExtensionPlan> {
  const { rows } = await tx.query<{ years: number; validTo: BusinessDate; state: CardState; product: string }>(
    `select c.valid_to as "validTo", c.state, c.product, p.validity_years as years from issuer.card c join issuer.card_product p using (product) where c.card_no = $1`,
    [number],
  );
  const card = rows[0];
  if (card === undefined) throw issuerErrors.cardUnknown();
  if (stateAfter(card.state, 'extend') === undefined)
    throw issuerErrors.cardNotReady({ state: card.state, step: 'extend' });
  const today = cityDate(new Date());
  await requireNearEnd(tx, card, today);
  return { cardNo: number, validTo: lastDayOf(today, card.years) };
}

/** Notes in the books what the chip says since its file 15h was written. Doing it again changes nothing. */
export async function extendCard(tx: Transaction, clerk: Principal, plan: ExtensionPlan): Promise<void> {
  await lockCard(tx, plan.cardNo);
  const changed = await tx.query('update issuer.card set valid_to = $2 where card_no = $1 and valid_to < $2', [
    plan.cardNo,
    plan.validTo,
  ]);
  if (changed.rowCount === 0) return;
  await stepCard(tx, plan.cardNo, 'extend', { actor: clerk, why: `valid until ${plan.validTo}, written to the chip` });
  await extendPurse(tx, cardNo(plan.cardNo), plan.validTo);
  await recordAct(tx, clerk, { act: 'extend-card', subject: `card ${plan.cardNo}`, detail: { validTo: plan.validTo } });
}
