import type { Movement } from '../day/movements.ts';
import { type NettingMethod, stricter } from './methods.ts';
import { partyOf, type Party } from './positions.ts';

/** What another gave a participant on a day less what it got from it, by the account of ours it moved. */
export interface PairChange {
  readonly mainFen: bigint;
  readonly secondFen: bigint;
}

/** The accounts of a participant with us, and where its unpriced money stands. */
export interface OwnAccounts {
  readonly main: string;
  readonly second?: string;
  readonly pending?: string;
}

/** Whether what is between two is settled by itself: the stricter method of the two is bilateral, and both are settled here. */
export function settledAsPair(own: Party, other: Party, methods: ReadonlyMap<Party, NettingMethod>): boolean {
  const [first, second] = [methods.get(own), methods.get(other)];
  return own !== other && first !== undefined && second !== undefined && stricter(first, second) === 'bilateral';
}

/**
 * What changed between a participant and each counterparty it is settled with by itself. Money on its pending account counts
 * with the day that prices it: `priced` is what moved that account in the days its line covers, empty when it has none.
 */
export function pairsOf(
  own: Party,
  accounts: OwnAccounts,
  { moved, priced }: { readonly moved: readonly Movement[]; readonly priced: readonly Movement[] },
  methods: ReadonlyMap<Party, NettingMethod>,
): Map<Party, PairChange> {
  const pairs = new Map<Party, { mainFen: bigint; secondFen: bigint }>();
  const add = (account: string, column: 'mainFen' | 'secondFen', movements: readonly Movement[]) => {
    for (const { debit, credit, amountFen } of movements) {
      if (debit !== account && credit !== account) continue;
      const other = partyOf(debit === account ? credit : debit);
      if (!settledAsPair(own, other, methods)) continue;
      const change = pairs.get(other) ?? { mainFen: 0n, secondFen: 0n };
      change[column] += credit === account ? amountFen : -amountFen;
      pairs.set(other, change);
    }
  };
  add(accounts.main, 'mainFen', moved);
  if (accounts.second !== undefined) add(accounts.second, 'secondFen', moved);
  if (accounts.pending !== undefined) add(accounts.pending, 'mainFen', priced);
  return pairs;
}
