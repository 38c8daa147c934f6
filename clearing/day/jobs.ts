import { randomUUID } from 'node:crypto';
import { businessDate, type JobSystem, watchPart } from '@citycard/common';
import { advanceAsFarAsPossible, sayStopped } from './advance.ts';
import { daysWithWork, readDay } from './days.ts';
import type { ClearingDayDeps } from './deps.ts';
import { stuckDays } from './stuck-days.ts';

const QUEUE = 'clearing-day';
/** How often PostgreSQL is asked which days can move: a queue that lost everything is full again after this long. */
const LOOK_EVERY_MS = 1_000;
/** A day that fails is tried again this often at the least: what stopped it may have been put right. */
const LONGEST_PAUSE_MS = 60_000;
/** A stage of a large day works long without saying so. */
const LONGEST_STAGE_MS = 3_600_000;
/** A database that is restarted, a lock that is held: what fails so often in a row is neither. */
const ALARM_AFTER = 3;

interface DayJob {
  readonly date: string;
}

export interface ClearingJobs {
  /** Looks for days that can move now, without waiting for the next look; say so after a cut-off or an approval. */
  wake(): Promise<void>;
  /** Stops looking. Close it before the job system and the database. */
  close(): Promise<void>;
}

/**
 * Runs the clearing day by jobs. What there is to do is read from PostgreSQL alone, at the start and every second: the
 * queue only says when, so emptying it loses nothing. Workers may be many; a day advances once.
 *
 * A day that fails is told of at once and then left alone for a second, two, four, up to a minute, or until somebody wakes
 * the jobs: whatever stopped it, the days of others and the log do not suffer from it.
 */
export function registerClearingJobs(
  jobs: JobSystem,
  deps: ClearingDayDeps,
  options: { lookEveryMs?: number; longestPauseMs?: number } = {},
): ClearingJobs {
  const everyMs = options.lookEveryMs ?? LOOK_EVERY_MS;
  const stuck = stuckDays({ firstMs: everyMs, longestMs: options.longestPauseMs ?? LONGEST_PAUSE_MS });
  const queue = jobs.queue<DayJob>(QUEUE);
  jobs.worker<DayJob>(
    QUEUE,
    async ({ data }) => {
      const date = businessDate(data.date);
      // Another process may have put it into the queue, which knows nothing of the pauses of this one.
      if (stuck.waits(date, (await readDay(deps.db, date)).state)) return;
      try {
        await advanceAsFarAsPossible(deps, date);
        stuck.moved(date);
      } catch (error) {
        const { state } = await readDay(deps.db, date);
        const { times, pauseMs } = stuck.failed(date, state);
        const details = { err: error, businessDate: date, state, times, nextTryInMs: pauseMs };
        deps.logger.warn(details, 'clearing day is stuck, will be tried again');
        if (times === ALARM_AFTER) await sayStopped(deps, date, error);
      }
    },
    { longestMs: LONGEST_STAGE_MS },
  );
  // A job of a process that was killed seems to run until a clock says otherwise; those of the others do not wait for it.
  const process = randomUUID();
  const part = watchPart(QUEUE, { everyMs });
  let closed = false;
  let looking: Promise<void> = Promise.resolve();

  const look = async () => {
    for (const date of await daysWithWork(deps.db)) {
      const { state } = await readDay(deps.db, date);
      if (stuck.waits(date, state)) continue;
      // One job at a time, named by no clock: what ran or failed is added again by the next look, whatever the time is then.
      await queue.add('advance', { date }, { jobId: `${date} ${state} ${process}`, forget: true });
    }
  };
  const lookSafely = () => {
    if (closed) return looking;
    looking = looking
      .then(() => part.round(look))
      .catch((error: unknown) => {
        if (!closed) deps.logger.warn({ err: error }, 'looking for clearing days failed, will look again');
      });
    return looking;
  };
  const timer = setInterval(() => void lookSafely(), everyMs);
  timer.unref();
  void lookSafely();
  return {
    wake: () => {
      stuck.tryAll();
      return lookSafely();
    },
    close: async () => {
      closed = true;
      clearInterval(timer);
      await looking;
      part.end();
    },
  };
}
