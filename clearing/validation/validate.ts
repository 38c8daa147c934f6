import { cityDate, type Database, type Logger } from '@citycard/common';
import type { TacHsm } from './check-tacs.ts';
import { decideOldest } from './decide-oldest.ts';
import { validationErrors } from './errors.ts';
import { lookAtGraysAgain } from './gray.ts';
import { readRuleBook, type ValidationRules } from './rules.ts';
import { retryShortPurses } from './short-purses.ts';
import { withValidationLock } from './validation-lock.ts';
import { Overtaken } from './write-decisions.ts';

export interface ValidationDeps {
  readonly db: Database;
  readonly hsm: TacHsm;
  readonly logger?: Logger;
}

export interface ValidationOptions {
  /** Records per pass; default and most 5 000. */
  readonly limit?: number;
  readonly rules?: Partial<ValidationRules>;
}

export interface ValidationPass {
  /** Records that were `received` and are not any more; 0 means that none is waiting. */
  readonly decided: number;
  /** Records held for want of money that are paid now. */
  readonly paidLater: number;
  /** Gray records that a later purchase of the card explained. */
  readonly graysResolved: number;
}

/** One call to the HSM and one transaction carry this many: beyond it neither gets cheaper, and memory stays small. */
const LARGEST_PASS = 5_000;
const ATTEMPTS = 5;

/**
 * One pass of validation (terminal-interface.md §3, domain.md B.4 and B.5): judges the oldest received records and pays for
 * the accepted ones, all in one transaction, so that a pass that is killed changed nothing; then pays for held purchases
 * whose purse has money now and, when nothing waits any more, looks at gray records again. One pass runs at a time, others
 * wait for it. Call it until `decided` is 0.
 *
 * @throws CityCardError `clearing-validation.hsm-unavailable`, `.hsm-refused`, `.overtaken`,
 * `clearing.no-open-business-day`; nothing is decided then.
 */
export async function validateReceived(deps: ValidationDeps, options: ValidationOptions = {}): Promise<ValidationPass> {
  const limit = Math.min(options.limit ?? LARGEST_PASS, LARGEST_PASS);
  return withValidationLock(deps.db, async () => {
    const book = await readRuleBook(deps.db, options.rules);
    const decided = await unlessOvertaken(() => decideOldest(deps.db, deps.hsm, book, limit));
    const paidLater = await unlessOvertaken(() => retryShortPurses(deps.db, limit));
    const today = cityDate(new Date());
    const graysResolved =
      decided < limit ? await unlessOvertaken(() => lookAtGraysAgain(deps.db, book, today, limit)) : 0;
    if (decided + paidLater + graysResolved > 0) {
      deps.logger?.info({ decided, paidLater, graysResolved }, 'purchase records validated');
    }
    return { decided, paidLater, graysResolved };
  });
}

export async function unlessOvertaken<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Overtaken)) throw error;
    }
  }
  throw validationErrors.overtaken();
}
