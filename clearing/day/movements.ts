import { type BusinessDate, businessDate, type Database, type Fen, fen, type Transaction } from '@citycard/common';
import type { AccountCode } from '../ledger/accounts.ts';

/** All the money that moved on a business day between two accounts for one purpose (cards' accounts by kind alone). */
export interface Movement {
  readonly date: BusinessDate;
  readonly debit: AccountCode;
  readonly credit: AccountCode;
  /** The first word of the posting key: `purchase`, `load`, `price`, `settlement`, … */
  readonly purpose: string;
  readonly count: bigint;
  readonly amountFen: Fen;
}

/** Payments to participants: they pay what earlier days owe and are no obligation of the day they are booked on. */
export const SETTLEMENT_PURPOSE = 'settlement';

/**
 * What was posted on the days `from` … `to`, summed. Pending and voided transfers move nothing and are not here.
 *
 * One pass over the day's transfers however many accounts there are; every stage of the day counts from its result.
 */
export async function movements(db: Database | Transaction, from: BusinessDate, to: BusinessDate): Promise<Movement[]> {
  const { rows } = await (db as Database).query<{
    business_date: string;
    debit_account: string;
    credit_account: string;
    purpose: string;
    count: bigint;
    amount_fen: bigint;
  }>(
    `select business_date, debit_account, credit_account, split_part(posting_key, ':', 1) as purpose,
            count(*) as count, sum(amount_fen)::bigint as amount_fen
       from clearing.ledger_transfer
      where business_date between $1 and $2 and phase in ('posted', 'post')
      group by 1, 2, 3, 4 order by 1, 2, 3, 4`,
    [from, to],
  );
  return rows.map((row) => ({
    date: businessDate(row.business_date),
    debit: row.debit_account,
    credit: row.credit_account,
    purpose: row.purpose,
    count: row.count,
    amountFen: fen(row.amount_fen),
  }));
}
