import { createCipheriv, createDecipheriv } from 'node:crypto';

/** The two algorithm families a card product may use; the profile decides, never a byte the card sends. */
export type CardAlgorithm = '3des' | 'sm4';

/** Block size in bytes. */
export function blockSize(algorithm: CardAlgorithm): number {
  return algorithm === '3des' ? 8 : 16;
}

/** A single-length DES key is a two-key 3DES key with equal halves; the crypto library offers only the latter. */
function doubled(key: Buffer): Buffer {
  return key.length === 8 ? Buffer.concat([key, key]) : key;
}

/** ECB without padding. A 3DES key has 16 bytes, or 8 for single DES; an SM4 key 16. `data` is a whole number of blocks. */
export function encryptEcb(algorithm: CardAlgorithm, key: Buffer, data: Buffer): Buffer {
  const cipher = createCipheriv(algorithm === '3des' ? 'des-ede-ecb' : 'sm4-ecb', doubled(key), null);
  cipher.setAutoPadding(false);
  return Buffer.concat([cipher.update(data), cipher.final()]);
}

/** Inverse of {@link encryptEcb}. */
export function decryptEcb(algorithm: CardAlgorithm, key: Buffer, data: Buffer): Buffer {
  const decipher = createDecipheriv(algorithm === '3des' ? 'des-ede-ecb' : 'sm4-ecb', doubled(key), null);
  decipher.setAutoPadding(false);
  return Buffer.concat([decipher.update(data), decipher.final()]);
}

/** The last cipher block of CBC: the core of every CBC-MAC here. `data` is a whole number of blocks. */
export function lastCbcBlock(algorithm: CardAlgorithm, key: Buffer, iv: Buffer, data: Buffer): Buffer {
  const cipher = createCipheriv(algorithm === '3des' ? 'des-ede-cbc' : 'sm4-cbc', doubled(key), iv);
  cipher.setAutoPadding(false);
  const encrypted = Buffer.concat([cipher.update(data), cipher.final()]);
  return encrypted.subarray(encrypted.length - blockSize(algorithm));
}

/** ISO 9797-1 padding method 2: 80, then zeros to the block border; a full block when already aligned. */
export function padWithMarker(data: Buffer, size: number): Buffer {
  const padded = Buffer.alloc((Math.floor(data.length / size) + 1) * size);
  data.copy(padded);
  padded[data.length] = 0x80;
  return padded;
}

/** Padding method 1: zeros to the block border, nothing when already aligned. */
export function padWithZeros(data: Buffer, size: number): Buffer {
  const padded = Buffer.alloc(Math.ceil(data.length / size) * size);
  data.copy(padded);
  return padded;
}

/** ISO 9797-1 algorithm 3: single DES CBC with the left half, then D(right), E(left) on the last block. `data` is padded. */
export function retailMac(key: Buffer, iv: Buffer, data: Buffer): Buffer {
  const left = key.subarray(0, 8);
  const chained = lastCbcBlock('3des', left, iv, data);
  return encryptEcb('3des', left, decryptEcb('3des', key.subarray(8, 16), chained));
}

/** Key check value: the first 4 bytes of a zero block encrypted under the key (3DES). */
export function keyCheckValue(key: Buffer): Buffer {
  return encryptEcb('3des', key, Buffer.alloc(8)).subarray(0, 4);
}
