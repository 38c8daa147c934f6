import type { BlockCipher } from './block-cipher.ts';
import { DES_SCHEDULE_WORDS, desBlock, scheduleDes, tripleDesBlock } from './des.ts';

const block = new Int32Array(2);

/** The big-endian word at `at`. */
export function wordAt(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  );
}

export function putWord(word: number, bytes: Uint8Array, at: number): void {
  bytes[at] = word >>> 24;
  bytes[at + 1] = word >>> 16;
  bytes[at + 2] = word >>> 8;
  bytes[at + 3] = word;
}

/** Single DES with an 8-byte key; parity bits are ignored. */
export class SingleDes implements BlockCipher {
  readonly blockLength = 8;
  readonly schedule = new Int32Array(DES_SCHEDULE_WORDS);

  constructor(key: Uint8Array) {
    if (key.length !== 8) throw new RangeError('a DES key has 8 bytes');
    scheduleDes(wordAt(key, 0), wordAt(key, 4), this.schedule);
  }

  encipher(input: Uint8Array, at: number, output: Uint8Array, to: number): void {
    this.#run(input, at, output, to, false);
  }

  decipher(input: Uint8Array, at: number, output: Uint8Array, to: number): void {
    this.#run(input, at, output, to, true);
  }

  #run(input: Uint8Array, at: number, output: Uint8Array, to: number, decipher: boolean): void {
    block[0] = wordAt(input, at);
    block[1] = wordAt(input, at + 4);
    desBlock(this.schedule, block, decipher);
    putWord(block[0], output, to);
    putWord(block[1], output, to + 4);
  }
}

/** Two-key triple DES, 16-byte key; parity bits are ignored. */
export class TripleDes implements BlockCipher {
  readonly blockLength = 8;
  readonly first = new Int32Array(DES_SCHEDULE_WORDS);
  readonly second = new Int32Array(DES_SCHEDULE_WORDS);

  constructor(key: Uint8Array) {
    if (key.length !== 16) throw new RangeError('a two-key triple DES key has 16 bytes');
    scheduleDes(wordAt(key, 0), wordAt(key, 4), this.first);
    scheduleDes(wordAt(key, 8), wordAt(key, 12), this.second);
  }

  encipher(input: Uint8Array, at: number, output: Uint8Array, to: number): void {
    this.#run(input, at, output, to, false);
  }

  decipher(input: Uint8Array, at: number, output: Uint8Array, to: number): void {
    this.#run(input, at, output, to, true);
  }

  #run(input: Uint8Array, at: number, output: Uint8Array, to: number, decipher: boolean): void {
    block[0] = wordAt(input, at);
    block[1] = wordAt(input, at + 4);
    tripleDesBlock(this.first, this.second, block, decipher);
    putWord(block[0], output, to);
    putWord(block[1], output, to + 4);
  }
}
