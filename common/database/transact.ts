import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, sqlState, type Transaction } from './pool.ts';
import { sendTogether } from './send-together.ts';

/** Serialization failure and deadlock: the server chose one of several transactions to give way; trying again is right. */
const GIVE_WAY = new Set(['40001', '40P01']);
const MAX_RETRIES = 5;
const FIRST_PAUSE_MS = 5;

/**
 * Runs the work in one transaction: committed when it returns, rolled back when it throws. Work that had to give way to
 * another transaction runs again from the start, up to five times, so it must have no effects outside the transaction.
 */
export async function transact<T>(db: Database, work: (tx: Transaction) => Promise<T>): Promise<T> {
  return transactEndingWith(db, async (tx) => ({ result: await work(tx), last: [] }));
}

/** What a transaction comes to, and the statements that are still to be sent. */
export interface Ending<T> {
  readonly result: T;
  /** Sent in this order, together with the COMMIT. If one of them fails, nothing is committed. */
  readonly last: readonly (() => Promise<unknown>)[];
}

/**
 * Like {@link transact}, but the last statements go together with the COMMIT ({@link sendTogether}): what they lock is not held
 * while anything travels.
 */
export async function transactEndingWith<T>(db: Database, work: (tx: Transaction) => Promise<Ending<T>>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await once(db, work);
    } catch (error) {
      if (attempt === MAX_RETRIES || !GIVE_WAY.has(sqlState(error) ?? '')) throw error;
      // Growing, uneven pauses keep the same two transactions from meeting again.
      await sleep(FIRST_PAUSE_MS * 2 ** attempt * (0.5 + Math.random()));
    }
  }
}

async function once<T>(db: Database, work: (tx: Transaction) => Promise<Ending<T>>): Promise<T> {
  const tx = await db.connect();
  let broken: Error | undefined;
  // While a client is checked out the pool does not listen for its errors, and an unheard one would end the process.
  const onError = (error: Error) => {
    broken = error;
  };
  tx.on('error', onError);
  try {
    await tx.query('BEGIN');
    const { result, last } = await work(tx);
    // After a statement that failed the server answers COMMIT by rolling back; the failure is what is thrown.
    await sendTogether(tx, ...last, () => tx.query('COMMIT'));
    return result;
  } catch (error) {
    await tx.query('ROLLBACK').catch((failure: unknown) => {
      broken = failure instanceof Error ? failure : new Error(String(failure));
    });
    throw error;
  } finally {
    tx.off('error', onError);
    // A connection in an unknown state is closed, not given to the next caller.
    tx.release(broken);
  }
}
