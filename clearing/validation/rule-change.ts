import {
  approveAct,
  type BusinessDate,
  type Principal,
  proposeAct,
  recordAct,
  type Transaction,
} from '@citycard/common';
import { validationErrors } from './errors.ts';
import { OPTIONAL_RULES, type RuleName } from './rules.ts';

const ACT = 'set-validation-rule';

/** A number from a day on; no value takes the rule away. */
export interface RuleChange {
  readonly ruleName: RuleName;
  readonly validFrom: BusinessDate;
  readonly value: number | undefined;
}

/** What is in the book of rules, set or proposed by two people. */
export interface SetRule extends RuleChange {
  readonly setBy: string | undefined;
  readonly approvedBy: string | undefined;
}

/** Every number that was ever set, by rule, the newest first. */
export async function listRules(tx: Transaction): Promise<SetRule[]> {
  const { rows } = await tx.query<{
    rule_name: RuleName;
    valid_from: BusinessDate;
    value: number | null;
    set_by: string | null;
    approved_by: string | null;
  }>(
    `select rule_name, valid_from, value, set_by, approved_by from clearing.validation_rule
      order by rule_name, valid_from desc`,
  );
  return rows.map((row) => ({
    ruleName: row.rule_name,
    validFrom: row.valid_from,
    value: row.value ?? undefined,
    setBy: row.set_by ?? undefined,
    approvedBy: row.approved_by ?? undefined,
  }));
}

/**
 * Proposes a rule from a later day on: what was decided under the old one stays explained by it.
 *
 * @throws CityCardError `clearing-validation.rule-in-the-past`, `.rule-set`, `.rule-needs-value`
 */
export async function proposeRule(
  tx: Transaction,
  maker: Principal,
  change: RuleChange,
  today: BusinessDate,
): Promise<{ approvalId: bigint }> {
  await assertSettable(tx, change, today);
  const proposal = await proposeAct(tx, maker, { act: ACT, subject: subjectOf(change), content: contentOf(change) });
  await recordAct(tx, maker, { act: `propose-${ACT}`, subject: subjectOf(change), detail: contentOf(change) });
  return proposal;
}

/**
 * The second person: the rule holds from its day on.
 *
 * @throws CityCardError as {@link proposeRule}; `identity.approval-unknown`, `.content-differs`, `.same-person`
 */
export async function approveRule(
  tx: Transaction,
  checker: Principal,
  approvalId: bigint,
  change: RuleChange,
  today: BusinessDate,
): Promise<void> {
  await assertSettable(tx, change, today);
  const approval = await approveAct(tx, checker, approvalId, contentOf(change));
  await tx.query(
    `insert into clearing.validation_rule (rule_name, valid_from, value, approval_id, set_by, approved_by)
     values ($1, $2, $3, $4, $5, $6)`,
    [change.ruleName, change.validFrom, change.value ?? null, approvalId, approval.maker, approval.checker],
  );
  await recordAct(tx, checker, { act: `approve-${ACT}`, subject: subjectOf(change), detail: contentOf(change) });
}

async function assertSettable(
  tx: Transaction,
  { ruleName, validFrom, value }: RuleChange,
  today: BusinessDate,
): Promise<void> {
  if (value === undefined && !OPTIONAL_RULES.has(ruleName)) throw validationErrors.ruleNeedsValue({ ruleName });
  if (validFrom <= today) throw validationErrors.ruleInThePast({ validFrom, today });
  const { rowCount } = await tx.query('select from clearing.validation_rule where rule_name = $1 and valid_from = $2', [
    ruleName,
    validFrom,
  ]);
  if (rowCount !== 0) throw validationErrors.ruleSet({ ruleName, validFrom });
}

const subjectOf = ({ ruleName, validFrom }: RuleChange): string => `validation rule ${ruleName} from ${validFrom}`;
const contentOf = ({ ruleName, validFrom, value }: RuleChange): Record<string, unknown> => ({
  ruleName,
  validFrom,
  value: value ?? null,
});
