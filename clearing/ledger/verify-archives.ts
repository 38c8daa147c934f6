import type { Transaction } from '@citycard/common';
import type { LedgerFault } from './verify-terms.ts';

/**
 * Checks that what archives left behind is what was sealed: each stretch joins the chain before it, and seal, carried
 * turnover and keys of every archived year are those of its chunk in the chain.
 */
export async function findArchiveFault(tx: Transaction): Promise<LedgerFault | undefined> {
  const { rows: stretches } = await tx.query<{ year: number; chunk_no: bigint }>(
    `select r.year, r.first_chunk as chunk_no from clearing.ledger_archive_range r
      where r.previous_sha256 is distinct from clearing.ledger_hash_before(r.first_chunk)
         or exists (select from clearing.ledger_chunk c where c.chunk_no between r.first_chunk and r.last_chunk)
      order by r.first_chunk limit 1`,
  );
  const stretch = stretches[0];
  if (stretch)
    return { chunkNo: stretch.chunk_no, what: `the archive of ${stretch.year} does not follow the chunk before it` };
  const { rows: archives } = await tx.query<{
    year: number;
    seal_chunk: bigint;
    sealed: boolean;
    carried: boolean;
    keys: boolean;
  }>(
    `select a.year, a.seal_chunk,
            a.seal_sha256 = clearing.ledger_archive_seal(a.year) and coalesce(c.transfer_count = 0, false) as sealed,
            a.carried_sha256 = clearing.ledger_carried_digest(a.year) as carried, a.keys_sha256 = clearing.ledger_keys_digest(a.year) as keys
       from clearing.ledger_archive a left join clearing.ledger_chunk c on c.chunk_no = a.seal_chunk order by a.year`,
  );
  for (const { year, seal_chunk: chunkNo, sealed, carried, keys } of archives) {
    if (!sealed) return { chunkNo, what: `what is recorded of the archive of ${year} is not what was sealed` };
    if (!carried) return { chunkNo, what: `what was carried forward from ${year} was changed` };
    if (!keys) return { chunkNo, what: `posting keys of the archived year ${year} were changed` };
  }
  return undefined;
}
