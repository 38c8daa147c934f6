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
/** Constants CK of the key schedule: byte j of constant i is (4i + j) · 7 mod 256. */
const constants = new Int32Array(32);
fillTables();

/** SM4 with a 16-byte key. */
export class Sm4 implements BlockCipher {
  readonly blockLength = 16;
  readonly #roundKeys = new Int32Array(32);

  constructor(key: Uint8Array) {
    if (key.length !== 16) throw new RangeError('an SM4 key has 16 bytes');
    let a = wordAt(key, 0) ^ FAMILY_KEY[0];
    let b = wordAt(key, 4) ^ FAMILY_KEY[1];
    let c = wordAt(key, 8) ^ FAMILY_KEY[2];
    let d = wordAt(key, 12) ^ FAMILY_KEY[3];
    for (let round = 0; round < 32; round++) {
      const next = a ^ mixKey(b ^ c ^ d ^ (constants[round] as number));
      this.#roundKeys[round] = next;
      a = b;
      b = c;
      c = d;
      d = next;
    }
  }

  encipher(input: Uint8Array, at: number, output: Uint8Array, to: number): void {
    this.#run(input, at, output, to, 0, 1);
  }

  decipher(input: Uint8Array, at: number, output: Uint8Array, to: number): void {
    this.#run(input, at, output, to, 31, -1);
  }

  #run(input: Uint8Array, at: number, output: Uint8Array, to: number, first: number, step: 1 | -1): void {
    let a = wordAt(input, at);
    let b = wordAt(input, at + 4);
    let c = wordAt(input, at + 8);
    let d = wordAt(input, at + 12);
    for (let round = 0, key = first; round < 32; round++, key += step) {
      const x = b ^ c ^ d ^ (this.#roundKeys[key] as number);
      const next =
        a ^
        (table0[x >>> 24] as number) ^
        (table1[(x >>> 16) & 255] as number) ^
        (table2[(x >>> 8) & 255] as number) ^
        (table3[x & 255] as number);
      a = b;
      b = c;
      c = d;
      d = next;
    }
    putWord(d, output, to);
    putWord(c, output, to + 4);
    putWord(b, output, to + 8);
    putWord(a, output, to + 12);
  }
}

/** S-box on each byte, then L' = x ⊕ (x <<< 13) ⊕ (x <<< 23). */
function mixKey(x: number): number {
  const s =
    ((SUBSTITUTION[x >>> 24] as number) << 24) |
    ((SUBSTITUTION[(x >>> 16) & 255] as number) << 16) |
    ((SUBSTITUTION[(x >>> 8) & 255] as number) << 8) |
    (SUBSTITUTION[x & 255] as number);
  return s ^ rotate(s, 13) ^ rotate(s, 23);
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
  });
  for (let i = 0; i < 32; i++) {
    let word = 0;
    for (let j = 0; j < 4; j++) word = (word << 8) | (((4 * i + j) * 7) & 255);
    constants[i] = word;
  }
}
