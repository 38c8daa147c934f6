import { permuteIn, permuteOut, sixteenRounds } from './des.ts';
import { viewOf } from './word-view.ts';

const data = new Int32Array(2);

/**
 * CBC over the whole blocks in `length` bytes from `at` on; `chain` holds the IV before and the last block after. What
 * is left of the bytes is the caller's.
 *
 * The chain stays permuted from one block to the next: the final permutation of a block and the initial one of the next
 * cancel out, and the data can be permuted while the block before it is still under way.
 */
export function desCbc(schedule: Int32Array, chain: Int32Array, bytes: Uint8Array, at: number, length: number): void {
  const end = at + (length & ~7);
  const view = viewOf(bytes);
  permuteIn(chain);
  for (let from = at; from < end; from += 8) {
    data[0] = view.getInt32(from);
    data[1] = view.getInt32(from + 4);
    permuteIn(data);
    chain[0] = (chain[0] as number) ^ data[0];
    chain[1] = (chain[1] as number) ^ data[1];
    sixteenRounds(schedule, chain, false);
  }
  permuteOut(chain);
}
