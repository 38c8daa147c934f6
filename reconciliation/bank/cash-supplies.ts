import type { Transaction } from '@citycard/common';
import type { BankAccount, Decision, Part } from './decision.ts';

/** Whoever fetches cash for a till has the bank write its slip, `SUPPLY7`; whatever follows a space is the bank's own. */
const SLIP = /^SUPPLY([1-9][0-9]{0,17})(?: |$)/;

/**
 * Cash that left the bank for a till: our books credited the account when the supply was approved, so the entry is matched with that
 * posting and moves nothing. Another amount, another account or a second entry is left to people, with the reason. Undefined for an
 * entry that names no slip.
 */
export async function matchSupply(
  tx: Transaction,
  account: BankAccount,
  { entry, remittance, amountFen }: Part,
): Promise<Decision | undefined> {
  const id = SLIP.exec(remittance)?.[1];
  if (id === undefined || entry.direction !== 'debit' || entry.reversal) return undefined;
  const postingKey = `cash-supply:${id}`;
  const unmatched = (reason: string): Decision => ({ state: 'unmatched', reason });
  const { rows } = await tx.query<{ credit_account: string; amount_fen: bigint; taken: boolean }>(
    `select t.credit_account, t.amount_fen,
            exists (select from reconciliation.bank_entry_part p where p.rule = 'cash-supply' and p.posting_key = t.posting_key) as taken
       from clearing.ledger_transfer t where t.card_no = '' and t.posting_key = $1`,
    [postingKey],
  );
  const [supply] = rows;
  if (supply === undefined) return unmatched(`no cash was approved under slip SUPPLY${id}`);
  if (supply.taken) return unmatched(`the cash of slip SUPPLY${id} was fetched before`);
  if (supply.credit_account !== account.code)
    return unmatched(`slip SUPPLY${id} was approved from ${supply.credit_account}`);
  if (supply.amount_fen !== amountFen) return unmatched(`slip SUPPLY${id} was approved with ${supply.amount_fen} fen`);
  return { state: 'matched', rule: 'cash-supply', postingKey };
}
