import { type BusinessDate, CityCardError, transact } from '@citycard/common';
import { raiseAlarmOnce } from '../alarms/alarm.ts';
import { calendarInForce } from '../calendar/in-force.ts';
import { lookAgain } from '../industries/second-look/second-look.ts';
import { validateReceived } from '../validation/validate.ts';
import { dayBefore, lockDay, readDay } from './days.ts';
import type { ClearingDayDeps } from './deps.ts';
import { recordStage } from './evidence.ts';
import { type AutomaticState, STAGES } from './stages.ts';
import { type DayState, hasReached, transitionFrom } from './transitions.ts';

/** Records decided in one pass; small enough that a killed worker repeats little. */
const VALIDATION_PASS = 5_000;

/**
 * Takes the day's next automatic step, if there is one and its time has come, and answers the state it is in then. A
 * state that did not change means: a person decides next, payments are out, records are undecided, or the day before has
 * to move first.
 *
 * A step checks the evidence of the one before, does its work and stores its own evidence in one transaction that holds
 * the day's row. Killed anywhere, it has not happened; two workers at once take it once.
 *
 * @throws CityCardError `clearing-day.unknown`, `clearing-day.evidence-broken`, `clearing-day.proof-failed`,
 * `clearing-day.calendar-ends`; the day stays where it was, and an alarm says so.
 */
export async function advanceDay(deps: ClearingDayDeps, date: BusinessDate): Promise<DayState> {
  try {
    return await takeStep(deps, date);
  } catch (error) {
    if (error instanceof CityCardError && STOPS.has(error.code)) await sayStopped(deps, date, error);
    throw error;
  }
}

/** What no retry will mend: somebody has to look at the day. */
const STOPS: ReadonlySet<string> = new Set([
  'clearing-day.evidence-broken',
  'clearing-day.proof-failed',
  'clearing-day.calendar-ends',
]);

/**
 * Raises the alarm that a day does not go on. In a transaction of its own, for the one that failed is undone; once per day
 * and reason, however often it is tried.
 */
export async function sayStopped(deps: ClearingDayDeps, date: BusinessDate, error: unknown): Promise<void> {
  const known = error instanceof CityCardError;
  // What nobody foresaw may hold anything: the log has it, the alarm says where to look.
  const code = known ? error.code : 'unexpected';
  const sentence = known ? error.message : 'It failed again and again for a reason nobody foresaw; see the log.';
  await transact(deps.db, (tx) =>
    raiseAlarmOnce(tx, {
      kind: 'clearing-day-stopped',
      severity: 'critical',
      subject: `${date} ${code}`,
      evidence: { businessDate: date, code, sentence },
    }),
  );
}

async function takeStep(deps: ClearingDayDeps, date: BusinessDate): Promise<DayState> {
  const seen = await readDay(deps.db, date);
  if (seen.state === 'cut-off') await decideRecords(deps, date);
  return transact(deps.db, async (tx) => {
    const day = await lockDay(tx, date);
    const step = transitionFrom(day.state);
    // Another worker was here in between: say so rather than take its next step unprepared.
    if (day.state !== seen.state || step?.by !== 'job') return day.state;
    if (step.dayBefore !== undefined) {
      const before = await dayBefore(tx, date);
      if (before !== undefined && !hasReached(before.state, step.dayBefore)) return day.state;
    }
    const stage = STAGES[step.to as AutomaticState];
    await stage.checks(tx, date);
    const calendar = await calendarInForce(tx, deps.calendar);
    const evidence = await stage.run(tx, date, { ...deps, calendar });
    if (evidence === undefined) return day.state;
    await recordStage(tx, date, step.to, evidence);
    await tx.query(
      `update clearing.business_day set state = $2, closed_at = case when $2 = 'closed' then clock_timestamp() end
        where business_date = $1`,
      [date, step.to],
    );
    deps.logger.info({ businessDate: date, from: day.state, to: step.to }, 'clearing day advanced');
    return step.to;
  });
}

/** Validates until nothing of the day is undecided, or nothing more can be decided now. */
async function decideRecords(deps: ClearingDayDeps, date: BusinessDate): Promise<void> {
  while (await hasUndecided(deps, date)) {
    const { decided } = await validateReceived(deps, { limit: VALIDATION_PASS });
    if (decided === 0) return;
  }
  await lookAgain(deps.db);
}

async function hasUndecided(deps: ClearingDayDeps, date: BusinessDate): Promise<boolean> {
  const { rows } = await deps.db.query<{ undecided: boolean }>(
    `select exists (select from clearing.undecided_intake where business_date = $1) as undecided`,
    [date],
  );
  return rows[0]?.undecided === true;
}

/** Advances the day as far as it goes by itself. */
export async function advanceAsFarAsPossible(deps: ClearingDayDeps, date: BusinessDate): Promise<DayState> {
  let state = (await readDay(deps.db, date)).state;
  for (;;) {
    const next = await advanceDay(deps, date);
    if (next === state) return state;
    state = next;
  }
}
