import type { Database } from '@citycard/common';

/** How late a terminal's last sign of life may be in the database. */
const FLUSH_MS = 2_000;

/** Signs of life, gathered and written together: one statement for all terminals instead of one per message. */
class LastSeen {
  readonly #db: Database;
  #seen = new Map<string, Date>();
  #timer: NodeJS.Timeout | undefined;

  constructor(db: Database) {
    this.#db = db;
  }

  note(terminalNo: string, at: Date): void {
    this.#seen.set(terminalNo, at);
    // A process that stops loses at most the last two seconds of this; it is no fact anybody was told.
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_MS).unref();
  }

  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const seen = this.#seen;
    if (seen.size === 0) return;
    this.#seen = new Map();
    try {
      await this.#db.query(
        `update gateway.terminal t set last_seen_at = greatest(t.last_seen_at, s.at)
           from unnest($1::text[], $2::timestamptz[]) as s(terminal_no, at) where t.terminal_no = s.terminal_no`,
        [[...seen.keys()], [...seen.values()]],
      );
    } catch {
      // The next message of each terminal says it again.
    }
  }
}

const all = new WeakMap<Database, LastSeen>();

/** Notes that a terminal has sent a message with a right MAC. Written within two seconds, with those of others. */
export function noteSeen(db: Database, terminalNo: string, at: Date): void {
  const known = all.get(db) ?? new LastSeen(db);
  all.set(db, known);
  known.note(terminalNo, at);
}

/** Writes what has been noted now. */
export async function flushSeen(db: Database): Promise<void> {
  await all.get(db)?.flush();
}
