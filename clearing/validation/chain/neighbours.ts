/** A purchase with its place in the card's chain. */
export interface Link {
  readonly counter: number;
  readonly balanceBeforeFen: bigint;
  readonly amountFen: bigint;
  readonly tappedAt: Date;
}

/** A load that may lie between two purchases. */
export interface LoadBetween {
  readonly amountFen: bigint;
  readonly openedAt: Date;
  /** Posted: the card has it. Otherwise nobody has proof, so it may or may not be on the card. */
  readonly posted: boolean;
}

/** Clocks of terminals and of the host differ by so much (domain.md B.5: loads between two taps). */
export const CLOCKS_DIFFER_MS = 10 * 60_000;

export type BreakKind = 'balance' | 'amount' | 'time';

/** More loads without proof than this between two purchases are not tried in all their combinations. */
const MOST_UNPROVED = 8;

/**
 * What does not fit between two purchases of a card. Balances are compared only where nothing is missing between them; a load
 * counts when the balances need it, except where both clocks, right to within the tolerance, put it between the two.
 *
 * @param loads in the order of the card's online counter
 */
export function breaksBetween(
  before: Link,
  after: Link,
  loads: readonly LoadBetween[],
  toleranceMs: number,
): BreakKind[] {
  const kinds: BreakKind[] = [];
  const difference = after.balanceBeforeFen - (before.balanceBeforeFen - before.amountFen);
  if (after.counter === before.counter + 1 && !loadsExplain(difference, before, after, loads, toleranceMs))
    kinds.push('balance');
  if (after.tappedAt.getTime() < before.tappedAt.getTime() - toleranceMs) kinds.push('time');
  return kinds;
}

/** A purse is never overdrawn, so a balance below the amount is no balance of that purchase. */
export function breaksAlone({ balanceBeforeFen, amountFen }: Link): BreakKind[] {
  return balanceBeforeFen < amountFen ? ['amount'] : [];
}

/**
 * What the missing purchases between two known ones cost, loads counted in: those the clocks put between the two, unless the card
 * would then have more than it can have; then those that leave the least cost. Undefined when no balances tell it.
 *
 * @param loads in the order of the card's online counter
 */
export function spentBetween(
  before: Link,
  after: Link,
  loads: readonly LoadBetween[],
  toleranceMs: number,
): bigint | undefined {
  const posted = loads.filter((load) => load.posted);
  const less = before.balanceBeforeFen - before.amountFen - after.balanceBeforeFen;
  const byClocks = posted
    .filter(({ openedAt }) => openedAt > before.tappedAt && openedAt <= after.tappedAt)
    .reduce((sum, { amountFen }) => sum + amountFen, less);
  if (byClocks >= 0n) return byClocks;
  const possible = runsBetween(before, after, posted, toleranceMs)
    .map((loaded) => less + loaded)
    .filter((spent) => spent >= 0n);
  return possible.length === 0 ? undefined : possible.reduce((least, spent) => (spent < least ? spent : least));
}

/** What posted loads may have added between two purchases: the card takes them one after the other, so those between follow one another. */
function runsBetween(before: Link, after: Link, posted: readonly LoadBetween[], toleranceMs: number): bigint[] {
  const { firstCertain, lastCertain } = certainOf(before, after, posted, toleranceMs);
  const sums: bigint[] = [];
  for (let from = 0; from <= firstCertain; from += 1) {
    let sum = 0n;
    for (let to = from; to <= posted.length; to += 1) {
      if (to > lastCertain) sums.push(sum);
      sum += posted[to]?.amountFen ?? 0n;
    }
  }
  return sums;
}

/** The loads that both clocks, right to within the tolerance, put between the two. */
function certainOf(before: Link, after: Link, posted: readonly LoadBetween[], toleranceMs: number) {
  const surely = (at: Date) =>
    at.getTime() > before.tappedAt.getTime() + toleranceMs && at.getTime() < after.tappedAt.getTime() - toleranceMs;
  const certain = posted.flatMap(({ openedAt }, place) => (surely(openedAt) ? [place] : []));
  return { firstCertain: certain[0] ?? posted.length, lastCertain: certain.at(-1) ?? -1 };
}

function loadsExplain(
  difference: bigint,
  before: Link,
  after: Link,
  loads: readonly LoadBetween[],
  toleranceMs: number,
): boolean {
  if (loads.length === 0) return difference === 0n;
  const posted = loads.filter((load) => load.posted);
  const unproved = sumsOf(loads.filter((load) => !load.posted).slice(0, MOST_UNPROVED));
  return runsBetween(before, after, posted, toleranceMs).some((loaded) => unproved.has(difference - loaded));
}

function sumsOf(loads: readonly LoadBetween[]): Set<bigint> {
  let sums = new Set<bigint>([0n]);
  for (const { amountFen } of loads) sums = new Set([...sums, ...[...sums].map((sum) => sum + amountFen)]);
  return sums;
}
