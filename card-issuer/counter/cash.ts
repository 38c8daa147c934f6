import { type Fen, fen, type Transaction } from '@citycard/common';
import { accountBalance, cardNo, currentBusinessDate, type Leg, openAccount, postOrThrow } from '@citycard/clearing';
import { cardLifeErrors } from '../cards/errors.ts';

const FEES = 'fee-income:main';

/** What a step at the counter takes and gives in cash; zero amounts post nothing. */
export interface CounterMoney {
  readonly cardNo: string;
  readonly shiftId: bigint;
  /** Names the step for life. */
  readonly key: string;
  readonly reason: string;
  readonly feeFen?: Fen;
  /** Deposit taken in cash for this card. */
  readonly depositTakenFen?: Fen;
  /** Deposit of this card given back into the shift: for the holder, or for the deposit of the next card. */
  readonly depositGivenFen?: Fen;
  /** Deposit of this card kept by the company, because the card came back damaged or not at all. */
  readonly depositKeptFen?: Fen;
}

/** Books what a step takes and gives at the counter, as one posting of the card. */
export async function postCounterMoney(tx: Transaction, money: CounterMoney): Promise<void> {
  const cash = `cash-shift:${money.shiftId}`;
  const legs: Leg[] = [
    { debit: cash, credit: FEES, amount: money.feeFen ?? fen(0) },
    { debit: cash, credit: 'card-deposit', amount: money.depositTakenFen ?? fen(0) },
    { debit: 'card-deposit', credit: cash, amount: money.depositGivenFen ?? fen(0) },
    { debit: 'card-deposit', credit: FEES, amount: money.depositKeptFen ?? fen(0) },
  ].filter(({ amount }) => amount > 0n);
  if (legs.length === 0) return;
  const date = await currentBusinessDate(tx);
  await openAccount(tx, FEES);
  await postOrThrow(tx, date, [{ cardNo: cardNo(money.cardNo), key: money.key, reason: money.reason, legs }]);
}

/** @throws card-issuer.card-life.shift-short unless the shift has this much cash */
export async function requireCash(tx: Transaction, shiftId: bigint, neededFen: Fen): Promise<void> {
  const { posted } = await accountBalance(tx, `cash-shift:${shiftId}`);
  if (posted < neededFen) throw cardLifeErrors.shiftShort({ availableFen: posted, neededFen });
}
