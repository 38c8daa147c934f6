import type { BlockCipher } from './block-cipher.ts';
import { putWord, wordAt } from './triple-des.ts';

/** S-box of GB/T 32907-2016. */
const SUBSTITUTION = Buffer.from(
  'd690e9fecce13db716b614c228fb2c052b679a762abe04c3aa441326498606999c4250f491ef987a33540b43edcfac62' +
    'e4b31ca9c908e89580df94fa758f3fa64707a7fcf37317ba83593c19e6854fa8686b81b27164da8bf8eb0f4b70569d35' +
    '1e240e5e6358d1a225227c3b01217887d40046579fd327524c3602e7a0c4c89eeabf8ad240c738b5a3f7f2cef96115a1' +
    'e0ae5da49b341a55ad933230f58cb1e31df6e22e8266ca60c02923ab0d534e6fd5db3745defd8e2f03ff6a726d6c5b51' +
    '8d1baf92bbddbc7f11d95c411f105ad80ac13188a5cd7bbd2d74d012b8e5b4b08969974a0c96777e65b9f109c56ec684' +
    '18f07dec3adc4d2079ee5f3ed7cb3948',
  'hex',
);

/** System parameter FK. */
const FAMILY_KEY = [0xa3b1bac6, 0x56aa3350, 0x677d9197, 0xb27022dc] as const;

/** S-box followed by the linear transformation L, for the highest byte; the others are rotations of it. */
const table0 = new Int32Array(256);
const table1 = new Int32Array(256);
const table2 = new Int32Array(256);
const table3 = new Int32Array(256);
/** The same with the transformation of the key schedule, L'. */
const keyTable0 = new Int32Array(256);
const keyTable1 = new Int32Array(256);
const keyTable2 = new Int32Array(256);
const keyTable3 = new Int32Array(256);
/** Constants CK of the key schedule: byte j of constant i is (4i + j) · 7 mod 256. */
const constants = new Int32Array(32);
fillTables();

/** Words of one key schedule. */
export const SM4_SCHEDULE_WORDS = 32;

/** Writes the schedule of a key of four big-endian words. */
export function scheduleSm4(key: Int32Array, schedule: Int32Array): void {
  let a = (key[0] as number) ^ FAMILY_KEY[0];
  let b = (key[1] as number) ^ FAMILY_KEY[1];
  let c = (key[2] as number) ^ FAMILY_KEY[2];
  let d = (key[3] as number) ^ FAMILY_KEY[3];
  for (let round = 0; round < SM4_SCHEDULE_WORDS; round += 4) {
    a ^= mixKey(b ^ c ^ d ^ (constants[round] as number));
    b ^= mixKey(c ^ d ^ a ^ (constants[round + 1] as number));
    c ^= mixKey(d ^ a ^ b ^ (constants[round + 2] as number));
    d ^= mixKey(a ^ b ^ c ^ (constants[round + 3] as number));
    schedule[round] = a;
    schedule[round + 1] = b;
    schedule[round + 2] = c;
    schedule[round + 3] = d;
  }
}

/** Enciphers a block of four words in place. */
export function sm4Block(schedule: Int32Array, block: Int32Array): void {
  let a = block[0] as number;
  let b = block[1] as number;
  let c = block[2] as number;
  let d = block[3] as number;
  for (let round = 0; round < SM4_SCHEDULE_WORDS; round += 4) {
    a ^= mixData(b ^ c ^ d ^ (schedule[round] as number));
    b ^= mixData(c ^ d ^ a ^ (schedule[round + 1] as number));
    c ^= mixData(d ^ a ^ b ^ (schedule[round + 2] as number));
    d ^= mixData(a ^ b ^ c ^ (schedule[round + 3] as number));
  }
  block[0] = d;
  block[1] = c;
  block[2] = b;
  block[3] = a;
}

const words = new Int32Array(4);

/** SM4 with a 16-byte key. */
export class Sm4 implements BlockCipher {
  readonly blockLength = 16;
  readonly schedule = new Int32Array(SM4_SCHEDULE_WORDS);
  /** The same words backwards: deciphering is enciphering with them. */
  readonly #backwards: Int32Array;

  constructor(key: Uint8Array) {
    if (key.length !== 16) throw new RangeError('an SM4 key has 16 bytes');
    for (let word = 0; word < 4; word++) words[word] = wordAt(key, 4 * word);
    scheduleSm4(words, this.schedule);
    this.#backwards = this.schedule.toReversed();
  }

  encipher(input: Uint8Array, at: number, output: Uint8Array, to: number): void {
    run(this.schedule, input, at, output, to);
  }

  decipher(input: Uint8Array, at: number, output: Uint8Array, to: number): void {
    run(this.#backwards, input, at, output, to);
  }
}

function run(schedule: Int32Array, input: Uint8Array, at: number, output: Uint8Array, to: number): void {
  for (let word = 0; word < 4; word++) words[word] = wordAt(input, at + 4 * word);
  sm4Block(schedule, words);
  for (let word = 0; word < 4; word++) putWord(words[word] as number, output, to + 4 * word);
}

/** S-box on each byte, then L, by table. */
function mixData(x: number): number {
  return (
    (table0[x >>> 24] as number) ^
    (table1[(x >>> 16) & 255] as number) ^
    (table2[(x >>> 8) & 255] as number) ^
    (table3[x & 255] as number)
  );
}

/** S-box on each byte, then L' = x ⊕ (x <<< 13) ⊕ (x <<< 23), by table. */
function mixKey(x: number): number {
  return (
    (keyTable0[x >>> 24] as number) ^
    (keyTable1[(x >>> 16) & 255] as number) ^
    (keyTable2[(x >>> 8) & 255] as number) ^
    (keyTable3[x & 255] as number)
  );
}

function rotate(word: number, places: number): number {
  return (word << places) | (word >>> (32 - places));
}

function fillTables(): void {
  SUBSTITUTION.forEach((value, index) => {
    const s = value << 24;
    const mixed = s ^ rotate(s, 2) ^ rotate(s, 10) ^ rotate(s, 18) ^ rotate(s, 24);
    table0[index] = mixed;
    table1[index] = rotate(mixed, 24);
    table2[index] = rotate(mixed, 16);
    table3[index] = rotate(mixed, 8);
    const key = s ^ rotate(s, 13) ^ rotate(s, 23);
    keyTable0[index] = key;
    keyTable1[index] = rotate(key, 24);
    keyTable2[index] = rotate(key, 16);
    keyTable3[index] = rotate(key, 8);
  });
  for (let i = 0; i < 32; i++) {
    let word = 0;
    for (let j = 0; j < 4; j++) word = (word << 8) | (((4 * i + j) * 7) & 255);
    constants[i] = word;
  }
}
