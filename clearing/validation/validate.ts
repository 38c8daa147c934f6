import { cityDate, type Database, type Logger } from '@citycard/common';
import type { TacHsm } from './check-tacs.ts';
import { decideSet, type PreparedSet, prepareSet } from './decide-set.ts';
import { validationErrors } from './errors.ts';
import { lookAtGraysAgain } from './gray.ts';
import type { KnownAssignments } from './facts.ts';
import { Pass, SORTED_IN_MEMORY } from './pass.ts';
import { readRuleBook, type RuleBook, type ValidationRules } from './rules.ts';
import { retryShortPurses } from './short-purses.ts';
import { withValidationLock } from './validation-lock.ts';
import { Overtaken } from './write-decisions.ts';

export interface ValidationDeps {
  readonly db: Database;
  readonly hsm: TacHsm;
  readonly logger?: Logger;
}

export interface ValidationOptions {
  /** Records decided before others get their turn; default and most 50 000. */
  readonly limit?: number;
  /** Records per transaction; default and most 5 000. */
  readonly setSize?: number;
  /** Records of a pass that are sorted in memory; default and most 1 000 000. */
  readonly sortedInMemory?: number;
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
const LARGEST_SET = 5_000;
/** Behind so many, what waits for other reasons gets its turn. */
const MOST_AT_ONCE = 50_000;
const ATTEMPTS = 5;

/**
 * Goes on with validation (terminal-interface.md §3, domain.md B.4 and B.5): judges received records of the oldest day and pays
 * for the accepted ones, each set in one transaction, so that nothing that is killed left a set half done; then pays for held
 * purchases whose purse has money now and, when nothing waits any more, looks at gray records again. One process does it at a
 * time, others wait for it. Call it until `decided` is 0.
 *
 * @throws CityCardError `clearing-validation.hsm-unavailable`, `.hsm-refused`, `.overtaken`,
 * `clearing.no-open-business-day`; nothing is decided then.
 */
export async function validateReceived(deps: ValidationDeps, options: ValidationOptions = {}): Promise<ValidationPass> {
  const limit = Math.min(options.limit ?? MOST_AT_ONCE, MOST_AT_ONCE);
  return withValidationLock(deps.db, async () => {
    const book = await readRuleBook(deps.db, options.rules);
    const setSize = Math.min(options.setSize ?? LARGEST_SET, LARGEST_SET);
    const inMemory = Math.min(options.sortedInMemory ?? SORTED_IN_MEMORY, SORTED_IN_MEMORY);
    const decided = await decideReceived(deps, book, { limit, setSize, inMemory });
    const paidLater = await unlessOvertaken(() => retryShortPurses(deps.db, Math.min(limit, LARGEST_SET)));
    const today = cityDate(new Date());
    const graysResolved =
      decided < limit ? await unlessOvertaken(() => lookAtGraysAgain(deps.db, book, today, LARGEST_SET)) : 0;
    if (decided + paidLater + graysResolved > 0) {
      deps.logger?.info({ decided, paidLater, graysResolved }, 'purchase records validated');
    }
    return { decided, paidLater, graysResolved };
  });
}

interface Sizes {
  readonly limit: number;
  readonly setSize: number;
  readonly inMemory: number;
}

async function decideReceived(deps: ValidationDeps, book: RuleBook, sizes: Sizes): Promise<number> {
  const { limit } = sizes;
  let decided = 0;
  await unlessOvertaken(async () => {
    while (decided < limit) {
      const before = decided;
      for await (const records of decideSets(deps, book, { ...sizes, limit: limit - decided })) decided += records;
      if (decided === before) return;
    }
  });
  return decided;
}

/**
 * Decides sets of the pass under way, or of a new one, one behind the other, and tells how many records each had. While a set is
 * written, the one behind it claims its keys, and the one behind that is read and its TACs are asked for.
 */
async function* decideSets(
  { db, hsm }: ValidationDeps,
  book: RuleBook,
  { limit, setSize, inMemory }: Sizes,
): AsyncGenerator<number> {
  const found = await Pass.next(db, Math.min(setSize, limit), inMemory);
  if (found === undefined) return;
  const { pass } = found;
  let next = found.decided;
  const last = found.decided + limit;
  const assignments: KnownAssignments = new Map();
  const readNext = async (): Promise<PreparedSet> => {
    const set = await pass.set(next, Math.min(setSize, last - next));
    next = set.to;
    return prepareSet(db, hsm, book, set, assignments);
  };
  const prepareNext = () => heard(readNext());
  let prepared = prepareNext();
  let front: Promise<number> = Promise.resolve(0);
  try {
    for (let set = await prepared; set.examinees.length > 0; set = await prepared) {
      prepared = prepareNext();
      const { length } = set.examinees;
      const inFront = front;
      const claimed = new Promise<void>((onClaimed) => {
        front = heard(decideSet(db, pass, set, { inFront, onClaimed }).then(() => length));
      });
      await Promise.race([claimed, front]);
      yield await inFront;
    }
    yield await front;
  } finally {
    // Nothing goes on behind the caller's back; what went wrong first has been told.
    await Promise.allSettled([front, prepared]);
  }
}

/** A promise whose failure somebody will look at later. */
function heard<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
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
