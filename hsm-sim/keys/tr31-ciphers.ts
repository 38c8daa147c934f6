import { createCipheriv, createDecipheriv, type Cipher, type Decipher } from 'node:crypto';
import type { BlockCipher } from '../cipher/block-cipher.ts';
import { SingleDes, TripleDes } from '../cipher/triple-des.ts';

/** Three-key triple DES, 24-byte key; parity bits are ignored. */
class ThreeKeyDes implements BlockCipher {
  readonly blockLength = 8;
  readonly #first: SingleDes;
  readonly #second: SingleDes;
  readonly #third: SingleDes;

  constructor(key: Uint8Array) {
    this.#first = new SingleDes(key.subarray(0, 8));
    this.#second = new SingleDes(key.subarray(8, 16));
    this.#third = new SingleDes(key.subarray(16, 24));
  }

  encipher(input: Uint8Array, at: number, output: Uint8Array, to: number): void {
    this.#first.encipher(input, at, output, to);
    this.#second.decipher(output, to, output, to);
    this.#third.encipher(output, to, output, to);
  }

  decipher(input: Uint8Array, at: number, output: Uint8Array, to: number): void {
    this.#third.decipher(input, at, output, to);
    this.#second.encipher(output, to, output, to);
    this.#first.decipher(output, to, output, to);
  }
}

/** AES through OpenSSL; the two cipher objects are made once, at the first block of their direction. */
class Aes implements BlockCipher {
  readonly blockLength = 16;
  readonly #key: Uint8Array;
  #enciphering: Cipher | undefined;
  #deciphering: Decipher | undefined;

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  encipher(input: Uint8Array, at: number, output: Uint8Array, to: number): void {
    this.#enciphering ??= createCipheriv(this.#name(), this.#key, null).setAutoPadding(false);
    output.set(this.#enciphering.update(input.subarray(at, at + 16)), to);
  }

  decipher(input: Uint8Array, at: number, output: Uint8Array, to: number): void {
    this.#deciphering ??= createDecipheriv(this.#name(), this.#key, null).setAutoPadding(false);
    output.set(this.#deciphering.update(input.subarray(at, at + 16)), to);
  }

  #name(): string {
    return `aes-${this.#key.length * 8}-ecb`;
  }
}

/** Single, two-key or three-key DES by the length of the key: 8, 16 or 24 bytes. Throws RangeError for others. */
export function desCipher(key: Uint8Array): BlockCipher {
  if (key.length === 8) return new SingleDes(key);
  if (key.length === 16) return new TripleDes(key);
  if (key.length === 24) return new ThreeKeyDes(key);
  throw new RangeError('a DES key has 8, 16 or 24 bytes');
}

/** AES with a key of 16, 24 or 32 bytes. Throws RangeError for others. */
export function aesCipher(key: Uint8Array): BlockCipher {
  if (![16, 24, 32].includes(key.length)) throw new RangeError('an AES key has 16, 24 or 32 bytes');
  return new Aes(key);
}

/** CBC without padding; throws RangeError when the data are no whole blocks. */
export function encipherChained(cipher: BlockCipher, iv: Uint8Array, data: Uint8Array): Buffer {
  const size = wholeBlocks(cipher, data);
  const output = Buffer.alloc(data.length);
  const state = Buffer.from(iv.subarray(0, size));
  for (let at = 0; at < data.length; at += size) {
    for (let i = 0; i < size; i++) state[i] = (state[i] as number) ^ (data[at + i] as number);
    cipher.encipher(state, 0, state, 0);
    output.set(state, at);
  }
  return output;
}

export function decipherChained(cipher: BlockCipher, iv: Uint8Array, data: Uint8Array): Buffer {
  const size = wholeBlocks(cipher, data);
  const output = Buffer.alloc(data.length);
  for (let at = 0; at < data.length; at += size) {
    cipher.decipher(data, at, output, at);
    for (let i = 0; i < size; i++) {
      const before = at === 0 ? (iv[i] as number) : (data[at - size + i] as number);
      output[at + i] = (output[at + i] as number) ^ before;
    }
  }
  return output;
}

function wholeBlocks(cipher: BlockCipher, data: Uint8Array): number {
  if (data.length % cipher.blockLength !== 0)
    throw new RangeError(`${data.length} bytes are no multiple of ${cipher.blockLength}`);
  return cipher.blockLength;
}
