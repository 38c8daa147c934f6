import { approveAct, type Principal, proposeAct, recordAct, type Transaction, type Database } from '@citycard/common';
import type { CounterpartKind } from './difference.ts';

/** Who looks after a kind of difference, until when, and what is too small to be looked after. */
export interface DifferenceRule {
  readonly counterpartKind: CounterpartKind;
  /** A kind of difference, or `*` for those without a rule of their own. */
  readonly kind: string;
  readonly ownerRole: string;
  /** Days from the day it is found. */
  readonly dueDays: number;
  /** Amounts that differ by no more end at once, by this rule. */
  readonly tolerateFen: number;
}

const ACT = 'difference.rule';

/** The rules in force. */
export async function rulesInForce(db: Database): Promise<unknown[]> {
  const { rows } = await db.query(
    `select distinct on (counterpart_kind, kind) rule_no as "ruleNo", counterpart_kind as "counterpartKind", kind, owner_role as "ownerRole",
            due_days as "dueDays", tolerate_fen as "tolerateFen", set_by as "setBy", approved_by as "approvedBy", set_at as "setAt"
       from reconciliation.difference_rule order by counterpart_kind, kind, rule_no desc`,
  );
  return rows;
}

const subjectOf = ({ counterpartKind, kind }: DifferenceRule): string => `${counterpartKind} ${kind}`;

/** Proposes a rule for the differences that are found from its approval on. What is open keeps its due date. */
export async function proposeRule(
  tx: Transaction,
  maker: Principal,
  rule: DifferenceRule,
): Promise<{ approvalId: bigint }> {
  const content = await contentOf(tx, rule);
  const proposal = await proposeAct(tx, maker, { act: ACT, subject: subjectOf(rule), content });
  await recordAct(tx, maker, { act: `${ACT} proposed`, subject: subjectOf(rule), detail: content });
  return proposal;
}

/** What is proposed stands on the rule that holds now, so that the same change can be proposed again another time. */
async function contentOf(
  tx: Transaction,
  rule: DifferenceRule,
): Promise<DifferenceRule & { readonly insteadOf: string }> {
  const { rows } = await tx.query<{ newest: bigint | null }>(
    'select max(rule_no) as newest from reconciliation.difference_rule where counterpart_kind = $1 and kind = $2',
    [rule.counterpartKind, rule.kind],
  );
  return { ...rule, insteadOf: String(rows[0]?.newest ?? 0n) };
}

/**
 * A second person confirms the rule as it was proposed.
 *
 * @throws CityCardError `identity.approval-unknown`, `.content-differs` (also when the rule was changed meanwhile), `.same-person`
 */
export async function approveRule(
  tx: Transaction,
  checker: Principal,
  rule: DifferenceRule,
  approvalId: bigint,
): Promise<{ ruleNo: bigint }> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`${ACT} ${subjectOf(rule)}`]);
  const content = await contentOf(tx, rule);
  const { maker } = await approveAct(tx, checker, approvalId, content);
  const { rows } = await tx.query<{ no: bigint }>(
    `insert into reconciliation.difference_rule (counterpart_kind, kind, owner_role, due_days, tolerate_fen, set_by, approved_by)
     values ($1, $2, $3, $4, $5, $6, $7) returning rule_no as no`,
    [rule.counterpartKind, rule.kind, rule.ownerRole, rule.dueDays, rule.tolerateFen, maker, checker.id],
  );
  await recordAct(tx, checker, { act: ACT, subject: subjectOf(rule), detail: content });
  const ruleNo = rows[0]?.no;
  if (ruleNo === undefined) throw new Error('a rule that was written has no number');
  return { ruleNo };
}
