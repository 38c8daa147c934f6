import { randomUUID } from 'node:crypto';
import { type JobSystem, lookAgainAndAgain, type RepeatedLook } from '@citycard/common';
import { makeReportSet, type ReportDeps } from './make-set.ts';

const QUEUE = 'report-files';
const LOOK_EVERY_MS = 2_000;
/** A set that failed is tried again after this long: it waits for somebody, or for the HSM. */
const RETRY_MS = 30_000;

interface ReportJob {
  readonly period: string;
}

/** Makes report files by jobs: of every day that closes, and of what was ordered. What there is to do is read from PostgreSQL alone. */
export function registerReportJobs(
  jobs: JobSystem,
  deps: ReportDeps,
  options: { lookEveryMs?: number; retryMs?: number } = {},
): RepeatedLook {
  const { db, logger } = deps;
  const queue = jobs.queue<ReportJob>(QUEUE);
  jobs.worker<ReportJob>(QUEUE, async ({ data: { period }, progress }) => {
    try {
      await makeReportSet(deps, period, progress);
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error);
      await db.query(
        `update clearing.report_set set state = 'failed', failure = $2 where period = $1 and state <> 'made'`,
        [period, failure],
      );
      throw error;
    }
  });
  const process = randomUUID();
  const failedAt = new Map<string, number>();
  const look = async () => {
    await db.query(
      `insert into clearing.report_set (period, ordered_by)
       select business_date::text, 'closing' from clearing.business_day d
        where state = 'closed' and not exists (select from clearing.report_set s where s.period = d.business_date::text)
       on conflict do nothing`,
    );
    const { rows } = await db.query<{ period: string; state: string }>(
      `select period, state from clearing.report_set where state <> 'made' order by period limit 100`,
    );
    for (const { period, state } of rows) {
      if (state === 'failed' && Date.now() - (failedAt.get(period) ?? 0) < (options.retryMs ?? RETRY_MS)) continue;
      if (state === 'failed') failedAt.set(period, Date.now());
      await queue.add('make', { period }, { jobId: `${period} ${process}`, forget: true });
    }
  };
  const everyMs = options.lookEveryMs ?? LOOK_EVERY_MS;
  return lookAgainAndAgain(look, { everyMs, logger, what: 'looking for reports to make', part: 'reports' });
}
