import { randomUUID } from 'node:crypto';
import { HOME_CITY } from '@citycard/clearing';
import { type Database, type JobSystem, type Logger, lookAgainAndAgain, type RepeatedLook } from '@citycard/common';
import type { CityDeps } from '../deps.ts';
import { runExchange } from './run.ts';

const QUEUE = 'city-exchange';
/** Soon enough for a person who waits for it. */
const LOOK_EVERY_MS = 2_000;
/** Files between cities are a matter of hours; a minute is soon. */
const EVERY_SECONDS = 60;
/** A city that cannot be reached keeps nobody else waiting. */
const AT_ONCE = 2;

/** What is due: what was ordered or broken off, and a minute after its last run every city there is an agreement with. */
async function dueCities(db: Database, home: string): Promise<string[]> {
  const { rows } = await db.query<{ city: string }>(
    `select city from (select distinct city from reconciliation.city_agreement) a left join reconciliation.city_exchange e using (city)
      where city <> $1 and (e.city is null or e.finished_at <= now() - make_interval(secs => $2))
      union
     select city from reconciliation.city_exchange where state in ('ordered', 'running')
      order by 1`,
    [home, EVERY_SECONDS],
  );
  return rows.map(({ city }) => city);
}

/**
 * Exchanges with every city there is an agreement with by jobs, again and again and when somebody orders it. What there is to do is read
 * from PostgreSQL alone.
 */
export function registerCityExchange(
  jobs: JobSystem,
  deps: CityDeps & { readonly logger: Logger },
  options: { readonly lookEveryMs?: number } = {},
): RepeatedLook {
  const queue = jobs.queue<{ readonly city: string }>(QUEUE);
  jobs.worker<{ readonly city: string }>(
    QUEUE,
    async ({ data: { city }, progress }) => {
      await runExchange(deps, city, progress);
    },
    { concurrency: AT_ONCE },
  );
  const process = randomUUID();
  const look = async () => {
    for (const city of await dueCities(deps.db, deps.homeCity ?? HOME_CITY))
      await queue.add('exchange', { city }, { jobId: `${city} ${process}`, forget: true });
  };
  const everyMs = options.lookEveryMs ?? LOOK_EVERY_MS;
  return lookAgainAndAgain(look, {
    everyMs,
    logger: deps.logger,
    what: 'looking for cities to exchange with',
    part: 'cities',
  });
}
