import { type Database, idempotent, type IdempotentAnswer } from '@citycard/common';
import type { HttpRequest } from '../request-fields.ts';

/** Nothing is stored under the key yet: thrown out of `idempotent`, which then leaves nothing behind. */
const notYet = new Error('no answer is stored under this key');

/**
 * The answer to an earlier request with the same Idempotency-Key, for acts that talk to a card before they have one.
 *
 * @throws http.idempotency-key-missing, http.idempotency-key-reused
 */
export async function storedAnswer(db: Database, request: HttpRequest): Promise<IdempotentAnswer | undefined> {
  return idempotent(db, request, () => Promise.reject(notYet)).catch((error: unknown) => {
    if (error !== notYet) throw error;
    return undefined;
  });
}
