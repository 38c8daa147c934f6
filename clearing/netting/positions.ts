import { type Fen, fen } from '@citycard/common';
import type { AccountCode } from '../ledger/accounts.ts';

/**
 * Who stands behind an account: a participant by its number, another city as `city:<code>`, or one of the fixed parties
 * (the card holders, their deposits, the bank, the company, the finance bureau, the former issuer).
 */
export type Party = string;

const FIXED_PARTY: Readonly<Record<string, Party>> = {
  purse: 'holders',
  online: 'holders',
  'pending-credit': 'holders',
  'unclaimed-refund': 'holders',
  suspense: 'holders',
  'pass-unearned': 'holders',
  'card-deposit': 'deposits',
  'fee-income': 'company',
  rounding: 'company',
  'write-off': 'company',
  'bank-own-funds': 'company',
  'concession-receivable': 'finance-bureau',
  // Until the bureau has paid, nobody owes it to operators but the bureau.
  'subsidy-payable': 'finance-bureau',
};
const NAMED_PARTY = new Set(['agent-prefund', 'operator-pending', 'operator-payable', 'biller-payable']);

/** The party behind an account of the chart. Funds (medical, social security) move among themselves alone. */
export function partyOf(account: AccountCode): Party {
  const [kind = '', name = ''] = account.split(':');
  if (NAMED_PARTY.has(kind)) return name;
  if (kind === 'city-receivable' || kind === 'city-payable') return `city:${name}`;
  if (kind === 'former-issuer-receivable') return `former-issuer:${name}`;
  if (kind.startsWith('fund-')) return 'funds';
  return FIXED_PARTY[kind] ?? 'bank';
}

/** Before netting: on this day, value of this amount went from one party to another. */
export interface Obligation {
  readonly from: Party;
  readonly to: Party;
  readonly amountFen: Fen;
}

/** After netting: everything a party received and gave on the day, and the difference. */
export interface Position {
  readonly party: Party;
  readonly receivesFen: Fen;
  readonly givesFen: Fen;
  readonly netFen: Fen;
}

/**
 * The matrix of obligations of a day. A transfer debits whoever gives and credits whoever receives; what moves between
 * two accounts of one party is no obligation.
 */
export function obligationsOf(
  moved: Iterable<{ readonly debit: AccountCode; readonly credit: AccountCode; readonly amountFen: Fen }>,
): Obligation[] {
  const sums = new Map<string, { from: Party; to: Party; amount: bigint }>();
  for (const { debit, credit, amountFen } of moved) {
    const [from, to] = [partyOf(debit), partyOf(credit)];
    if (from === to) continue;
    const key = `${from} ${to}`;
    const sum = sums.get(key) ?? { from, to, amount: 0n };
    sums.set(key, { ...sum, amount: sum.amount + amountFen });
  }
  return [...sums.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { from, to, amount }]) => ({ from, to, amountFen: fen(amount) }));
}

/** Multilateral netting: one position per party. The positions of all parties sum to zero. */
export function positionsOf(obligations: readonly Obligation[]): Position[] {
  const parties = [...new Set(obligations.flatMap(({ from, to }) => [from, to]))].sort();
  return parties.map((party) => {
    const sum = (side: 'from' | 'to') =>
      obligations.reduce((total, item) => (item[side] === party ? total + item.amountFen : total), 0n);
    const [receives, gives] = [sum('to'), sum('from')];
    return { party, receivesFen: fen(receives), givesFen: fen(gives), netFen: fen(receives - gives) };
  });
}
