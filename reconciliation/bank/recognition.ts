import type { AccountCode } from '@citycard/clearing';
import { NAME_FORMS, type RecognitionRule, type ReferenceRule } from './reference-rules.ts';
import type { Direction } from './values.ts';

export type Recognition =
  | { readonly rule: RecognitionRule; readonly ruleNo: bigint; readonly credit: AccountCode }
  /** Why no rule takes it, for the person who looks at it. */
  | { readonly reason: string };

/**
 * Recognises money that came in, by the rules in their order. Money that went out is never recognised by its text, only by a payment
 * we ordered; and a reversal is always looked at by a person.
 */
export function recognise(
  rules: readonly ReferenceRule[],
  entry: {
    readonly accountKind: string;
    readonly direction: Direction;
    readonly reversal: boolean;
    readonly remittance: string;
    readonly counterparty: string;
  },
): Recognition {
  if (entry.reversal) return { reason: 'the bank reversed an entry' };
  if (entry.direction === 'debit') return { reason: 'money left the account without an instruction of ours' };
  for (const rule of rules) {
    const name = nameBy(rule, entry);
    if (name === undefined) continue;
    if (!rule.arrivesOn.includes(entry.accountKind))
      return { reason: `${rule.purpose} money does not belong on a ${entry.accountKind} account` };
    return { rule: rule.purpose, ruleNo: rule.ruleNo, credit: `${rule.accountKind}:${name}` };
  }
  return { reason: 'no reference rule fits the remittance line' };
}

/** Whose money it is by a rule; undefined when the rule does not speak of it. */
function nameBy(
  rule: ReferenceRule,
  { remittance, counterparty }: { readonly remittance: string; readonly counterparty: string },
): string | undefined {
  if (rule.reads === 'payer') return counterparty === rule.begins ? rule.accountName : undefined;
  if (!remittance.startsWith(rule.begins) || rule.nameForm === undefined) return undefined;
  return NAME_FORMS[rule.nameForm].exec(remittance.slice(rule.begins.length))?.[1];
}
