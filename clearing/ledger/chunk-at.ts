import { type Database, type Transaction } from '@citycard/common';
import { ledgerErrors } from './errors.ts';

/**
 * The newest chunk that was sealed by an instant: everything the ledger knew then. Zero before the first.
 *
 * @throws CityCardError `clearing-ledger.archived` when later transfers are no longer in the ledger
 */
export async function chunkAt(db: Database | Transaction, instant: Date): Promise<bigint> {
  const { rows } = await db.query<{ year: number; archived_to: bigint; sealed_at: Date }>(
    `select year, last_chunk as archived_to, last_sealed_at as sealed_at from clearing.ledger_archive_range
      where last_sealed_at > $1 order by last_sealed_at desc limit 1`,
    [instant],
  );
  const archived = rows[0];
  if (archived)
    throw ledgerErrors.archived({
      year: archived.year,
      at: instant.toISOString(),
      from: archived.sealed_at.toISOString(),
    });
  const { rows: chunks } = await db.query<{ chunk_no: bigint }>(
    `select greatest((select max(chunk_no) from clearing.ledger_chunk where sealed_at <= $1),
                     (select max(last_chunk) from clearing.ledger_archive_range where last_sealed_at <= $1), 0) as chunk_no`,
    [instant],
  );
  return chunks[0]?.chunk_no ?? 0n;
}

/** The last chunk before a day of the city began. */
export async function chunkBefore(db: Database | Transaction, date: string): Promise<bigint> {
  return chunkAt(db, new Date(Date.parse(`${date}T00:00:00+08:00`) - 1));
}
