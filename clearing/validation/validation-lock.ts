import type { Database, Transaction } from '@citycard/common';
import { withSessionLock } from '../session-lock.ts';

/** Any number serves, as long as all validators lock the same one. */
const VALIDATION_LOCK = 5_012_019_370_702n;

/**
 * Runs the work while nobody else validates; waits for those before. The lock belongs to a session of its own, so it goes
 * when this process does. Should that session break on the way, the work goes on without it: every decision it writes is
 * guarded by what the record was, so two validators may waste work but not decide twice.
 */
export function withValidationLock<T>(db: Database, work: () => Promise<T>): Promise<T> {
  return withSessionLock(db, VALIDATION_LOCK, work);
}

/** Keeps validators away until this transaction ends: for people who decide what validation might decide at the same moment. */
export async function takeValidationLock(tx: Transaction): Promise<void> {
  await tx.query('select pg_advisory_xact_lock($1)', [VALIDATION_LOCK]);
}
