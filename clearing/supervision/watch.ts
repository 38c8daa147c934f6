import { type Database, transact, type Transaction } from '@citycard/common';
import { raiseAlarms } from '../alarms/alarm.ts';
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
export const AGAIN_MINUTES = 60;

/** Raises what a watch found, each finding once an hour. Answers how many were raised. */
export async function raiseFindings(db: Database, rule: RuleInForce, findings: readonly Finding[]): Promise<number> {
  if (findings.length === 0) return 0;
  return transact(db, async (tx) => {
    // A look that was slow may end while another process looks after the same rule.
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('findings of ' || $1, 0))`, [rule.rule]);
    const known = await raisedLately(tx, rule.rule);
    const { rule: kind, severity, version: ruleVersion, thresholds } = rule;
    // One alarm for a subject, however often it was found at once.
    const fresh = new Map(findings.filter(({ subject }) => !known.has(subject)).map((each) => [each.subject, each]));
    const alarms = [...fresh.values()].map(({ subject, evidence }) => {
      const details = { ...evidence, rule: kind, ruleVersion, thresholds };
      return { kind, severity, subject, evidence: details };
    });
    await raiseAlarms(tx, alarms);
    return alarms.length;
  });
}

async function raisedLately(tx: Transaction, kind: string): Promise<Set<string>> {
  const { rows } = await tx.query<{ subject: string }>(
    `select distinct subject from clearing.alarm where kind = $1 and raised_at > now() - make_interval(mins => $2)`,
    [kind, AGAIN_MINUTES],
  );
  return new Set(rows.map(({ subject }) => subject));
}
