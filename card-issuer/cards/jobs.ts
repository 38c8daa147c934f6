import { cityDate, type Database, type JobSystem, type Logger, watchPart } from '@citycard/common';
import { alarmTornCancellations, noticeLateTaps } from '@citycard/clearing';
import { endUnverified } from '../concessions/grant.ts';
import { alarmStuck, releaseDue } from '../counter/release-due.ts';
import { lapseLossReports } from '../counter/lapse.ts';
import { expireCards } from './expire.ts';

const QUEUE = 'card-life';
/** What a day brings is due for a whole day, so minutes do not matter; a look is a few reads of small indexes. */
const LOOK_EVERY_MS = 300_000;

/** What one look did. */
export interface CardLifeRound {
  readonly expired: number;
  readonly lapsed: number;
  readonly concessionsEnded: number;
  readonly balancesMoved: number;
  readonly stuck: number;
  readonly lateTaps: number;
  readonly tornCancellations: number;
}

/**
 * Everything card life does by itself, as of this moment's city date: cards expire, reports by phone lapse, concessions end,
 * balances follow, late taps and torn cancellations are noticed.
 * All of it is read from the database and may be done again at any time.
 */
export async function runCardLife(db: Database, now: Date = new Date()): Promise<CardLifeRound> {
  const today = cityDate(now);
  const faults: unknown[] = [];
  // One part that fails keeps none of the others waiting.
  const part = (work: Promise<number>) =>
    work.catch((error: unknown) => {
      faults.push(error);
      return 0;
    });
  const round = {
    expired: await part(expireCards(db, today)),
    lapsed: await part(lapseLossReports(db, today)),
    concessionsEnded: await part(endUnverified(db, today)),
    balancesMoved: await part(releaseDue(db, today)),
    stuck: await part(alarmStuck(db, today)),
    lateTaps: await part(noticeLateTaps(db)),
    tornCancellations: await part(alarmTornCancellations(db, now)),
  };
  if (faults.length > 0) throw faults[0];
  return round;
}

/** Runs card life by jobs, at the start and every five minutes. The queue only says when: emptying it loses nothing. */
export function registerCardLifeJobs(
  jobs: JobSystem,
  deps: { readonly db: Database; readonly logger: Logger },
  options: { readonly lookEveryMs?: number } = {},
): { close(): Promise<void> } {
  const queue = jobs.queue<Record<string, never>>(QUEUE);
  jobs.worker<Record<string, never>>(QUEUE, async () => {
    const round = await runCardLife(deps.db);
    if (Object.values(round).some((count) => count > 0)) deps.logger.info(round, 'card life moved on');
  });
  const everyMs = options.lookEveryMs ?? LOOK_EVERY_MS;
  const part = watchPart('card-life', { everyMs });
  let closed = false;
  let looking: Promise<void> = Promise.resolve();
  const look = () => {
    if (closed) return;
    // Several processes looking at the same moment add one job.
    const slot = Math.floor(Date.now() / everyMs);
    looking = part
      .round(() => queue.add('round', {}, { jobId: `round ${slot}` }))
      .catch((error: unknown) => {
        if (!closed) deps.logger.warn({ err: error }, 'card life could not be queued, will try again');
      });
  };
  const timer = setInterval(look, everyMs);
  timer.unref();
  look();
  return {
    close: async () => {
      closed = true;
      clearInterval(timer);
      await looking;
      part.end();
    },
  };
}
