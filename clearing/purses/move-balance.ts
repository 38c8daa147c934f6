import { type Fen, fen, type Transaction } from '@citycard/common';
import { openAccount } from '../ledger/accounts.ts';
import { currentBusinessDate } from '../ledger/business-day.ts';
import { cardBalance } from '../ledger/balances.ts';
import { type Leg, type Posting, postOrThrow } from '../ledger/posting.ts';
import type { CardNo } from './card-number.ts';
import { findPurse } from './purse.ts';

/** Where a balance stands between two cards, inside one transaction: no transfer has two purses. */
const BETWEEN_CARDS = 'suspense:balance-transfer';
/** What holders may fetch at a counter after their card has gone. */
const REFUNDS = 'unclaimed-refund:cards';

/** Everything a card holds for its holder but the deposit. */
export interface HeldMoney {
  /** Purse and pending credit: what the holder can pay with or load. */
  readonly purseFen: Fen;
  readonly onlineFen: Fen;
}

/**
 * Moves everything a card holds to another card of the same holder, in one transaction: purse and pending credit become
 * pending credit of the new card (its chip is loaded with it by message 8), the online account its online account.
 * Nothing moves when nothing is there. The key names the move for life.
 *
 * @throws CityCardError `clearing.account-unknown`, `clearing.no-open-business-day`, `clearing.posting-refused`.
 */
export async function moveBalance(
  tx: Transaction,
  move: { readonly from: CardNo; readonly to: CardNo; readonly key: string; readonly reason: string },
): Promise<HeldMoney> {
  const date = await currentBusinessDate(tx);
  const { legs, held } = await takeAll(tx, move.from, BETWEEN_CARDS);
  const { key, reason } = move;
  const given: Leg[] = [
    { debit: BETWEEN_CARDS, credit: 'pending-credit', amount: held.purseFen },
    { debit: BETWEEN_CARDS, credit: 'online', amount: held.onlineFen },
  ];
  await openAccount(tx, BETWEEN_CARDS);
  await postMoves(tx, date, [
    { cardNo: move.from, key: `${key}:out`, reason, legs },
    { cardNo: move.to, key: `${key}:in`, reason, legs: given.filter(({ amount }) => amount > 0n) },
  ]);
  return held;
}

/**
 * Makes everything a card holds a refund its holder may fetch.
 *
 * @throws as {@link moveBalance}
 */
export async function releaseForRefund(
  tx: Transaction,
  release: { readonly from: CardNo; readonly key: string; readonly reason: string },
): Promise<HeldMoney> {
  const date = await currentBusinessDate(tx);
  const { legs, held } = await takeAll(tx, release.from, REFUNDS);
  await openAccount(tx, REFUNDS);
  await postMoves(tx, date, [{ cardNo: release.from, key: release.key, reason: release.reason, legs }]);
  return held;
}

/**
 * Pays a refund that was released, in cash or to another account of the company's books.
 *
 * @throws CityCardError `clearing.no-open-business-day`, `clearing.posting-refused`.
 */
export async function payRefund(
  tx: Transaction,
  payment: {
    readonly card: CardNo;
    readonly to: string;
    readonly amountFen: Fen;
    readonly key: string;
    readonly reason: string;
  },
): Promise<void> {
  if (payment.amountFen === 0n) return;
  const date = await currentBusinessDate(tx);
  const legs = [{ debit: REFUNDS, credit: payment.to, amount: payment.amountFen }];
  await postOrThrow(tx, date, [{ cardNo: payment.card, key: payment.key, reason: payment.reason, legs }]);
}

async function takeAll(tx: Transaction, from: CardNo, into: string): Promise<{ legs: Leg[]; held: HeldMoney }> {
  // Against every other decision on the card: what is read here is what is moved.
  await findPurse(tx, from, { lock: true });
  const [purse, credit, online] = [
    await cardBalance(tx, from, 'purse'),
    await cardBalance(tx, from, 'pending-credit'),
    await cardBalance(tx, from, 'online'),
  ];
  const legs: Leg[] = [
    { debit: 'purse', credit: into, amount: purse.available },
    { debit: 'pending-credit', credit: into, amount: credit.available },
    { debit: 'online', credit: into, amount: online.available },
  ].filter(({ amount }) => amount > 0n);
  const held = { purseFen: fen(positive(purse.available) + positive(credit.available)), onlineFen: online.available };
  return { legs, held };
}

const positive = (amount: bigint): bigint => (amount > 0n ? amount : 0n);

async function postMoves(
  tx: Transaction,
  date: Awaited<ReturnType<typeof currentBusinessDate>>,
  postings: readonly Posting[],
): Promise<void> {
  await postOrThrow(
    tx,
    date,
    postings.filter(({ legs }) => legs.length > 0),
  );
}
