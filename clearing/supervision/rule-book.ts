import {
  approveAct,
  type Database,
  type Principal,
  proposeAct,
  recordAct,
  requireOneSide,
  type Transaction,
} from '@citycard/common';
import type { AlarmSeverity } from '../alarms/alarm.ts';
import { supervisionErrors } from './errors.ts';
import { isRuleName, RULE_NAMES, type RuleDefinition, type RuleName, RULES } from './rules.ts';

/** A rule as it holds. */
export interface RuleInForce {
  readonly rule: RuleName;
  /** 0: as the city began; nobody has set it yet. */
  readonly version: number;
  readonly severity: AlarmSeverity;
  readonly thresholds: Readonly<Record<string, number>>;
  readonly escalateMinutes: number;
  readonly repeatMinutes: number;
  readonly meaning: string;
  readonly setBy?: string;
  readonly approvedBy?: string;
}

/** What two supervisors change; what is left out stays. */
export interface RuleChange {
  readonly rule: string;
  readonly severity?: AlarmSeverity;
  readonly thresholds?: Readonly<Record<string, number>>;
  readonly escalateMinutes?: number;
  readonly repeatMinutes?: number;
}

interface RuleRow {
  rule_name: RuleName;
  version: number;
  severity: AlarmSeverity;
  thresholds: Record<string, number>;
  escalate_minutes: number;
  repeat_minutes: number;
  set_by: string | null;
  approved_by: string | null;
}

const definitionOf = (rule: RuleName): RuleDefinition => RULES[rule];

/** Every rule as it holds now. */
export async function rulesInForce(db: Database | Transaction): Promise<Map<RuleName, RuleInForce>> {
  const { rows } = await (db as Database).query<RuleRow>(
    `select distinct on (rule_name) rule_name, version, severity, thresholds, escalate_minutes, repeat_minutes, set_by, approved_by
       from clearing.supervision_rule order by rule_name, version desc`,
  );
  const set = new Map(rows.map((row) => [row.rule_name, row]));
  return new Map(RULE_NAMES.map((rule) => [rule, inForce(rule, set.get(rule))]));
}

function inForce(rule: RuleName, row: RuleRow | undefined): RuleInForce {
  const { severity, thresholds, escalateMinutes, repeatMinutes, meaning } = definitionOf(rule);
  const numbers = Object.fromEntries(Object.entries(thresholds).map(([name, { otherwise }]) => [name, otherwise]));
  if (row === undefined)
    return { rule, version: 0, severity, thresholds: numbers, escalateMinutes, repeatMinutes, meaning };
  return {
    rule,
    version: row.version,
    severity: row.severity,
    thresholds: { ...numbers, ...row.thresholds },
    escalateMinutes: row.escalate_minutes,
    repeatMinutes: row.repeat_minutes,
    meaning,
    ...(row.set_by !== null && { setBy: row.set_by }),
    ...(row.approved_by !== null && { approvedBy: row.approved_by }),
  };
}

const ACT = 'set-supervision-rule';

/**
 * A supervisor proposes to change a rule.
 *
 * @throws CityCardError `supervision.rule-unknown`, `.threshold-unknown`, `.threshold-silences`, `.threshold-above-float`,
 * `.severity-lowered`, `.minutes-out`; `identity.both-sides`
 */
export async function proposeRuleChange(
  tx: Transaction,
  maker: Principal,
  change: RuleChange,
): Promise<{ approvalId: bigint }> {
  await requireOneSide(tx, maker);
  const { next, subject } = await changed(tx, change);
  const proposal = await proposeAct(tx, maker, { act: ACT, subject, content: next });
  await recordAct(tx, maker, { act: `propose-${ACT}`, subject, detail: next });
  return proposal;
}

/** A second supervisor puts it in force at once. @throws CityCardError as the proposal; `identity.same-person`, … */
export async function approveRuleChange(
  tx: Transaction,
  checker: Principal,
  approvalId: bigint,
  change: RuleChange,
): Promise<RuleInForce> {
  await requireOneSide(tx, checker);
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('clearing supervision rules', 0))`);
  const { next, subject } = await changed(tx, change);
  const approval = await approveAct(tx, checker, approvalId, next);
  await tx.query(
    `insert into clearing.supervision_rule (rule_name, version, severity, thresholds, escalate_minutes, repeat_minutes, approval_id, set_by, approved_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      next.rule,
      next.version,
      next.severity,
      JSON.stringify(next.thresholds),
      next.escalateMinutes,
      next.repeatMinutes,
      approvalId,
      approval.maker,
      approval.checker,
    ],
  );
  await recordAct(tx, checker, { act: `approve-${ACT}`, subject, detail: next });
  return { ...next, setBy: approval.maker, approvedBy: approval.checker };
}

const RANK: Readonly<Record<AlarmSeverity, number>> = { notice: 0, warning: 1, critical: 2 };

async function changed(tx: Transaction, change: RuleChange) {
  const { rule } = change;
  if (!isRuleName(rule)) throw supervisionErrors.ruleUnknown({ rule });
  const now = (await rulesInForce(tx)).get(rule);
  if (now === undefined) throw supervisionErrors.ruleUnknown({ rule });
  const definition = definitionOf(rule);
  const severity = change.severity ?? now.severity;
  if (RANK[severity] < Math.min(RANK[definition.severity], RANK.warning))
    throw supervisionErrors.severityLowered({ rule, severity, least: definition.severity });
  for (const [threshold, value] of Object.entries(change.thresholds ?? {}))
    await assertHeard(tx, rule, definition, threshold, value);
  const [escalateMinutes, repeatMinutes] = [
    change.escalateMinutes ?? now.escalateMinutes,
    change.repeatMinutes ?? now.repeatMinutes,
  ];
  if (escalateMinutes < 1 || escalateMinutes > 1_440) throw supervisionErrors.minutesOut({ minutes: escalateMinutes });
  if (repeatMinutes < 5 || repeatMinutes > 10_080) throw supervisionErrors.minutesOut({ minutes: repeatMinutes });
  const { setBy: _setBy, approvedBy: _approvedBy, ...rest } = now;
  const next = {
    ...rest,
    version: now.version + 1,
    severity,
    thresholds: { ...now.thresholds, ...change.thresholds },
    escalateMinutes,
    repeatMinutes,
  };
  // The version makes each change an occasion of its own: what was approved once cannot be approved again later.
  return { next, subject: `rule ${rule} version ${next.version}` };
}

/** A number under which the rule could still be heard. */
async function assertHeard(
  tx: Transaction,
  rule: RuleName,
  { thresholds }: RuleDefinition,
  threshold: string,
  value: number,
): Promise<void> {
  const known = thresholds[threshold];
  if (known === undefined)
    throw supervisionErrors.thresholdUnknown({ rule, threshold, known: Object.keys(thresholds).join(', ') || 'none' });
  const { least, most, unit } = known;
  if (!Number.isSafeInteger(value) || value < least || value > most)
    throw supervisionErrors.thresholdSilences({ rule, threshold, value, least, most, unit });
  if (rule !== 'float-shortfall' || value === 0) return;
  const { rows } = await tx.query<{ owed: bigint | null }>(
    `select (figures -> 'position' ->> 'owedFen')::bigint as owed from clearing.float_live`,
  );
  const owedFen = rows[0]?.owed ?? 0n;
  if (BigInt(value) * 100n <= owedFen) return;
  const percent = owedFen <= 0n ? 100 : Number((BigInt(value) * 100n) / owedFen);
  throw supervisionErrors.thresholdAboveFloat({ rule, threshold, value, percent, owedFen });
}
