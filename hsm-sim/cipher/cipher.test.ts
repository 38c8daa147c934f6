import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decipherBlocks, encipherBlocks } from './block-cipher.ts';
import { desCbc } from './des-cbc.ts';
import { Sm4 } from './sm4.ts';
import { SingleDes, TripleDes } from './triple-des.ts';

interface Vector {
  readonly id: string;
  readonly [field: string]: unknown;
}
const { vectors } = JSON.parse(readFileSync(new URL('../../test/vectors.json', import.meta.url), 'utf8')) as {
  vectors: Vector[];
};
const vector = (id: string) => vectors.find((candidate) => candidate.id === id) as Record<string, string>;
const hex = (text: string | undefined) => Buffer.from(text!, 'hex');

function openssl(name: string, key: Buffer, data: Buffer): Buffer {
  const cipher = createCipheriv(name, key, null).setAutoPadding(false);
  return Buffer.concat([cipher.update(data), cipher.final()]);
}

describe('table-driven kernels against OpenSSL', () => {
  it('two-key triple DES', () => {
    for (let round = 0; round < 500; round++) {
      const key = randomBytes(16);
      const data = randomBytes(8 * (1 + (round % 5)));
      const expected = openssl('des-ede-ecb', key, data);
      expect(encipherBlocks(new TripleDes(key), data)).toEqual(expected);
      expect(decipherBlocks(new TripleDes(key), expected)).toEqual(data);
    }
  });

  it('single DES is triple DES with equal halves', () => {
    for (let round = 0; round < 200; round++) {
      const key = randomBytes(8);
      const data = randomBytes(16);
      const expected = openssl('des-ede-ecb', Buffer.concat([key, key]), data);
      expect(encipherBlocks(new SingleDes(key), data)).toEqual(expected);
      expect(decipherBlocks(new SingleDes(key), expected)).toEqual(data);
    }
  });

  it('CBC over whole blocks from any place, with any IV', () => {
    for (let round = 0; round < 300; round++) {
      const key = randomBytes(8);
      const iv = randomBytes(8);
      const bytes = randomBytes(5 + 8 * (round % 9) + (round % 8));
      const cipher = createCipheriv('des-ede-cbc', Buffer.concat([key, key]), iv).setAutoPadding(false);
      const whole = bytes.subarray(5, bytes.length - ((bytes.length - 5) % 8));
      const last = whole.length === 0 ? iv : cipher.update(whole).subarray(-8);
      const chain = Int32Array.of(iv.readInt32BE(0), iv.readInt32BE(4));
      desCbc(new SingleDes(key).schedule, chain, bytes, 5, bytes.length - 5);
      expect([...chain]).toEqual([last.readInt32BE(0), last.readInt32BE(4)]);
    }
  });

  it('SM4', () => {
    for (let round = 0; round < 500; round++) {
      const key = randomBytes(16);
      const data = randomBytes(32);
      const expected = openssl('sm4-ecb', key, data);
      expect(encipherBlocks(new Sm4(key), data)).toEqual(expected);
      const decipher = createDecipheriv('sm4-ecb', key, null).setAutoPadding(false);
      expect(decipherBlocks(new Sm4(key), expected)).toEqual(
        Buffer.concat([decipher.update(expected), decipher.final()]),
      );
    }
  });

  it('refuses keys and data of a wrong length', () => {
    expect(() => new TripleDes(Buffer.alloc(8))).toThrow(RangeError);
    expect(() => new SingleDes(Buffer.alloc(16))).toThrow(RangeError);
    expect(() => new Sm4(Buffer.alloc(24))).toThrow(RangeError);
    expect(() => encipherBlocks(new TripleDes(randomBytes(16)), Buffer.alloc(7))).toThrow(RangeError);
  });
});

describe('published vectors', () => {
  it('SM4-1, once and a million times', () => {
    const { key, plain, cipher, rounds1e6 } = vector('SM4-1');
    const sm4 = new Sm4(hex(key));
    const block = hex(plain);
    sm4.encipher(block, 0, block, 0);
    expect(block).toEqual(hex(cipher));
    for (let round = 1; round < 1_000_000; round++) sm4.encipher(block, 0, block, 0);
    expect(block).toEqual(hex(rounds1e6));
  });

  it('EXTAUTH-1: single DES of a challenge', () => {
    const { key, challenge, cryptogram } = vector('EXTAUTH-1');
    expect(encipherBlocks(new SingleDes(hex(key)), hex(challenge))).toEqual(hex(cryptogram));
  });

  it('CUP-KEY-1: a single-length working key under the terminal master key', () => {
    const { tmk, encrypted, clear, kcv } = vector('CUP-KEY-1');
    const key = decipherBlocks(new TripleDes(hex(tmk)), hex(encrypted));
    expect(key).toEqual(hex(clear));
    expect(encipherBlocks(new SingleDes(key), Buffer.alloc(8)).subarray(0, 4)).toEqual(hex(kcv));
  });

  it('CUP-F62-S1: field 62 of a sign-on answer', () => {
    const { tmk, pik, mak, field62 } = vector('CUP-F62-S1');
    const master = new TripleDes(hex(tmk));
    const zeros = Buffer.alloc(8);
    const built = Buffer.concat([
      encipherBlocks(master, hex(pik)),
      encipherBlocks(new TripleDes(hex(pik)), zeros).subarray(0, 4),
      encipherBlocks(master, hex(mak)),
      zeros,
      encipherBlocks(new SingleDes(hex(mak)), zeros).subarray(0, 4),
    ]);
    expect(built).toEqual(hex(field62));
  });
});
