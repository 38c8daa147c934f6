import { createHmac } from 'node:crypto';
import { encipherBlocks } from '../cipher/block-cipher.ts';
import { cipherFor } from '../purse/card-key.ts';
import { aesCmac } from './aes-cmac.ts';
import { isCardAlgorithm, type CardAlgorithm, type SecretAlgorithm } from './key-algorithm.ts';

/** E(key, zeros): the check value is its first 3 bytes in listings, its first 4 beside working keys. */
export function checkBlock(algorithm: CardAlgorithm, key: Uint8Array): Buffer {
  const cipher = cipherFor(algorithm, key);
  return encipherBlocks(cipher, Buffer.alloc(cipher.blockLength));
}

/** What check values are the beginning of: E(key, zeros), the CMAC of a zero block for AES, HMAC of nothing for HMAC. */
export function fullCheckValue(algorithm: SecretAlgorithm, key: Uint8Array): Buffer {
  if (isCardAlgorithm(algorithm)) return checkBlock(algorithm, key);
  return algorithm === 'aes' ? aesCmac(key, Buffer.alloc(16)) : createHmac('sha256', key).digest();
}

/** 6 upper-case hexadecimal characters. */
export function checkValue(algorithm: SecretAlgorithm, key: Uint8Array): string {
  return fullCheckValue(algorithm, key).toString('hex', 0, 3).toUpperCase();
}
