import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { to } from 'pg-copy-streams';
import type { Transaction } from './pool.ts';

/**
 * Writes what a query selects into a file as CSV with a header, by COPY, the fastest way out of PostgreSQL. COPY takes no parameters:
 * the caller writes values as literals and answers for them.
 */
export async function copyToFile(tx: Transaction, query: string, file: string): Promise<void> {
  const stream = tx.query(to(`COPY (${query}) TO STDOUT (FORMAT csv, HEADER)`));
  await pipeline(stream, createWriteStream(file));
}
