import { type Fen, fen, negateFen } from './fen.ts';

/**
 * Splits an amount by weight so that the parts add up to the whole, by the largest remainder: everyone gets the whole
 * fen of their share, and the fen left over go one each to the largest remainders (the earlier part when equal).
 * A negative total splits as the mirror of the positive one.
 *
 * @throws RangeError when there is no weight, a weight is negative, or all of them are zero.
 */
export function allocate(total: Fen, weights: readonly bigint[]): Fen[] {
  if (total < 0n) return allocate(negateFen(total), weights).map(negateFen);
  if (weights.some((weight) => weight < 0n)) throw new RangeError('a weight must not be negative');
  const sum = weights.reduce((a, b) => a + b, 0n);
  if (sum === 0n) throw new RangeError('at least one weight must be above zero');

  const shares = weights.map((weight, index) => {
    const scaled = total * weight;
    return { index, whole: scaled / sum, remainder: scaled % sum };
  });
  let left = total - shares.reduce((a, share) => a + share.whole, 0n);
  const byRemainder = [...shares].sort((a, b) =>
    a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1,
  );
  for (const share of byRemainder) {
    if (left === 0n) break;
    share.whole += 1n;
    left -= 1n;
  }
  return shares.map((share) => fen(share.whole));
}
