import { type Fen, fen } from '@citycard/common';
import type { Obligation, Party } from './positions.ts';

/**
 * How a party's obligations are brought together: all of them into one position against the clearing house, pair by pair
 * with each counterparty, or not at all.
 */
export type NettingMethod = 'multilateral' | 'bilateral' | 'gross';

/** Who stands between those netted multilaterally. */
export const CLEARING_HOUSE: Party = 'clearing-house';

const STRICTNESS: Readonly<Record<NettingMethod, number>> = { multilateral: 0, bilateral: 1, gross: 2 };

/**
 * What has to be settled after netting. Between two parties the stricter method of the two counts. Whatever the methods,
 * every party receives and gives on balance what it did before, and never more is given than before.
 */
export function settlementsOf(
  obligations: readonly Obligation[],
  methodOf: (party: Party) => NettingMethod,
): Obligation[] {
  const sums = new Map<string, { from: Party; to: Party; amount: bigint }>();
  const positions = new Map<Party, bigint>();
  const add = (from: Party, to: Party, amount: bigint) => {
    const key = `${from}\n${to}`;
    const sum = sums.get(key) ?? { from, to, amount: 0n };
    sums.set(key, { ...sum, amount: sum.amount + amount });
  };
  for (const { from, to, amountFen } of obligations) {
    const method = stricter(methodOf(from), methodOf(to));
    if (method === 'gross') add(from, to, amountFen);
    else if (method === 'bilateral') {
      // Both directions of a pair fall on one key, with signs.
      if (from < to) add(from, to, amountFen);
      else add(to, from, -amountFen);
    } else {
      positions.set(from, (positions.get(from) ?? 0n) - amountFen);
      positions.set(to, (positions.get(to) ?? 0n) + amountFen);
    }
  }
  for (const [party, net] of positions) add(CLEARING_HOUSE, party, net);
  return [...sums.values()]
    .filter(({ amount }) => amount !== 0n)
    .map(({ from, to, amount }): Obligation =>
      amount > 0n ? { from, to, amountFen: fen(amount) } : { from: to, to: from, amountFen: fen(-amount) },
    )
    .sort((a, b) => (`${a.from}\n${a.to}` < `${b.from}\n${b.to}` ? -1 : 1));
}

/** The method that counts between two parties of different ones. */
export const stricter = (a: NettingMethod, b: NettingMethod): NettingMethod => (STRICTNESS[a] >= STRICTNESS[b] ? a : b);

/** What each party receives less what it gives; the clearing house gives what it receives. */
export function netByParty(settlements: readonly Obligation[]): Map<Party, Fen> {
  const net = new Map<Party, bigint>();
  for (const { from, to, amountFen } of settlements) {
    net.set(from, (net.get(from) ?? 0n) - amountFen);
    net.set(to, (net.get(to) ?? 0n) + amountFen);
  }
  return new Map([...net].map(([party, amount]) => [party, fen(amount)]));
}

/** What has to be given in all; the clearing house only passes on what it was given. */
export const givenFen = (settlements: readonly Obligation[]): Fen =>
  fen(settlements.reduce((sum, { from, amountFen }) => (from === CLEARING_HOUSE ? sum : sum + amountFen), 0n));
