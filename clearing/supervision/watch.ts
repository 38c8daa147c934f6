import { type Database, transact, type Transaction } from '@citycard/common';
import { raiseAlarm } from '../alarms/alarm.ts';
import type { LiveFigures } from '../float/live.ts';
import type { RuleInForce } from './rule-book.ts';
import type { RuleName } from './rules.ts';

/** Something a rule found. No personal data: card, terminal and participant numbers, amounts, times. */
export interface Finding {
  readonly subject: string;
  readonly evidence: Readonly<Record<string, unknown>>;
}

export interface WatchContext {
  readonly db: Database;
  readonly live: LiveFigures;
  readonly thresholds: Readonly<Record<string, number>>;
}

/** How a rule is looked after: what there is to find at the moment, asked so often. */
export interface Watch {
  readonly rule: RuleName;
  readonly everyMs: number;
  look(context: WatchContext): Promise<readonly Finding[]>;
}

/** The same thing about the same subject is raised again after this long, as long as it lasts. */
const AGAIN_MINUTES = 60;

/** Raises what a watch found, each finding once an hour. Answers how many were raised. */
export async function raiseFindings(db: Database, rule: RuleInForce, findings: readonly Finding[]): Promise<number> {
  if (findings.length === 0) return 0;
  return transact(db, async (tx) => {
    const known = await raisedLately(tx, rule.rule);
    let raised = 0;
    for (const { subject, evidence } of findings) {
      if (known.has(subject)) continue;
      known.add(subject);
      raised += 1;
      const details = { ...evidence, rule: rule.rule, ruleVersion: rule.version, thresholds: rule.thresholds };
      await raiseAlarm(tx, { kind: rule.rule, severity: rule.severity, subject, evidence: details });
    }
    return raised;
  });
}

async function raisedLately(tx: Transaction, kind: string): Promise<Set<string>> {
  const { rows } = await tx.query<{ subject: string }>(
    `select distinct subject from clearing.alarm where kind = $1 and raised_at > now() - make_interval(mins => $2)`,
    [kind, AGAIN_MINUTES],
  );
  return new Set(rows.map(({ subject }) => subject));
}
