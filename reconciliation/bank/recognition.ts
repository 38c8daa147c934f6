import type { AccountCode } from '@citycard/clearing';
import type { Direction } from './values.ts';

/** What an entry is for, as its remittance line says by the rule agreed with those who pay in. */
export type RecognitionRule = 'prefund' | 'city' | 'pay-in' | 'former-issuer' | 'owed' | 'subsidy';

export type Recognition =
  | { readonly rule: RecognitionRule; readonly credit: AccountCode }
  /** Why no rule takes it, for the person who looks at it. */
  | { readonly reason: string };

interface Rule {
  readonly rule: RecognitionRule;
  readonly form: RegExp;
  /** The ledger account that is credited when the bank account is debited. */
  readonly account: string;
  /** Kinds of bank account where such money may arrive. */
  readonly arrivesOn: readonly string[];
}

/**
 * The reference stands at the beginning of the remittance line; whatever follows a space is the payer's own.
 * Prefund is float and must stand on the custody account (domain.md F.2).
 */
const RULES: readonly Rule[] = [
  {
    rule: 'prefund',
    form: /^PREFUND ([0-9A-Za-z]{4,15})(?: |$)/,
    account: 'agent-prefund',
    arrivesOn: ['bank-custody'],
  },
  {
    rule: 'city',
    form: /^CITY ([0-9]{4})(?: |$)/,
    account: 'city-receivable',
    arrivesOn: ['bank-custody', 'bank-receiving', 'bank-paying'],
  },
  {
    rule: 'pay-in',
    form: /^PAYIN ([0-9A-Za-z.-]{1,40})(?: |$)/,
    account: 'cash-in-transit',
    arrivesOn: ['bank-custody', 'bank-receiving', 'bank-card-deposits'],
  },
  {
    // It covers balances of holders, so it belongs where float stands.
    rule: 'former-issuer',
    form: /^FORMER ([0-9A-Za-z.-]{4,15})(?: |$)/,
    account: 'former-issuer-receivable',
    arrivesOn: ['bank-custody', 'bank-receiving'],
  },
  {
    // What a participant's sheets of fees or refunds say it owes: its next sheets take it in.
    rule: 'owed',
    form: /^OWED ([0-9A-Za-z.-]{4,15})(?: |$)/,
    account: 'operator-payable',
    arrivesOn: ['bank-custody', 'bank-receiving', 'bank-paying'],
  },
  {
    // The finance bureau names the claim it pays; operators are paid out of it, so it belongs where float stands.
    rule: 'subsidy',
    form: /^SUBSIDY ([1-9][0-9]{0,17})(?: |$)/,
    account: 'concession-receivable',
    arrivesOn: ['bank-custody', 'bank-receiving'],
  },
];

/**
 * Recognises money that came in. Money that went out is never recognised by its text, only by a payment we ordered; and a
 * reversal is always looked at by a person.
 */
export function recognise(entry: {
  readonly accountKind: string;
  readonly direction: Direction;
  readonly reversal: boolean;
  readonly remittance: string;
}): Recognition {
  if (entry.reversal) return { reason: 'the bank reversed an entry' };
  if (entry.direction === 'debit') return { reason: 'money left the account without an instruction of ours' };
  for (const { rule, form, account, arrivesOn } of RULES) {
    const name = form.exec(entry.remittance)?.[1];
    if (name === undefined) continue;
    if (!arrivesOn.includes(entry.accountKind))
      return { reason: `${rule} money does not belong on a ${entry.accountKind} account` };
    return { rule, credit: `${account}:${name}` };
  }
  return { reason: 'no reference rule fits the remittance line' };
}
