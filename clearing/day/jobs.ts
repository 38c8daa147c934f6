import { randomUUID } from 'node:crypto';
import { businessDate, type JobSystem } from '@citycard/common';
import { advanceAsFarAsPossible } from './advance.ts';
import { daysWithWork, readDay } from './days.ts';
import type { ClearingDayDeps } from './deps.ts';

const QUEUE = 'clearing-day';
/** How often PostgreSQL is asked which days can move: a queue that lost everything is full again after this long. */
const LOOK_EVERY_MS = 1_000;

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
 */
export function registerClearingJobs(
  jobs: JobSystem,
  deps: ClearingDayDeps,
  options: { lookEveryMs?: number } = {},
): ClearingJobs {
  const queue = jobs.queue<DayJob>(QUEUE);
  jobs.worker<DayJob>(QUEUE, async ({ data }) => {
    await advanceAsFarAsPossible(deps, businessDate(data.date));
  });
  const everyMs = options.lookEveryMs ?? LOOK_EVERY_MS;
  // A job of a process that was killed seems to run until a clock says otherwise; those of the others do not wait for it.
  const process = randomUUID();
  let closed = false;
  let looking: Promise<void> = Promise.resolve();

  const look = async () => {
    for (const date of await daysWithWork(deps.db)) {
      const { state } = await readDay(deps.db, date);
      // One job at a time, named by no clock: what ran or failed is added again by the next look, whatever the time is then.
      await queue.add('advance', { date }, { jobId: `${date} ${state} ${process}`, forget: true });
    }
  };
  const lookSafely = () => {
    if (closed) return looking;
    looking = looking.then(look).catch((error: unknown) => {
      if (!closed) deps.logger.warn({ err: error }, 'looking for clearing days failed, will look again');
    });
    return looking;
  };
  const timer = setInterval(() => void lookSafely(), everyMs);
  timer.unref();
  void lookSafely();
  return {
    wake: lookSafely,
    close: async () => {
      closed = true;
      clearInterval(timer);
      await looking;
    },
  };
}
