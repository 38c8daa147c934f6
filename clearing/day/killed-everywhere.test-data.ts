import type { Database } from '@citycard/common';
import { expect } from 'vitest';

class Killed extends Error {}

/** The pool as a process sees it that is killed after so many statements. */
function killedAfter(db: Database, statements: number): Database {
  let left = statements;
  return new Proxy(db, {
    get(pool, name) {
      if (name === 'query') {
        return (...args: Parameters<Database['query']>) => {
          if ((left -= 1) < 0) throw new Killed();
          return pool.query(...args);
        };
      }
      if (name !== 'connect') return Reflect.get(pool, name, pool) as unknown;
      return async () => {
        const client = await pool.connect();
        const query = client.query.bind(client) as (...args: unknown[]) => Promise<unknown>;
        const release = client.release.bind(client);
        let dead = false;
        client.query = (async (...args: unknown[]) => {
          if (dead || (left -= 1) < 0) {
            // The server undoes what a lost connection left open; the process itself sends nothing more.
            if (!dead) await query('ROLLBACK');
            dead = true;
            throw new Killed();
          }
          return query(...args);
        }) as typeof client.query;
        client.release = () => {
          Object.assign(client, { query, release });
          release();
        };
        return client;
      };
    },
  });
}

/**
 * Tries a step with one statement more each time, until it survives; before that nothing may have changed, and taken again
 * it changes nothing. Answers how often it was killed.
 */
export async function killedEverywhere(
  db: Database,
  step: (db: Database) => Promise<unknown>,
  fingerprint: (db: Database) => Promise<string>,
): Promise<number> {
  const before = await fingerprint(db);
  for (let statements = 0; ; statements += 1) {
    try {
      await step(killedAfter(db, statements));
      return statements;
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      const after = await fingerprint(db);
      // Killed between COMMIT and hearing of it: the step is taken, and taking it again changes nothing.
      if (after === before) continue;
      await step(db);
      expect(await fingerprint(db)).toBe(after);
      return statements + 1;
    }
  }
}
