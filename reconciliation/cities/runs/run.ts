import { raiseAlarmOnce, trySessionLock } from '@citycard/clearing';
import { type Database, transact } from '@citycard/common';
import type { CityDeps } from '../deps.ts';
import { type ExchangeResult, exchangeStepByStep, lookAfterCity } from '../exchange.ts';

/** One exchange with a city at a time, in whatever process; the lock goes with the session that holds it. */
const LOCK = 5_012_019_380_000n;
/** An exchange that fails for longer is told to people: an HSM or a certificate does not come back by itself. */
const PATIENCE_MINUTES = 10;
const LONGEST_FAILURE = 1_000;

interface Begun {
  ordered_by: string;
}

/**
 * Runs the exchange with a city and what looks after it, and says how far it is as it goes. A city that is being exchanged with already is
 * left to whoever is at it. A failure is noted where it can be seen; the next run begins from what is stored.
 *
 * @returns whether it ran here
 */
export async function runExchange(
  deps: CityDeps,
  city: string,
  progress: (percent: number) => Promise<void> = () => Promise.resolve(),
): Promise<boolean> {
  const ran = await trySessionLock(deps.db, LOCK + BigInt(city), async () => {
    const { ordered_by: orderedBy } = await begin(deps.db, city);
    const tell = async (step: string, percent: number) => {
      await deps.db.query('update reconciliation.city_exchange set step = $2, percent = $3 where city = $1', [
        city,
        step,
        percent,
      ]);
      await progress(percent);
    };
    try {
      const result = await exchangeStepByStep(deps, city, orderedBy !== TIMER, tell);
      await tell('what waits too long', 95);
      await lookAfterCity(deps, city);
      await end(deps.db, city, result);
    } catch (error) {
      await fail(deps.db, city, error instanceof Error ? error.message : String(error));
    }
    return true;
  });
  return ran === true;
}

const TIMER = 'timer';

/** Whoever holds the lock begins: a run that was killed left 'running' behind, and nobody to go on with it. */
async function begin(db: Database, city: string): Promise<Begun> {
  const { rows } = await db.query<Begun>(
    `insert into reconciliation.city_exchange as e (city, state, started_at, step) values ($1, 'running', clock_timestamp(), 'begun')
     on conflict (city) do update
       set state = 'running', step = 'begun', percent = 0, started_at = clock_timestamp(),
           ordered_by = case when e.state = 'ordered' or e.ordered_at > coalesce(e.finished_at, '-infinity') then e.ordered_by else '${TIMER}' end
     returning ordered_by`,
    [city],
  );
  return rows[0] ?? { ordered_by: TIMER };
}

/** Ordered meanwhile, it is due again at once. */
const NEXT_STATE = `case when ordered_at > started_at and ordered_by <> '${TIMER}' then 'ordered' else`;

async function end(db: Database, city: string, { files, delivered }: ExchangeResult): Promise<void> {
  await db.query(
    `update reconciliation.city_exchange
        set state = ${NEXT_STATE} 'done' end, step = 'done', percent = 100, finished_at = clock_timestamp(), runs = runs + 1, files = $2,
            delivered = $3, refused = $4, waiting = $5, failure = null, failing_since = null
      where city = $1`,
    [city, files.length, delivered.delivered, delivered.refused, delivered.waiting],
  );
}

async function fail(db: Database, city: string, failure: string): Promise<void> {
  await transact(db, async (tx) => {
    const { rows } = await tx.query<{ since: Date; long: boolean; step: string }>(
      `update reconciliation.city_exchange
          set state = ${NEXT_STATE} 'failed' end, finished_at = clock_timestamp(), runs = runs + 1, failure = $2,
              failing_since = coalesce(failing_since, clock_timestamp())
        where city = $1
        returning failing_since as since, failing_since < clock_timestamp() - make_interval(mins => ${PATIENCE_MINUTES}) as long, step`,
      [city, failure.slice(0, LONGEST_FAILURE) || 'no reason given'],
    );
    const [failed] = rows;
    if (failed?.long !== true) return;
    const since = failed.since.toISOString();
    const evidence = { city, since, step: failed.step, failure: failure.slice(0, LONGEST_FAILURE) };
    await raiseAlarmOnce(tx, {
      kind: 'city-exchange-failed',
      severity: 'warning',
      subject: `city ${city} since ${since}`,
      evidence,
    });
  });
}
