import { type Database, transact, type Transaction } from '@citycard/common';
import { rulesInForce } from '../supervision/rule-book.ts';
import { isRuleName } from '../supervision/rules.ts';
import type { AlarmSeverity } from './alarm.ts';
import { recordCaseAct } from './cases.ts';

/** The top of the roster; beyond it a case is only said again. */
const TOP_LEVEL = 2;
/** Cases moved on in one transaction. */
const BATCH = 200;

interface DueCase {
  case_no: bigint;
  kind: string;
  severity: AlarmSeverity;
  level: number;
  repeats: number;
  alarm_count: bigint;
  first_at: Date;
  begun: boolean;
  up: boolean;
}

/**
 * Moves open cases on: a new one is told to those on duty, one that nobody has acknowledged in time goes up a level, one that
 * stays is said again. Messages are written here and sent afterwards. Cases that are only notices are told to nobody. Answers
 * how many cases moved.
 */
export async function moveCasesOn(db: Database): Promise<number> {
  return transact(db, async (tx) => {
    const { rows } = await tx.query<DueCase>(
      `select case_no, kind, severity, level, repeats, alarm_count, first_at, next_level_at is not null as begun,
              coalesce(next_level_at <= now() and level < $1, false) as up
         from clearing.alarm_case
        where state = 'open' and severity <> 'notice'
          and (next_level_at is null or next_level_at <= now() and level < $1 or next_repeat_at <= now())
        order by case_no limit $2 for update skip locked`,
      [TOP_LEVEL, BATCH],
    );
    if (rows.length === 0) return 0;
    const rules = await rulesInForce(tx);
    for (const due of rows) {
      const rule = rules.get(isRuleName(due.kind) ? due.kind : `other-${due.severity}`);
      const level = due.up ? due.level + 1 : due.level;
      const repeats = due.begun && !due.up ? due.repeats + 1 : due.repeats;
      await tx.query(
        `update clearing.alarm_case set level = $2, repeats = $3,
                next_level_at = case when $4 then clock_timestamp() + make_interval(mins => $5) else next_level_at end,
                next_repeat_at = clock_timestamp() + make_interval(mins => $6)
          where case_no = $1`,
        [due.case_no, level, repeats, !due.begun || due.up, rule?.escalateMinutes ?? 60, rule?.repeatMinutes ?? 1_440],
      );
      if (due.up) await recordCaseAct(tx, due.case_no, 'escalate', 'roster', `to level ${level}`);
      await tellDuty(tx, due, level, repeats);
    }
    return rows.length;
  });
}

/**
 * One message for each person on duty up to this level and each channel that reaches them. It says what kind of thing and how
 * often, and where to read the rest: no subject, no evidence, nothing about anybody.
 */
async function tellDuty(tx: Transaction, due: DueCase, level: number, repeats: number): Promise<void> {
  const { case_no: caseNo, kind, severity, alarm_count: count, first_at: firstAt } = due;
  const what = due.begun ? (due.up ? 'not acknowledged, ' : 'still open, ') : '';
  const words = `City card: ${what}${severity} alarm ${kind}, case ${caseNo}, ${count} time(s) since ${firstAt.toISOString()}. Read it with: citycard alarms show ${caseNo}`;
  await tx.query(
    `insert into clearing.notice (case_no, level, repeat_no, principal_id, channel, words)
     select distinct $1::bigint, $2::smallint, $3::integer, c.principal_id, c.channel, $4
       from clearing.duty_shift s join clearing.duty_contact c using (principal_id)
      where s.level <= $2 and now() >= s.begins_at and now() < s.ends_at
     on conflict do nothing`,
    [caseNo, level, repeats, words],
  );
}
