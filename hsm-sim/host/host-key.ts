import { randomBytes } from 'node:crypto';
import { encipherBlocks, type BlockCipher } from '../cipher/block-cipher.ts';
import { isRefusedKey, withOddParity } from '../keys/key-strength.ts';
import { cmac } from '../keys/tr31-cmac.ts';
import { aesCipher, desCipher } from '../keys/tr31-ciphers.ts';
import type { OptionalBlock } from '../keys/tr31-header.ts';

/** D: single DES, T: triple DES of 16 or 24 bytes, A: AES; the letters of the key block header. */
export type HostAlgorithm = 'D' | 'T' | 'A';

/** What a key may do, and may be made of, as its key block says it. */
export interface HostAttributes {
  readonly usage: string;
  readonly mode: string;
  readonly keyVersion: string;
  readonly exportability: 'E' | 'N' | 'S';
  readonly optional: readonly OptionalBlock[];
}

/** A key in clear, inside the HSM only. */
export interface HostKey {
  readonly bytes: Buffer;
  readonly algorithm: HostAlgorithm;
  /** Absent for a key under the variant LMK: its type is all that is known of it. */
  readonly attributes?: HostAttributes;
}

const ciphers = new WeakMap<HostKey, BlockCipher>();

/** The cipher of a key, scheduled once for as long as the key object lives. */
export function hostCipher(key: HostKey): BlockCipher {
  const known = ciphers.get(key);
  if (known) return known;
  const cipher = key.algorithm === 'A' ? aesCipher(key.bytes) : desCipher(key.bytes);
  ciphers.set(key, cipher);
  return cipher;
}

/** DES: E(key, zeros); AES: CMAC of a block of zeros. `digits` hexadecimal characters of it. */
export function hostCheckValue(key: HostKey, digits: 6 | 16): string {
  const cipher = hostCipher(key);
  const zeros = Buffer.alloc(cipher.blockLength);
  const check = key.algorithm === 'A' ? cmac(cipher, zeros) : encipherBlocks(cipher, zeros);
  return check.toString('hex', 0, digits / 2).toUpperCase();
}

export function hasOddParity(key: Buffer): boolean {
  return withOddParity(key).equals(key);
}

/** Parts that are not weak whatever stands beside them, to judge a single part with. */
const PLAIN_PARTS = ['0123456789ABCDEF', 'FEDCBA9876543210'].map((part) => Buffer.from(part, 'hex'));

/** Whether a DES key has a weak part or two equal parts (parity bits apart). An AES key is judged by its halves alone. */
export function isWeakKey({ algorithm, bytes }: HostKey): boolean {
  if (algorithm === 'A') return bytes.subarray(0, bytes.length / 2).equals(bytes.subarray(bytes.length / 2));
  if (bytes.length === 16) return isRefusedKey(bytes);
  if (bytes.length === 8) return PLAIN_PARTS.every((other) => isRefusedKey(Buffer.concat([bytes, other])));
  const [first, second, third] = [0, 8, 16].map((at) => bytes.subarray(at, at + 8)) as [Buffer, Buffer, Buffer];
  return [
    [first, second],
    [second, third],
    [first, third],
  ].some((pair) => isRefusedKey(Buffer.concat(pair)));
}

/** A new random key, DES parity odd. */
export function newHostKey(algorithm: HostAlgorithm, length: number): Buffer {
  for (;;) {
    const bytes = algorithm === 'A' ? randomBytes(length) : withOddParity(randomBytes(length));
    if (!isWeakKey({ algorithm, bytes })) return bytes;
  }
}

/** Version 'c1' to 'c9' marks a component, which is no key: it can only be combined. */
export function isComponent(keyVersion: string): boolean {
  return /^c[1-9]$/.test(keyVersion);
}
