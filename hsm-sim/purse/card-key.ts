import { encipherBlocks, type BlockCipher } from '../cipher/block-cipher.ts';
import { Sm4 } from '../cipher/sm4.ts';
import { TripleDes } from '../cipher/triple-des.ts';
import type { CardAlgorithm } from '../keys/key-algorithm.ts';
import { padBlocks } from '../mac/padding.ts';

/** Length of a derivation factor in bytes. */
export const FACTOR_LENGTH = 8;

/** The cipher of a 16-byte key of either algorithm. */
export function cipherFor(algorithm: CardAlgorithm, key: Uint8Array): BlockCipher {
  return algorithm === '3des' ? new TripleDes(key) : new Sm4(key);
}

/**
 * One level of diversification (domain.md A.6, A.13): E(K, f) ‖ E(K, ~f) under 3DES, SM4(K, f ‖ ~f) under SM4.
 * Both are the ECB encipherment of the same 16 bytes.
 */
export function deriveLevel(cipher: BlockCipher, factor: Uint8Array): Buffer {
  const input = Buffer.alloc(16);
  factor.forEach((byte, index) => {
    input[index] = byte;
    input[index + FACTOR_LENGTH] = ~byte;
  });
  return encipherBlocks(cipher, input);
}

/** Secure-messaging encipherment: length 1 ‖ data, padding 80 00… only when not aligned, ECB (domain.md A.5). */
export function secureMessagingCryptogram(algorithm: CardAlgorithm, key: Uint8Array, data: Uint8Array): Buffer {
  const cipher = cipherFor(algorithm, key);
  const content = Buffer.concat([Buffer.from([data.length]), data]);
  const aligned = content.length % cipher.blockLength === 0;
  return encipherBlocks(cipher, aligned ? content : padBlocks(content, 2, cipher.blockLength));
}

/** Answer to GET CHALLENGE: the challenge, padded with zeros to a block, enciphered; left 8 bytes. */
export function authenticationCryptogram(algorithm: CardAlgorithm, key: Uint8Array, challenge: Uint8Array): Buffer {
  const cipher = cipherFor(algorithm, key);
  const block = Buffer.alloc(cipher.blockLength);
  block.set(challenge);
  return encipherBlocks(cipher, block).subarray(0, 8);
}
