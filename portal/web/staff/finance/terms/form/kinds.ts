import { concessionForm } from './concessions.ts';
import { feeForm } from './fees.ts';
import type { RuleForm } from './rule.ts';
import { settlementForm } from './settlement.ts';

export type RuleDocumentKind = 'fees' | 'settlement' | 'concessions';

/** How the rules of each kind of document are typed. */
export const RULE_FORMS: Readonly<Record<RuleDocumentKind, RuleForm>> = {
  fees: feeForm,
  settlement: settlementForm,
  concessions: concessionForm,
};
