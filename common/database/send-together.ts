import { Writable } from 'node:stream';
import type { Transaction } from './pool.ts';

/**
 * Sends statements of one transaction behind each other without waiting for their results in between, where the connection
 * can do that ({@link DatabaseOptions.pipelined}); elsewhere one after the other. The server runs them in the order given
 * either way, as long as each step sends its statement at once when it is called. None may need the result of another.
 *
 * Rejects with the error of the first that failed; the others have then been refused by the server, and the transaction has
 * to be rolled back.
 */
export async function sendTogether<T extends readonly (() => Promise<unknown>)[]>(
  tx: Transaction,
  ...steps: T
): Promise<{ [K in keyof T]: Awaited<ReturnType<T[K]>> }> {
  type Results = { [K in keyof T]: Awaited<ReturnType<T[K]>> };
  if (tx.pipeline) return (await Promise.all(inOnePiece(tx, () => steps.map((step) => step())))) as Results;
  const results: unknown[] = [];
  for (const step of steps) results.push(await step());
  return results as Results;
}

/** Lets what is sent meanwhile leave in one write: each costs a system call here and wakes the server there. */
export function inOnePiece<T>(tx: Transaction, send: () => T): T {
  const stream = streamOf(tx);
  stream?.cork();
  try {
    return send();
  } finally {
    stream?.uncork();
  }
}

/** The socket of a connection, which `pg` keeps without promising it; without it every statement is a write of its own. */
function streamOf(tx: Transaction): Writable | undefined {
  const connection: unknown = 'connection' in tx ? tx.connection : undefined;
  if (typeof connection !== 'object' || connection === null || !('stream' in connection)) return undefined;
  return connection.stream instanceof Writable ? connection.stream : undefined;
}
