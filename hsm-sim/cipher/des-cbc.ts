import { permuteIn, permuteOut, sixteenRounds } from './des.ts';
import { wordAt } from './triple-des.ts';
import { viewOf } from './word-view.ts';

const data = new Int32Array(2);
/** Up to here making a view of the bytes costs more than reading them a word at a time gains. */
const SHORT_BYTES = 64;

/**
 * CBC over the whole blocks in `length` bytes from `at` on; `chain` holds the IV before and the last block after. What
 * is left of the bytes is the caller's.
 *
 * The chain stays permuted from one block to the next: the final permutation of a block and the initial one of the next
 * cancel out, and the data can be permuted while the block before it is still under way.
 */
export function desCbc(schedule: Int32Array, chain: Int32Array, bytes: Uint8Array, at: number, length: number): void {
  permuteIn(chain);
  wholeBlocks(schedule, chain, bytes, at, at + (length & ~7));
  permuteOut(chain);
}

/** As `desCbc`, with the padding 80 00… behind the bytes, which is a block of its own where they are whole blocks. */
export function desCbcPadded(
  schedule: Int32Array,
  chain: Int32Array,
  bytes: Uint8Array,
  at: number,
  length: number,
): void {
  const whole = at + (length & ~7);
  const rest = length & 7;
  let left = 0;
  let right = 0;
  for (let i = 0; i <= rest; i++) {
    const byte = i < rest ? (bytes[whole + i] as number) : 0x80;
    if (i < 4) left |= byte << (24 - 8 * i);
    else right |= byte << (56 - 8 * i);
  }
  permuteIn(chain);
  wholeBlocks(schedule, chain, bytes, at, whole);
  nextBlock(schedule, chain, left, right);
  permuteOut(chain);
}

function wholeBlocks(schedule: Int32Array, chain: Int32Array, bytes: Uint8Array, at: number, end: number): void {
  if (end - at <= SHORT_BYTES) {
    for (let from = at; from < end; from += 8) nextBlock(schedule, chain, wordAt(bytes, from), wordAt(bytes, from + 4));
    return;
  }
  const view = viewOf(bytes);
  for (let from = at; from < end; from += 8) nextBlock(schedule, chain, view.getInt32(from), view.getInt32(from + 4));
}

/** A block into a chain that is permuted already and stays so. */
function nextBlock(schedule: Int32Array, chain: Int32Array, left: number, right: number): void {
  data[0] = left;
  data[1] = right;
  permuteIn(data);
  chain[0] = (chain[0] as number) ^ data[0];
  chain[1] = (chain[1] as number) ^ data[1];
  sixteenRounds(schedule, chain, false);
}
