import type { Socket } from 'node:net';
import { type Database, openDatabase, type Transaction } from '@citycard/common';

/** A pool whose connection is cut just before the statement of that number. */
export function breakingBefore(url: string, statement: number): Database {
  const pool = openDatabase(url);
  let left = statement;
  const patched = new WeakSet<Transaction>();
  pool.on('acquire', (client: Transaction) => {
    if (patched.has(client)) return;
    patched.add(client);
    client.on('error', () => undefined);
    const query = client.query.bind(client) as (...parameters: unknown[]) => unknown;
    const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
    Object.assign(client, {
      query: (...parameters: unknown[]) => {
        left -= 1;
        if (left === 0) stream.destroy();
        return query(...parameters);
      },
    });
  });
  return pool;
}
