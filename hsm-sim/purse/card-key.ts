import { encipherBlocks, type BlockCipher } from '../cipher/block-cipher.ts';
import { Sm4 } from '../cipher/sm4.ts';
import { SingleDes, TripleDes } from '../cipher/triple-des.ts';
import type { CardAlgorithm } from '../keys/key-algorithm.ts';
import { retailMac, cbcMac, transactionMac } from '../mac/cbc-mac.ts';
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

/**
 * The cipher of a purse session (domain.md A.4): single DES under the 8-byte result of 3DES over `input`, or SM4
 * under the 16-byte result over `input` padded with 80 00….
 * @param input 8 bytes: card random 4 ‖ counter 2 ‖ 80 00 for a load, low 2 bytes of the terminal number for a purchase
 */
export function sessionCipher(algorithm: CardAlgorithm, key: Uint8Array, input: Uint8Array): BlockCipher {
  const cipher = cipherFor(algorithm, key);
  return algorithm === '3des'
    ? new SingleDes(encipherBlocks(cipher, input))
    : new Sm4(encipherBlocks(cipher, padBlocks(input, 2, 16)));
}

/** The cipher of the TAC: single DES under left ⊕ right half of the DTK, or SM4 under the whole of it. */
export function tacCipher(algorithm: CardAlgorithm, key: Uint8Array): BlockCipher {
  if (algorithm === 'sm4') return new Sm4(key);
  const folded = Buffer.alloc(8);
  for (let i = 0; i < 8; i++) folded[i] = (key[i] as number) ^ (key[i + 8] as number);
  return new SingleDes(folded);
}

/** Secure-messaging MAC, 4 bytes, IV = challenge padded with zeros (domain.md A.5). */
export function secureMessagingMac(
  algorithm: CardAlgorithm,
  key: Uint8Array,
  challenge: Uint8Array,
  data: Uint8Array,
): Buffer {
  const mac = algorithm === '3des' ? retailMac(key, data, 2, challenge) : cbcMac(new Sm4(key), data, 2, challenge);
  return mac.subarray(0, 4);
}

/** Secure-messaging encipherment: length 1 ‖ data, padding 80 00… only when not aligned, ECB (domain.md A.5). */
export function secureMessagingCryptogram(algorithm: CardAlgorithm, key: Uint8Array, data: Uint8Array): Buffer {
  const cipher = cipherFor(algorithm, key);
  const content = Buffer.concat([Buffer.from([data.length]), data]);
  const aligned = content.length % cipher.blockLength === 0;
  return encipherBlocks(cipher, aligned ? content : padBlocks(content, 2, cipher.blockLength));
}

/** MAC of RELOAD PIN, 4 bytes: over the PIN under the halves of the key folded as for a TAC (domain.md A.1). */
export function pinReloadMac(algorithm: CardAlgorithm, key: Uint8Array, pin: Uint8Array): Buffer {
  return transactionMac(tacCipher(algorithm, key), pin);
}

/** Answer to GET CHALLENGE: the challenge, padded with zeros to a block, enciphered; left 8 bytes. */
export function authenticationCryptogram(algorithm: CardAlgorithm, key: Uint8Array, challenge: Uint8Array): Buffer {
  const cipher = cipherFor(algorithm, key);
  const block = Buffer.alloc(cipher.blockLength);
  block.set(challenge);
  return encipherBlocks(cipher, block).subarray(0, 8);
}
