import { randomUUID } from 'node:crypto';
import { type Database, type JobSystem, type Logger, watchPart } from '@citycard/common';
import { dropOldFiles } from '../matching/retention.ts';
import { dueLooks, lookOrNote, type OrderedLook } from './daily-look.ts';

const QUEUE = 'reconciliation-looks';
const LOOK_EVERY_MS = 60_000;
/** What is past its time is dropped once a day. */
const TIDY_EVERY_MS = 86_400_000;

export interface DailyReconciliation {
  /** Asks what is due now, without waiting for the next minute. */
  wake(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Looks at operators, cards, agents, billers and the bank by jobs, as their days come due, and once a day drops what was sent for matches
 * and kept long enough. What is due is read from
 * PostgreSQL alone.
 */
export function registerDailyReconciliation(
  jobs: JobSystem,
  deps: { readonly db: Database; readonly logger: Logger },
  options: { readonly lookEveryMs?: number } = {},
): DailyReconciliation {
  const queue = jobs.queue<OrderedLook>(QUEUE);
  jobs.worker<OrderedLook>(QUEUE, async ({ data, progress }) => {
    await progress(1);
    await lookOrNote(deps, data);
    await progress(100);
  });
  const process = randomUUID();
  let closed = false;
  let tidiedAt = 0;
  const everyMs = options.lookEveryMs ?? LOOK_EVERY_MS;
  const part = watchPart('daily-looks', { everyMs });
  let looking: Promise<void> = Promise.resolve();
  const look = async () => {
    for (const due of await dueLooks(deps.db))
      await queue.add('look', due, { jobId: `${due.subject} ${due.date} ${process}`, forget: true });
    if (Date.now() - tidiedAt < TIDY_EVERY_MS) return;
    tidiedAt = Date.now();
    const dropped = await dropOldFiles(deps.db);
    if (dropped > 0)
      deps.logger.info({ parts: dropped }, 'files sent for matches were kept long enough and are dropped');
  };
  const lookSafely = () => {
    if (closed) return looking;
    looking = looking
      .then(() => part.round(look))
      .catch((error: unknown) => {
        if (!closed)
          deps.logger.warn({ err: error }, 'asking what reconciliation has to look at failed, will ask again');
      });
    return looking;
  };
  const timer = setInterval(() => void lookSafely(), everyMs).unref();
  void lookSafely();
  return {
    wake: lookSafely,
    close: async () => {
      closed = true;
      clearInterval(timer);
      await looking;
      part.end();
    },
  };
}
