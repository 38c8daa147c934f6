import { HOME_CITY } from '@citycard/clearing';
import type { Database, Principal, Transaction } from '@citycard/common';
import { recordAct } from '@citycard/common';
import { cityErrors } from '../errors.ts';

/** How far the exchange with a city is. Counts are those of the newest run that ended. */
export interface CityExchange {
  readonly city: string;
  readonly state: 'ordered' | 'running' | 'done' | 'failed';
  /** What the run is at. */
  readonly step: string;
  readonly percent: number;
  readonly orderedBy: string;
  readonly orderedAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly runs: bigint;
  readonly files: number;
  readonly delivered: number;
  readonly refused: number;
  readonly waiting: number;
  readonly failure: string | null;
  readonly failingSince: Date | null;
}

const COLUMNS = `city, state, step, percent, ordered_by as "orderedBy", ordered_at as "orderedAt", started_at as "startedAt",
  finished_at as "finishedAt", runs, files, delivered, refused, waiting, failure, failing_since as "failingSince"`;

/** How far the exchange with every city is, by code; of one city when it is named. */
export async function listExchanges(db: Database | Transaction, city?: string): Promise<CityExchange[]> {
  const { rows } = await (db as Database).query<CityExchange>(
    `select ${COLUMNS} from reconciliation.city_exchange where $1::text is null or city = $1 order by city`,
    [city ?? null],
  );
  return rows;
}

/**
 * Orders an exchange with a city now. Ordering it again while it waits changes nothing; while it runs, it is followed by another run, for
 * what came in behind the step it is at.
 *
 * @throws CityCardError `cities.city-unknown`
 */
export async function orderExchange(
  tx: Transaction,
  officer: Principal,
  city: string,
  home: string = HOME_CITY,
): Promise<CityExchange> {
  const { rowCount } = await tx.query(`select from clearing.participant where kind = 'city' and city_code = $1`, [
    city,
  ]);
  if (rowCount === 0 || city === home) throw cityErrors.cityUnknown({ city });
  const { rows } = await tx.query<CityExchange>(
    `insert into reconciliation.city_exchange as e (city, ordered_by) values ($1, $2)
     on conflict (city) do update
       set ordered_by = excluded.ordered_by, ordered_at = clock_timestamp(),
           state = case when e.state = 'running' then e.state else 'ordered' end,
           step = case when e.state = 'running' then e.step else 'waiting' end,
           percent = case when e.state = 'running' then e.percent else 0 end
     returning ${COLUMNS}`,
    [city, officer.id],
  );
  await recordAct(tx, officer, { act: 'order-city-exchange', subject: `city ${city}` });
  const [ordered] = rows;
  if (ordered === undefined) throw new Error(`the order of an exchange with city ${city} was lost`);
  return ordered;
}
