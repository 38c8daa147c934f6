import type { Database } from '@citycard/common';
import { beginningOf } from './asked-moment.ts';
import { chunkBefore } from './chunk-at.ts';
import { ledgerErrors } from './errors.ts';
import type { VerifyOptions } from './verify-terms.ts';
import { type LedgerVerification, verifyLedger } from './verify.ts';

/**
 * Proves the chain from a day of the city on, or from a chunk on, that chunk included. A question that nothing answers is
 * refused: "it holds" would be said of no chunk at all.
 *
 * @throws CityCardError `clearing-ledger.no-such-time`, `.nothing-since`, `.archived`
 */
export async function verifySince(
  db: Database,
  since: string,
  onProgress?: VerifyOptions['onProgress'],
): Promise<LedgerVerification> {
  const beginning = beginningOf(since);
  const after = 'day' in beginning ? await chunkBefore(db, beginning.day) : lastBefore(beginning.chunk);
  const verification = await verifyLedger(db, { since: after, ...(onProgress && { onProgress }) });
  if (!verification.ok || verification.chunks > 0n) return verification;
  const { rows } = await db.query<{ chunk_no: bigint }>('select chunk_no from clearing.ledger_head');
  throw ledgerErrors.nothingSince({
    since: 'day' in beginning ? since : `chunk ${since}`,
    newest: String(rows[0]?.chunk_no ?? 0n),
  });
}

/** Chunks are numbered from 1; from 0 on means all of them. */
function lastBefore(chunk: bigint): bigint {
  return chunk > 0n ? chunk - 1n : 0n;
}
