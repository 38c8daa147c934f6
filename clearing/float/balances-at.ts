import type { BusinessDate, Database, Transaction } from '@citycard/common';
import { trialBalance, type TrialBalanceRow } from '../ledger/trial-balance.ts';

/** One line of the trial balance at the end of a business day; the accounts of cards stand in one line per kind. */
export type BalanceLine = TrialBalanceRow;

/** All posted balances as they were at the end of a business day. For a closed day the answer never changes. */
export async function balancesAt(db: Database | Transaction, date: BusinessDate): Promise<BalanceLine[]> {
  return (await trialBalance(db, { endOf: date })).rows;
}
