import { type Database, type Fen, fen, type Transaction } from '@citycard/common';
import type { CardNo } from '../purses/card-number.ts';

/** A transfer that touched a card's accounts. */
export interface CardMovement {
  readonly postedAt: Date;
  readonly businessDate: string;
  readonly debit: string;
  readonly credit: string;
  readonly amountFen: Fen;
  readonly phase: 'posted' | 'pending' | 'post' | 'void';
  readonly reason: string;
}

/** The newest movements of a card's accounts, newest first. */
export async function cardMovements(db: Database | Transaction, card: CardNo, limit: number): Promise<CardMovement[]> {
  const { rows } = await db.query<Omit<CardMovement, 'amountFen'> & { amount: bigint }>(
    `select posted_at as "postedAt", business_date as "businessDate", debit_account as debit, credit_account as credit,
            amount_fen as amount, phase, reason
       from clearing.ledger_transfer where card_no = $1 order by posted_at desc, posting_key, leg limit $2`,
    [card, limit],
  );
  return rows.map(({ amount, ...movement }) => ({ ...movement, amountFen: fen(amount) }));
}
