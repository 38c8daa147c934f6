import type { Fen } from '@citycard/common';

/** What is known of a load request when the card's counter has moved on. */
export interface Candidate {
  readonly balanceBefore: Fen;
  readonly amount: Fen;
}

export type CounterVerdict<T> =
  /** The card was loaded by nothing we know of. */
  | { readonly verdict: 'unknown' }
  | { readonly verdict: 'proved'; readonly load: T }
  /** The balances fit several or none: somebody has to decide. */
  | { readonly verdict: 'undecided'; readonly candidates: readonly T[] };

/**
 * Which load was credited at a counter the card has passed. Exactly one was. The only candidate is it, whatever was
 * thought of it before. Among several the one whose amount fits: the balance only falls between two loads, so what stood
 * on the card next is at most balance before + amount, and equal to it when nothing was bought in between.
 * (terminal-interface.md §3, "Load")
 *
 * @param nextBalance the highest balance the card reported at the next counter, if it reported one
 */
export function judgeCounter<T extends Candidate>(
  candidates: readonly T[],
  nextBalance: Fen | undefined,
): CounterVerdict<T> {
  const [only, ...others] = candidates;
  if (only === undefined) return { verdict: 'unknown' };
  if (others.length === 0) return { verdict: 'proved', load: only };
  if (nextBalance === undefined) return { verdict: 'undecided', candidates };
  const after = (candidate: T): bigint => candidate.balanceBefore + candidate.amount;
  const exact = candidates.filter((candidate) => after(candidate) === nextBalance);
  const possible = candidates.filter((candidate) => after(candidate) >= nextBalance);
  const fitting = exact.length === 1 ? exact : possible;
  const [load] = fitting;
  return load !== undefined && fitting.length === 1
    ? { verdict: 'proved', load }
    : { verdict: 'undecided', candidates };
}
