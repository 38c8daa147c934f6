import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { type Database, sqlState, type Statement, type Transaction } from './pool.ts';
import { inOnePiece, sendTogether } from './send-together.ts';

/** Serialization failure and deadlock: the server chose one of several transactions to give way; trying again is right. */
const GIVE_WAY = new Set(['40001', '40P01']);
const MAX_RETRIES = 5;
const FIRST_PAUSE_MS = 5;

/**
 * Runs the work in one transaction: committed when it returns, rolled back when it throws. Work that had to give way to
 * another transaction runs again from the start, up to five times, so it must have no effects outside the transaction.
 */
export async function transact<T>(db: Database, work: (tx: Transaction) => Promise<T>): Promise<T> {
  return withRetries(() =>
    once(db, async (tx) => {
      await tx.query('BEGIN');
      const result = await work(tx);
      await tx.query('COMMIT');
      return result;
    }),
  );
}

/** What a transaction comes to, and the statements that are still to be sent. */
interface Ending<T> {
  readonly result: T;
  /** Sent in this order, together with the COMMIT. If one of them fails, nothing is committed. */
  readonly last: readonly Statement[];
}

/**
 * Like {@link transact} in fewer exchanges ({@link sendTogether}): `first`, which locks and reads and must not write, goes
 * together with the BEGIN, and the last statements with the COMMIT, so that what they lock is not held while anything travels.
 */
export async function transactBriefly<F, T>(
  db: Database,
  first: (tx: Transaction) => Promise<F>,
  work: (tx: Transaction, found: F) => Promise<Ending<T>>,
): Promise<T> {
  return withRetries(() =>
    once(db, async (tx) => {
      const [, found] = await sendTogether(
        tx,
        () => tx.query('BEGIN'),
        () => first(tx),
      );
      const { result, last } = await work(tx, found);
      await commitWith(tx, last);
      return result;
    }),
  );
}

/** After a statement that failed the server answers COMMIT by rolling back; the failure is what is thrown. */
async function commitWith(tx: Transaction, last: readonly Statement[]): Promise<void> {
  if (!tx.pipeline) {
    for (const statement of last) await tx.query(statement);
    await tx.query('COMMIT');
    return;
  }
  let unsent = false;
  const sent = inOnePiece(tx, () => last.map((statement) => tx.query(statement)));
  for (const each of sent) each.catch(() => (unsent = true));
  // One that could not even be sent (a value without a form in SQL) has failed by the next turn. The server would know nothing
  // of it, and commit the others.
  await turn();
  if (!unsent) sent.push(tx.query('COMMIT'));
  await Promise.all(sent);
}

async function withRetries<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      if (attempt === MAX_RETRIES || !GIVE_WAY.has(sqlState(error) ?? '')) throw error;
      // Growing, uneven pauses keep the same two transactions from meeting again.
      await sleep(FIRST_PAUSE_MS * 2 ** attempt * (0.5 + Math.random()));
    }
  }
}

async function once<T>(db: Database, work: (tx: Transaction) => Promise<T>): Promise<T> {
  const tx = await db.connect();
  let broken: Error | undefined;
  // While a client is checked out the pool does not listen for its errors, and an unheard one would end the process.
  const onError = (error: Error) => {
    broken = error;
  };
  tx.on('error', onError);
  try {
    return await work(tx);
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
