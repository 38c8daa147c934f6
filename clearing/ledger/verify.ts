import { type Database, type Transaction } from '@citycard/common';
import { findBalanceFault } from './verify-balances.ts';
import { findChainFault } from './verify-chain.ts';
import type { LedgerFault, VerifyOptions } from './verify-terms.ts';

export interface LedgerVerification {
  readonly ok: boolean;
  /** Chunks and transfers looked at. */
  readonly chunks: bigint;
  readonly transfers: bigint;
  readonly firstFault?: LedgerFault;
  /** Hash of the newest chunk in hex: what a receipt signs, and what proves later that history was not rewritten. */
  readonly head: string;
}

/**
 * Proves the ledger or disproves it: recomputes the hash of every transfer, the chain of chunks, and from the transfers
 * every balance, pending amount and posting identity. Reads one snapshot; others may post meanwhile.
 * (architecture.md, "Money")
 */
export async function verifyLedger(db: Database, options: VerifyOptions = {}): Promise<LedgerVerification> {
  const tx = await db.connect();
  try {
    await tx.query('begin isolation level repeatable read read only');
    const verification = await verifySnapshot(tx, options);
    await tx.query('commit');
    return verification;
  } catch (error) {
    await tx.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    tx.release();
  }
}

async function verifySnapshot(tx: Transaction, options: VerifyOptions): Promise<LedgerVerification> {
  const chain = await findChainFault(tx, options);
  const fault = chain.fault ?? (options.since === undefined ? await findBalanceFault(tx) : undefined);
  return {
    ok: fault === undefined,
    chunks: chain.chunks,
    transfers: chain.transfers,
    ...(fault && { firstFault: fault }),
    head: chain.head,
  };
}
