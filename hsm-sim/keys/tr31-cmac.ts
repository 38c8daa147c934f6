import type { BlockCipher } from '../cipher/block-cipher.ts';

/** Reduction of the doubling in GF(2^64) and GF(2^128). */
const REDUCTION = { 8: 0x1b, 16: 0x87 } as const;

/**
 * CMAC (NIST SP 800-38B) over any block cipher, one whole block long.
 * @param state chaining value of blocks that went before; zeros at the beginning
 */
export function cmac(cipher: BlockCipher, data: Uint8Array, state?: Uint8Array): Buffer {
  const size = cipher.blockLength;
  const whole = data.length > 0 && data.length % size === 0;
  const padded = Buffer.alloc(Math.max(1, Math.ceil(data.length / size)) * size);
  padded.set(data);
  if (!whole) padded[data.length] = 0x80;
  const mask = subkey(cipher, whole);
  const chained = state ? Buffer.from(state) : Buffer.alloc(size);
  for (let at = 0; at < padded.length; at += size) {
    const last = at + size === padded.length;
    for (let i = 0; i < size; i++) {
      const block = (padded[at + i] as number) ^ (last ? (mask[i] as number) : 0);
      chained[i] = (chained[i] as number) ^ block;
    }
    cipher.encipher(chained, 0, chained, 0);
  }
  return chained;
}

/** K1 for a message of whole blocks, K2 for one that was padded. */
function subkey(cipher: BlockCipher, whole: boolean): Buffer {
  const zeros = Buffer.alloc(cipher.blockLength);
  cipher.encipher(zeros, 0, zeros, 0);
  const first = double(zeros, REDUCTION[cipher.blockLength]);
  return whole ? first : double(first, REDUCTION[cipher.blockLength]);
}

function double(block: Buffer, reduction: number): Buffer {
  const doubled = Buffer.alloc(block.length);
  for (let i = 0; i < block.length; i++) doubled[i] = ((block[i] as number) << 1) | ((block[i + 1] ?? 0) >>> 7);
  const end = block.length - 1;
  if ((block[0] as number) >= 0x80) doubled[end] = (doubled[end] as number) ^ reduction;
  return doubled;
}
