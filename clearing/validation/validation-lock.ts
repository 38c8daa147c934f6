import type { Database } from '@citycard/common';

/** Any number serves, as long as all validators lock the same one. */
const VALIDATION_LOCK = 5_012_019_370_702n;

/**
 * Runs the work while nobody else validates; waits for those before. The lock belongs to a session of its own, so it goes
 * when this process does. Should that session break on the way, the work goes on without it: every decision it writes is
 * guarded by what the record was, so two validators may waste work but not decide twice.
 */
export async function withValidationLock<T>(db: Database, work: () => Promise<T>): Promise<T> {
  const session = await db.connect();
  let broken: Error | undefined;
  const onError = (error: Error) => {
    broken = error;
  };
  session.on('error', onError);
  try {
    await session.query('select pg_advisory_lock($1)', [VALIDATION_LOCK]);
    return await work();
  } finally {
    await session.query('select pg_advisory_unlock($1)', [VALIDATION_LOCK]).catch(onError);
    session.off('error', onError);
    // A session that may still hold the lock is closed, not given to the next caller.
    session.release(broken);
  }
}
