import type { Database, Transaction } from '../../database/pool.ts';
import { transact } from '../../database/transact.ts';
import type { SignInRules } from './rules.ts';

/** Who may have to pause: a name or an address, by its keyed hash, and how many failures are free. */
export interface Attempting {
  readonly hmac: Buffer;
  readonly free: number;
}

export interface Attempt {
  /** Seconds until somebody may try again; the attempt is not to be looked at. */
  readonly pausedSeconds?: number;
  /** When this attempt fails too, a pause of so many seconds begins. */
  readonly pauseIfFailed: number;
}

/**
 * Counts an attempt as failed before it is looked at: a hundred at once are a hundred, and a process killed in between has
 * not forgotten it. {@link forgive} takes it back.
 */
export async function countAttempt(db: Database, whos: readonly Attempting[], rules: SignInRules): Promise<Attempt> {
  return transact(db, async (tx) => {
    const hmacs = whos.map(({ hmac }) => hmac);
    await tx.query(
      'INSERT INTO platform.sign_in_failure (who_hmac, failures) SELECT unnest($1::bytea[]), 0 ON CONFLICT DO NOTHING',
      [hmacs],
    );
    const { rows } = await tx.query<{ who_hmac: Buffer; failures: number; wait: number | null; old: boolean }>(
      `SELECT who_hmac, failures, ceil(extract(epoch FROM paused_until - clock_timestamp()))::integer AS wait,
              last_at < clock_timestamp() - make_interval(mins => $2) AS old
         FROM platform.sign_in_failure WHERE who_hmac = ANY($1) ORDER BY who_hmac FOR UPDATE`,
      [hmacs, rules['failures-forgotten-minutes']],
    );
    const longestWait = Math.max(0, ...rows.map(({ wait }) => wait ?? 0));
    if (longestWait > 0) return { pausedSeconds: longestWait, pauseIfFailed: 0 };
    let pauseIfFailed = 0;
    for (const { who_hmac: hmac, failures, old } of rows) {
      const free = whos.find((who) => who.hmac.equals(hmac))?.free ?? 0;
      const counted = (old ? 0 : failures) + 1;
      const pause = pauseAfter(counted, free, rules);
      pauseIfFailed = Math.max(pauseIfFailed, pause);
      await tx.query(
        `UPDATE platform.sign_in_failure SET failures = $2, last_at = clock_timestamp(),
                paused_until = CASE WHEN $3 > 0 THEN clock_timestamp() + make_interval(secs => $3) END WHERE who_hmac = $1`,
        [hmac, counted, pause],
      );
    }
    return { pauseIfFailed };
  });
}

/** Nothing while failures are free, then twice as long each time. */
export function pauseAfter(failures: number, free: number, rules: SignInRules): number {
  if (failures < free) return 0;
  return Math.min(rules['first-pause-seconds'] * 2 ** Math.min(failures - free, 20), rules['longest-pause-seconds']);
}

/** The attempt was right: the name begins anew, the address is where it was before it. */
export async function forgive(tx: Transaction, name: Buffer, address: Buffer): Promise<void> {
  await tx.query('DELETE FROM platform.sign_in_failure WHERE who_hmac = $1', [name]);
  await tx.query(
    `UPDATE platform.sign_in_failure SET failures = greatest(failures - 1, 0), paused_until = NULL WHERE who_hmac = $1`,
    [address],
  );
}

/** Forgets those who have not failed for so long that counting would begin anew. */
export async function forgetOld(tx: Transaction, rules: SignInRules): Promise<void> {
  await tx.query(
    `DELETE FROM platform.sign_in_failure WHERE who_hmac IN (
       SELECT who_hmac FROM platform.sign_in_failure WHERE last_at < now() - make_interval(mins => $1) FOR UPDATE SKIP LOCKED)`,
    [rules['failures-forgotten-minutes']],
  );
}
