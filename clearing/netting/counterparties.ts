import type { Movement } from '../day/movements.ts';
import { type NettingMethod, stricter } from './methods.ts';
import { partyOf, type Party } from './positions.ts';

/** How two that are settled by themselves are: their difference on one sheet of each, or both directions on sheets of their own. */
export type PairMethod = Exclude<NettingMethod, 'multilateral'>;

/** What another gave a participant on a day less what it got from it, by the account of ours it moved. */
export interface PairChange {
  readonly method: PairMethod;
  readonly mainFen: bigint;
  /** Of `mainFen`, what the other gave; the rest is what it got. */
  readonly mainInFen: bigint;
  readonly secondFen: bigint;
  /** Of `mainFen`, the other's share of the participant's fee: below zero, or above where the fee is paid to the participant. */
  readonly feeFen: bigint;
  /** Of `mainFen`, what was given back to the other of what had been sold; at most zero. */
  readonly refundFen: bigint;
}

export const NO_CHANGE = { mainFen: 0n, mainInFen: 0n, secondFen: 0n, feeFen: 0n, refundFen: 0n } as const;

/** What pricing moves from a pending account: what is payable, and the shares of the fee. */
const PRICING_PURPOSE = 'price';

/** The accounts of a participant with us, and where its unpriced money stands. */
export interface OwnAccounts {
  readonly main: string;
  readonly second?: string;
  readonly pending?: string;
}

/** How what is between two is settled by itself: as the stricter of both says, when both are settled here; undefined when not. */
export function pairMethod(
  own: Party,
  other: Party,
  methods: ReadonlyMap<Party, NettingMethod>,
): PairMethod | undefined {
  const [first, second] = [methods.get(own), methods.get(other)];
  if (own === other || first === undefined || second === undefined) return undefined;
  const method = stricter(first, second);
  return method === 'multilateral' ? undefined : method;
}

/**
 * What changed between a participant and each counterparty it is settled with by itself. Money on its pending account counts
 * with the day that prices it: `priced` is what moved that account in the days its line covers, empty when it has none.
 *
 * A biller's bill money comes from holders, through agents whose prefund it has left already: where nothing is set off it stays
 * on the sheet of its account.
 */
export function pairsOf(
  own: Party,
  accounts: OwnAccounts,
  { moved, priced }: { readonly moved: readonly Movement[]; readonly priced: readonly Movement[] },
  methods: ReadonlyMap<Party, NettingMethod>,
): Map<Party, PairChange> {
  const pairs = new Map<Party, { -readonly [K in keyof PairChange]: PairChange[K] }>();
  const add = (account: string, column: 'mainFen' | 'secondFen', movements: readonly Movement[]) => {
    for (const { debit, credit, amountFen, purpose } of movements) {
      if (debit !== account && credit !== account) continue;
      const other = partyOf(debit === account ? credit : debit);
      const method = pairMethod(own, other, methods);
      if (method === undefined) continue;
      if (method === 'gross' && account.startsWith('biller-payable:')) continue;
      const change = pairs.get(other) ?? { method, ...NO_CHANGE };
      const signed = credit === account ? amountFen : -amountFen;
      change[column] += signed;
      if (column === 'mainFen' && credit === account) change.mainInFen += amountFen;
      if (account === accounts.pending && purpose === PRICING_PURPOSE) change.feeFen += signed;
      else if (account === accounts.pending && debit === account) change.refundFen += signed;
      pairs.set(other, change);
    }
  };
  add(accounts.main, 'mainFen', moved);
  if (accounts.second !== undefined) add(accounts.second, 'secondFen', moved);
  if (accounts.pending !== undefined) add(accounts.pending, 'mainFen', priced);
  return pairs;
}
