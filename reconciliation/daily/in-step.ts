import type { BusinessDate, Transaction } from '@citycard/common';
import {
  type CounterpartKind,
  type EndedKey,
  endDifferences,
  type FoundDifference,
  openDifferences,
} from '../differences/index.ts';

/** Which differences one look is about: all it would find are among them, so that those it no longer finds have ended. */
export interface LookScope {
  readonly counterpartKinds: readonly CounterpartKind[];
  /** What subject keys begin with (`sam `, `payment `). */
  readonly subject: string;
  /** Only differences of this counterpart, day or kind; all when left out. */
  readonly counterpart?: string;
  readonly businessDay?: BusinessDate;
  readonly kind?: string;
}

export interface LookResult {
  readonly found: number;
  /** New, or found with other amounts. */
  readonly opened: number;
  readonly ended: number;
}

const keyOf = (row: Required<EndedKey>): string =>
  JSON.stringify([row.counterpartKind, row.counterpart, row.businessDay, row.subjectKey, row.kind]);

/**
 * Puts down what a look found and ends what it no longer finds, as settled by the missing side that came. Looking twice changes
 * nothing.
 *
 * @param reason what is said of those that ended, for people
 */
export async function keepInStep(
  tx: Transaction,
  scope: LookScope,
  found: readonly FoundDifference[],
  reason: string,
): Promise<LookResult> {
  const outcomes = await openDifferences(tx, found);
  const seen = new Set(found.map(keyOf));
  const gone = (await openOf(tx, scope)).filter((key) => !seen.has(keyOf(key)));
  const ended = await endDifferences(tx, gone, { by: 'match', reason });
  const opened = outcomes.filter(({ outcome }) => outcome === 'opened' || outcome === 'changed').length;
  return { found: found.length, opened, ended: ended.length };
}

/** Open differences a look is about. */
export async function openOf(tx: Transaction, scope: LookScope): Promise<Required<EndedKey>[]> {
  const { rows } = await tx.query<{
    counterpart_kind: CounterpartKind;
    counterpart: string;
    business_day: BusinessDate;
    subject_key: string;
    kind: string;
  }>(
    `select counterpart_kind, counterpart, business_day, subject_key, kind from reconciliation.difference
      where state = 'open' and counterpart_kind = any($1) and starts_with(subject_key, $2)
        and ($3::text is null or counterpart = $3) and ($4::date is null or business_day = $4) and ($5::text is null or kind = $5)`,
    [scope.counterpartKinds, scope.subject, scope.counterpart ?? null, scope.businessDay ?? null, scope.kind ?? null],
  );
  return rows.map((row) => ({
    counterpartKind: row.counterpart_kind,
    counterpart: row.counterpart,
    businessDay: row.business_day,
    subjectKey: row.subject_key,
    kind: row.kind,
  }));
}

/** The sum of several looks. */
export function together(...results: readonly LookResult[]): LookResult {
  const sum = (of: (result: LookResult) => number) => results.reduce((total, each) => total + of(each), 0);
  return { found: sum((r) => r.found), opened: sum((r) => r.opened), ended: sum((r) => r.ended) };
}
