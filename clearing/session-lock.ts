import type { Database, Transaction } from '@citycard/common';

/**
 * Runs work under an advisory lock, waiting for whoever holds it. The lock belongs to a session of its own, so it goes when
 * this process does. Should that session break on the way, the work goes on without the lock: what it writes has to be
 * guarded by itself.
 */
export function withSessionLock<T>(db: Database, lock: bigint, work: () => Promise<T>): Promise<T> {
  return withSession(db, async (session, onError) => {
    await session.query('select pg_advisory_lock($1)', [lock]);
    return underLock(session, lock, onError, work);
  });
}

/** As {@link withSessionLock}, but leaves the work to whoever is at it already. @returns undefined when it was left */
export function trySessionLock<T>(db: Database, lock: bigint, work: () => Promise<T>): Promise<T | undefined> {
  return withSession(db, async (session, onError) => {
    const { rows } = await session.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [lock]);
    return rows[0]?.locked === true ? underLock(session, lock, onError, work) : undefined;
  });
}

async function underLock<T>(
  session: Transaction,
  lock: bigint,
  onError: (error: Error) => void,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } finally {
    await session.query('select pg_advisory_unlock($1)', [lock]).catch(onError);
  }
}

async function withSession<T>(
  db: Database,
  use: (session: Transaction, onError: (error: Error) => void) => Promise<T>,
): Promise<T> {
  const session = await db.connect();
  let broken: Error | undefined;
  const onError = (error: Error) => {
    broken = error;
  };
  session.on('error', onError);
  try {
    return await use(session, onError);
  } finally {
    session.off('error', onError);
    // A session that may still hold the lock is closed, not given to the next caller.
    session.release(broken);
  }
}
