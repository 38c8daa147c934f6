import { cityDate, type Fen, fen, fenToNumber, type Principal, recordAct, type Transaction } from '@citycard/common';
import { cardNo, movePasses, purseStanding } from '@citycard/clearing';
import { lockCard, requireMovable } from '../cards/blocks.ts';
import { cardLifeErrors } from '../cards/errors.ts';
import { cardRule } from '../cards/rules.ts';
import { type SteppedCard, stepCard } from '../cards/step.ts';
import { type BalanceMove, openMove, tryMove } from './balance-moves.ts';
import { postCounterMoney } from './cash.ts';
import { endLossReport, lostSince } from './loss.ts';
import { moveConcession } from '../concessions/on-card.ts';
import { giveReceipt, type ReceiptLine } from './receipts.ts';
import { requireOpenShift } from './shifts.ts';

/** What the card itself said in the reader: nothing is then left to wait for, if the books say the same. */
export interface CardSays {
  readonly balanceFen: Fen;
  readonly offlineCounter: number;
}

export interface Replacement {
  readonly cardNo: string;
  /** A personalised card from stock, handed over now. */
  readonly newCardNo: string;
  readonly shiftId: bigint;
  /** The old card lies on the table (damaged, defective): it needs no loss report. */
  readonly cardHandedIn: boolean;
  /** The deposit of the old card is kept: it is damaged beyond use by its holder, or lost. */
  readonly depositKept: boolean;
  /** Left out: what the product asks for. */
  readonly depositFen?: Fen;
  /** What the old card said in the reader just now, if it can still speak. */
  readonly cardSays?: CardSays;
}

export interface ReplacementAnswer {
  readonly newCardNo: string;
  readonly feeFen: Fen;
  /** Taken in cash beside the fee, after what the old card's deposit covers. */
  readonly cashTakenFen: Fen;
  readonly balance: BalanceMove;
}

/**
 * Gives the holder a new card in place of one that is lost, damaged or blocked (补卡): same person, new number. The
 * deposit is carried, fee and what is missing of the deposit are taken in cash; the balance follows when all purchases of
 * the old card can have come in, at once when the card itself says the same as the books.
 *
 * @throws card-issuer.card-unknown, .card-not-ready, .shift-unknown; card-issuer.card-life.lost-not-formal, .card-not-present,
 *   .frozen, .holder-deceased, .new-card-not-ready, .same-card, .one-card-per-resident
 */
export async function replaceCard(
  tx: Transaction,
  clerk: Principal,
  replacement: Replacement,
): Promise<ReplacementAnswer> {
  const { cardNo: number, newCardNo, shiftId } = replacement;
  await requireOpenShift(tx, clerk, shiftId);
  const state = await lockCard(tx, number);
  if (state === 'lost-reported') throw cardLifeErrors.lostNotFormal();
  if (state === 'active' && !replacement.cardHandedIn) throw cardLifeErrors.cardNotPresent({ done: 'replaced' });
  await requireMovable(tx, number);
  const since = (await lostSince(tx, number)) ?? cityDate(new Date());
  const proved = await cardAgrees(tx, number, replacement.cardSays);

  const old = await stepCard(tx, number, 'replace', { actor: clerk, why: 'another card takes its place' });
  await endLossReport(tx, number, 'replaced');
  const given = await giveNext(tx, clerk, old, newCardNo);
  const feeFen = fen(await cardRule(tx, 'replacement-fee-fen', cityDate(new Date()), old.product));
  const depositFen = replacement.depositFen ?? (await depositOf(tx, given.product));
  const cashTakenFen = await carryDeposit(tx, { ...replacement, depositFen, old, feeFen, step: 'replacement' });
  const balance = await followBalance(tx, clerk, old, newCardNo, proved ? 'nothing to wait for' : since);
  await giveReceipt(tx, clerk, {
    cardNo: number,
    act: 'replacement',
    shiftId,
    lines: [{ what: 'fee', amountFen: feeFen, way: 'in' }, ...carriedLines(old, depositFen, replacement.depositKept)],
    notes: followNotes(newCardNo, balance),
  });
  await recordAct(tx, clerk, {
    act: 'replace-card',
    subject: `card ${number}`,
    detail: { newCard: newCardNo.slice(-4), feeFen: fenToNumber(feeFen), dueOn: balance.dueOn, proved },
  });
  return { newCardNo, feeFen, cashTakenFen, balance };
}

/** The deposit on the receipt of a card that takes another's place. */
export function carriedLines(old: SteppedCard, depositFen: Fen, kept: boolean): ReceiptLine[] {
  return [
    { what: kept ? 'old-deposit-kept' : 'old-deposit', amountFen: old.depositFen, way: kept ? 'card' : 'out' },
    { what: 'deposit', amountFen: depositFen, way: 'in' },
  ];
}

/** What the holder is told of the balance of the old card. */
export const followNotes = (newCardNo: string, { state, movedFen, dueOn }: BalanceMove): Record<string, string> => ({
  'new-card': newCardNo,
  ...(state === 'released' ? { 'balance-moved': `${movedFen}` } : { 'balance-follows': dueOn }),
});

/** The deposit a product asks for. */
export async function depositOf(tx: Transaction, product: string): Promise<Fen> {
  const { rows } = await tx.query<{ deposit_fen: bigint }>(
    'select deposit_fen from issuer.card_product where product = $1',
    [product],
  );
  return fen(rows[0]?.deposit_fen ?? 0n);
}

/** The card itself says what the books say, and nothing of it is missing, held or open. */
export async function cardAgrees(tx: Transaction, number: string, says: CardSays | undefined): Promise<boolean> {
  if (says === undefined) return false;
  const standing = await purseStanding(tx, cardNo(number), says.offlineCounter);
  return standing.whole && standing.balanceFen === says.balanceFen;
}

/** Hands the next card to the holder of the old one, with the concession and the passes that the old one had. */
export async function giveNext(
  tx: Transaction,
  clerk: Principal,
  old: SteppedCard,
  newCardNo: string,
): Promise<SteppedCard> {
  if (old.residentId === undefined) throw new Error('a card that was in use has a holder');
  if (newCardNo === old.cardNo) throw cardLifeErrors.sameCard();
  const state = await lockCard(tx, newCardNo);
  if (state !== 'personalised') throw cardLifeErrors.newCardNotReady({ state });
  const why = 'in place of another card';
  const given = await stepCard(tx, newCardNo, 'issue', { actor: clerk, why, residentId: old.residentId });
  await moveConcession(tx, old.cardNo, newCardNo);
  await movePasses(tx, cardNo(old.cardNo), cardNo(newCardNo));
  return given;
}

/**
 * The deposit of the old card goes back into the shift and that of the new one comes out of it; what is missing is taken
 * in cash, with the fee. Resolves to the cash that the holder pays; below zero it is paid out.
 */
export async function carryDeposit(
  tx: Transaction,
  terms: {
    readonly old: SteppedCard;
    readonly newCardNo: string;
    readonly shiftId: bigint;
    readonly depositKept: boolean;
    readonly depositFen: Fen;
    readonly feeFen: Fen;
    readonly step: 'replacement' | 'renewal';
  },
): Promise<Fen> {
  const { old, newCardNo, shiftId, depositFen, feeFen, step } = terms;
  const had = fen(old.depositFen);
  const given = terms.depositKept ? fen(0) : had;
  await postCounterMoney(tx, {
    cardNo: old.cardNo,
    shiftId,
    key: `${step}-deposit:${old.cardNo}`,
    reason: `deposit at ${step}`,
    ...(terms.depositKept ? { depositKeptFen: had } : { depositGivenFen: had }),
  });
  await postCounterMoney(tx, {
    cardNo: newCardNo,
    shiftId,
    key: `${step}:${old.cardNo}`,
    reason: `fee and deposit at ${step}`,
    feeFen,
    depositTakenFen: depositFen,
  });
  await tx.query(
    'update issuer.card set deposit_fen = case card_no when $1 then $2::bigint else 0 end where card_no in ($1, $3)',
    [newCardNo, depositFen, old.cardNo],
  );
  return fen(feeFen + depositFen - given);
}

/** Opens the wait for the old card's balance and moves it at once when nothing hinders it. */
export async function followBalance(
  tx: Transaction,
  clerk: Principal,
  old: SteppedCard,
  newCardNo: string,
  since: Parameters<typeof openMove>[2]['since'],
): Promise<BalanceMove> {
  const move = await openMove(tx, clerk, { cardNo: old.cardNo, product: old.product, newCardNo, since });
  if (since !== 'nothing to wait for') return move;
  const result = await tryMove(tx, move, move.dueOn, clerk);
  return 'moved' in result ? { ...move, state: 'released', movedFen: result.moved } : move;
}
