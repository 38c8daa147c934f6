import { createCipheriv } from 'node:crypto';

/**
 * Purse cryptography written a second time over OpenSSL, one cipher object per operation and nothing shared with the
 * kernels (domain.md A.4–A.6, A.13): what they must equal.
 */
export type Algorithm = '3des' | 'sm4';

const ecb = (algorithm: Algorithm, key: Buffer, data: Buffer): Buffer =>
  createCipheriv(algorithm === '3des' ? 'des-ede-ecb' : 'sm4-ecb', key, null)
    .setAutoPadding(false)
    .update(data);

/** Last block of CBC; an 8-byte key is single DES, which triple DES with equal halves is. */
function lastBlock(key: Buffer, data: Buffer, iv: Buffer, algorithm: Algorithm): Buffer {
  const name = algorithm === 'sm4' ? 'sm4-cbc' : 'des-ede-cbc';
  const whole = algorithm === 'sm4' ? key : Buffer.concat([key, key]);
  const size = iv.length;
  return createCipheriv(name, whole, iv).setAutoPadding(false).update(data).subarray(-size);
}

function padded(algorithm: Algorithm, data: Buffer, always = true): Buffer {
  const size = algorithm === '3des' ? 8 : 16;
  if (!always && data.length % size === 0) return data;
  const zeros = size - 1 - (data.length % size);
  return Buffer.concat([data, Buffer.from([0x80]), Buffer.alloc(zeros)]);
}

export function derive(algorithm: Algorithm, root: Buffer, ...factors: Buffer[]): Buffer {
  return factors.reduce(
    (key, factor) => ecb(algorithm, key, Buffer.concat([factor, Buffer.from(factor.map((byte) => byte ^ 255))])),
    root,
  );
}

export function mac4(algorithm: Algorithm, key: Buffer, data: Buffer): Buffer {
  const iv = Buffer.alloc(algorithm === '3des' ? 8 : 16);
  return lastBlock(key, padded(algorithm, data), iv, algorithm).subarray(0, 4);
}

/** @param suffix 80 00 for loads and unloads, low half of the transaction number for purchases */
export function session(algorithm: Algorithm, key: Buffer, randomAndCounter: Buffer, suffix: Buffer): Buffer {
  const input = Buffer.concat([randomAndCounter, suffix]);
  return ecb(algorithm, key, algorithm === '3des' ? input : padded('sm4', input));
}

/** The key of TACs and PIN reloads. */
export function folded(algorithm: Algorithm, key: Buffer): Buffer {
  if (algorithm === 'sm4') return key;
  return Buffer.from(key.subarray(0, 8).map((byte, index) => byte ^ (key[index + 8] ?? 0)));
}

export function messagingMac(algorithm: Algorithm, key: Buffer, challenge: Buffer, data: Buffer): Buffer {
  const iv = Buffer.alloc(algorithm === '3des' ? 8 : 16);
  challenge.copy(iv);
  if (algorithm === 'sm4') return lastBlock(key, padded('sm4', data), iv, 'sm4').subarray(0, 4);
  const left = key.subarray(0, 8);
  const input = padded('3des', data);
  // CBC with the left half, the last block with the whole key: E(D(E(x))) of two-key triple DES.
  const chained = input.length > 8 ? lastBlock(left, input.subarray(0, -8), iv, '3des') : iv;
  const last = Buffer.from(input.subarray(-8).map((byte, index) => byte ^ (chained[index] ?? 0)));
  return ecb('3des', key, last).subarray(0, 4);
}

export function messagingCryptogram(algorithm: Algorithm, key: Buffer, data: Buffer): Buffer {
  return ecb(algorithm, key, padded(algorithm, Buffer.concat([Buffer.from([data.length]), data]), false));
}

export function answerToChallenge(algorithm: Algorithm, key: Buffer, challenge: Buffer): Buffer {
  const block = Buffer.alloc(algorithm === '3des' ? 8 : 16);
  challenge.copy(block);
  return ecb(algorithm, key, block).subarray(0, 8);
}

export { ecb };
