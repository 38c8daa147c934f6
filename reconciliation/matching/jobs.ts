import { randomUUID } from 'node:crypto';
import { CityCardError, type JobSystem, type Logger, lookAgainAndAgain, type RepeatedLook } from '@citycard/common';
import { type MatchDeps, runMatch } from './run-match.ts';

const QUEUE = 'matches';
const LOOK_EVERY_MS = 2_000;
/** A match that failed for no fault of its files is tried again after this long, and given up after so many attempts. */
const RETRY_MS = 30_000;
const ATTEMPTS = 5;

/** Runs matches that were started, one after the other, by jobs. What there is to do is read from PostgreSQL alone. */
export function registerMatchJobs(
  jobs: JobSystem,
  deps: MatchDeps & { readonly logger: Logger },
  options: { readonly lookEveryMs?: number } = {},
): RepeatedLook {
  const { db, logger } = deps;
  const queue = jobs.queue<{ readonly runNo: string }>(QUEUE);
  const failedAt = new Map<string, number>();
  jobs.worker<{ readonly runNo: string }>(QUEUE, async ({ data: { runNo }, progress }) => {
    try {
      await runMatch(deps, BigInt(runNo), progress);
    } catch (error) {
      failedAt.set(runNo, Date.now());
      // Our own errors say what is wrong with the files: trying again would find the same.
      const final = error instanceof CityCardError && error.code.startsWith('reconciliation.');
      await db.query(
        `update reconciliation.match_run
            set state = case when $3 or attempts >= $4 then 'failed' else 'ordered' end, failure = $2, finished_at = clock_timestamp()
          where run_no = $1 and state <> 'done'`,
        [BigInt(runNo), error instanceof Error ? error.message : String(error), final, ATTEMPTS],
      );
      if (!final) throw error;
    }
  });
  const process = randomUUID();
  const look = async () => {
    const { rows } = await db.query<{ no: bigint }>(
      `select run_no as no from reconciliation.match_run where state in ('ordered', 'running') order by run_no limit 100`,
    );
    for (const { no } of rows) {
      const runNo = no.toString();
      if (Date.now() - (failedAt.get(runNo) ?? 0) < RETRY_MS) continue;
      await queue.add('match', { runNo }, { jobId: `${runNo} ${process}`, forget: true });
    }
  };
  const everyMs = options.lookEveryMs ?? LOOK_EVERY_MS;
  return lookAgainAndAgain(look, { everyMs, logger, what: 'looking for matches to run', part: 'matches' });
}
