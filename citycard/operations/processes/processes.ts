import { hostname } from 'node:os';
import { randomUUID } from 'node:crypto';
import { type Database, lookAgainAndAgain, type Logger, type PartState, partsOfThisProcess } from '@citycard/common';

/** A process of the product as it was last heard. */
export interface KnownProcess {
  readonly processId: string;
  readonly name: string;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  readonly startedAt: Date;
  readonly heardAt: Date;
  readonly endedAt: Date | null;
  /** How long ago it was heard, by the clock of the database. */
  readonly silentMs: number;
  readonly parts: readonly PartState[];
}

const BEAT_EVERY_MS = 5_000;
/** Ended and silent processes are shown this long. */
const SHOWN_HOURS = 24;

/** Says again and again that this process is there, and how its parts are; with `stop`, that it ended. */
export function startHeartbeat(
  { db, logger }: { readonly db: Database; readonly logger: Logger },
  {
    name,
    version,
    everyMs = BEAT_EVERY_MS,
  }: { readonly name: string; readonly version: string; readonly everyMs?: number },
): { stop(): Promise<void> } {
  const processId = randomUUID();
  const beat = async () => {
    await db.query(
      `insert into platform.process (process_id, name, host, pid, version, parts) values ($1, $2, $3, $4, $5, $6)
       on conflict (process_id) do update set heard_at = clock_timestamp(), parts = excluded.parts`,
      [processId, name, hostname(), process.pid, version, JSON.stringify(partsOfThisProcess())],
    );
  };
  const beats = lookAgainAndAgain(beat, { everyMs, logger, what: 'saying that this process is there' });
  return {
    stop: async () => {
      await beats.close();
      await db.query(
        'update platform.process set heard_at = clock_timestamp(), ended_at = clock_timestamp() where process_id = $1',
        [processId],
      );
    },
  };
}

/** Processes heard within a day, the latest first. */
export async function knownProcesses(db: Database): Promise<KnownProcess[]> {
  const { rows } = await db.query<KnownProcess>(
    `select process_id as "processId", name, host, pid, version, started_at as "startedAt", heard_at as "heardAt", ended_at as "endedAt",
            (extract(epoch from clock_timestamp() - heard_at) * 1000)::integer as "silentMs", parts
       from platform.process where heard_at > clock_timestamp() - make_interval(hours => ${SHOWN_HOURS})
      order by ended_at is not null, heard_at desc, process_id limit 200`,
  );
  return rows;
}
