import { type Database, type Fen, fen, type Transaction } from '@citycard/common';
import { clearingErrors } from '../errors.ts';
import type { CardNo } from '../purses/card-number.ts';
import type { AccountCode, CardAccountKind } from './accounts.ts';

/** All on the account's normal side, in fen: what stands, what may be taken, and what is on its way out and in. */
export interface Balance {
  readonly posted: Fen;
  readonly available: Fen;
  readonly pendingDebits: Fen;
  readonly pendingCredits: Fen;
}

interface BalanceRow {
  posted: bigint;
  available: bigint;
  pending_debits: bigint;
  pending_credits: bigint;
}

const toBalance = (row: BalanceRow): Balance => ({
  posted: fen(row.posted),
  available: fen(row.available),
  pendingDebits: fen(row.pending_debits),
  pendingCredits: fen(row.pending_credits),
});

/** The balance of an account now. @throws CityCardError `clearing.account-unknown`. */
export async function accountBalance(db: Database | Transaction, code: AccountCode): Promise<Balance> {
  const { rows } = await db.query<BalanceRow>(
    `select case normal_side when 'credit' then credits_posted - debits_posted else debits_posted - credits_posted end as posted,
            available_fen as available, debits_pending as pending_debits, credits_pending as pending_credits
       from clearing.account where account_code = $1`,
    [code],
  );
  if (rows[0] === undefined) throw clearingErrors.accountUnknown({ code });
  return toBalance(rows[0]);
}

/** The balance of one of a card's accounts, by default its purse. @throws CityCardError `clearing.account-unknown`. */
export async function cardBalance(
  db: Database | Transaction,
  cardNo: CardNo,
  kind: CardAccountKind = 'purse',
): Promise<Balance> {
  const { rows } = await db.query<BalanceRow>(
    `select credits_posted - debits_posted as posted, available_fen as available, debits_pending as pending_debits,
            credits_pending as pending_credits
       from clearing.card_account where card_no = $1 and kind = $2`,
    [cardNo, kind],
  );
  if (rows[0] === undefined) throw clearingErrors.accountUnknown({ code: kind });
  return toBalance(rows[0]);
}

/** The balances of one kind of account of many cards, by card number; a card that has none is not in it. */
export async function cardBalances(
  db: Database | Transaction,
  cards: readonly CardNo[],
  kind: CardAccountKind,
): Promise<Map<CardNo, Balance>> {
  const { rows } = await db.query<BalanceRow & { card_no: CardNo }>({
    name: 'clearing-card-balances',
    text: `select card_no, credits_posted - debits_posted as posted, available_fen as available, debits_pending as pending_debits,
                  credits_pending as pending_credits
             from clearing.card_account where card_no = any($1) and kind = $2`,
    values: [cards, kind],
  });
  return new Map(rows.map((row) => [row.card_no, toBalance(row)]));
}
