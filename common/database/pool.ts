import pg from 'pg';
import { databaseErrors } from './errors.ts';

export type Database = pg.Pool;
export type Transaction = pg.PoolClient;
/** A statement that has not been sent yet. */
export type Statement = pg.QueryConfig;

/** Services share one server; ten connections each keep its two or four cores busy without queueing inside it. */
const DEFAULT_POOL_SIZE = 10;
const CONNECT_TIMEOUT_MS = 10_000;
const OLDEST_MAJOR = 15;

const INT8 = 20;
const INT8_ARRAY = 1016;
const DATE = 1082;
const DATE_ARRAY = 1182;
const TEXT_ARRAY = 1009;

const parserOf = pg.types.getTypeParser as (oid: number) => unknown;
const readTextArray = parserOf(TEXT_ARRAY) as (text: string) => (string | null)[];

/**
 * How columns arrive: int8 as bigint, numeric as text (no floating point), date as `YYYY-MM-DD`, timestamptz as Date.
 * Set per connection, so that a library with a pool of its own keeps its own habits.
 */
const columnTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    if (format !== 'binary') {
      if (oid === INT8) return BigInt;
      if (oid === INT8_ARRAY)
        return (text: string) => readTextArray(text).map((item) => (item === null ? null : BigInt(item)));
      if (oid === DATE) return (text: string) => text;
      if (oid === DATE_ARRAY) return readTextArray;
    }
    return pg.types.getTypeParser(oid, format ?? 'text');
  }) as pg.CustomTypesConfig['getTypeParser'],
};

export interface DatabaseOptions {
  readonly max?: number;
  readonly applicationName?: string;
  /**
   * How long a connection nobody uses stays open, ten seconds when left out. A connection keeps the plans of its statements: for
   * a service that answers terminals, planning them again after every quiet moment costs more than the connection.
   */
  readonly idleTimeoutMs?: number;
  /** Statements are sent without waiting for the results of those before them (`sendTogether`). Such a connection does no COPY. */
  readonly pipelined?: boolean;
}

/** A pool of connections. Opening does not connect; ask {@link checkDatabase} first for a clear word on what is wrong. */
export function openDatabase(url: string, options: DatabaseOptions = {}): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? DEFAULT_POOL_SIZE,
    application_name: options.applicationName ?? 'citycard',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    ...(options.idleTimeoutMs !== undefined && { idleTimeoutMillis: options.idleTimeoutMs }),
    ...(options.pipelined === true && { pipeline: true }),
    types: columnTypes,
  });
  // An idle connection that breaks (server restart) is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => undefined);
  return pool;
}

/**
 * Makes sure that the address leads to a PostgreSQL we can use.
 *
 * @throws CityCardError `database.bad-url`, `.unreachable`, `.login-refused`, `.no-such-database`, `.too-old`.
 */
export async function checkDatabase(url: string): Promise<void> {
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url)) throw databaseErrors.badUrl();
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  client.on('error', () => undefined);
  const at = { host: client.host, port: client.port, user: client.user, database: client.database };
  try {
    await client.connect();
    const { rows } = await client.query<{ server_version_num: string }>('SHOW server_version_num');
    const major = Math.floor(Number(rows[0]?.server_version_num) / 10_000);
    if (!(major >= OLDEST_MAJOR)) throw databaseErrors.tooOld({ ...at, version: major });
  } catch (error) {
    throw explain(error, at);
  } finally {
    await client.end().catch(() => undefined);
  }
}

function explain(error: unknown, at: Record<string, unknown>): unknown {
  if (!(error instanceof Error) || error.name === 'CityCardError') return error;
  const code = sqlState(error);
  if (code === '28P01' || code === '28000') return databaseErrors.loginRefused({ ...at, reason: error.message }, error);
  if (code === '3D000') return databaseErrors.noSuchDatabase(at, error);
  // A connection refused on several addresses of one name arrives as an AggregateError without a message.
  return databaseErrors.unreachable({ ...at, reason: error.message || code || 'no answer' }, error);
}

/** The five-character SQLSTATE (or the system's error code) of an error, if it has one. */
export function sqlState(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
