import { encipherBlocks } from '../cipher/block-cipher.ts';
import { cipherFor } from '../purse/card-key.ts';
import type { CardAlgorithm } from './key-algorithm.ts';

/** E(key, zeros): the check value is its first 3 bytes in listings, its first 4 beside working keys. */
export function checkBlock(algorithm: CardAlgorithm, key: Uint8Array): Buffer {
  const cipher = cipherFor(algorithm, key);
  return encipherBlocks(cipher, Buffer.alloc(cipher.blockLength));
}

/** 6 upper-case hexadecimal characters. */
export function checkValue(algorithm: CardAlgorithm, key: Uint8Array): string {
  return checkBlock(algorithm, key).toString('hex', 0, 3).toUpperCase();
}
