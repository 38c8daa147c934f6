import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cmac } from './tr31-cmac.ts';
import { aesCipher, desCipher, decipherChained, encipherChained } from './tr31-ciphers.ts';
import type { Tr31Header, Tr31Version } from './tr31-header.ts';
import { protectionKeyLengths, unwrapTr31, wrapTr31 } from './tr31.ts';
import { createCipheriv, createDecipheriv } from 'node:crypto';

interface Vector {
  readonly id: string;
  readonly group: string;
  readonly [field: string]: string;
}
const { vectors } = JSON.parse(readFileSync(new URL('../../test/vectors.json', import.meta.url), 'utf8')) as {
  vectors: Vector[];
};
const hex = (text: string | undefined) => Buffer.from(text!, 'hex');
const published = vectors.filter(({ group }) => group === 'tr31');
const header = (version: Tr31Version, more: Partial<Tr31Header> = {}): Tr31Header => ({
  version,
  usage: 'P0',
  algorithm: version === 'D' ? 'A' : 'T',
  mode: 'E',
  keyVersion: '00',
  exportability: 'E',
  optional: [],
  ...more,
});

describe('published key blocks', () => {
  it.each(published.map(({ id }) => id))('%s opens', (id) => {
    const { version, kbpk, key, keyBlock } = published.find((vector) => vector.id === id)!;
    const opened = unwrapTr31(hex(kbpk), keyBlock!);
    expect(opened?.key).toEqual(hex(key));
    expect(opened?.header.version).toBe(version);
    expect(opened?.header.usage).toBe(keyBlock!.slice(5, 7));
  });

  it('there are all four versions among them', () => {
    expect(new Set(published.map(({ version }) => version))).toEqual(new Set(['A', 'B', 'C', 'D']));
  });

  it('a block made under the same key has the same length, for its random fill hides the key length', () => {
    for (const { kbpk, keyBlock } of published.filter(({ version }) => version !== 'D')) {
      const { header: published, key } = unwrapTr31(hex(kbpk), keyBlock!)!;
      expect(wrapTr31(hex(kbpk), published, key)).toHaveLength(keyBlock!.length);
    }
  });
});

describe('every version, every protection key, every key', () => {
  const optional = [
    { id: 'KS', data: '00604B120F9292800000' },
    { id: 'TS', data: '20261122T000000Z' },
    { id: 'LB', data: 'x'.repeat(300) },
  ];
  const cases = (['A', 'B', 'C', 'D'] as const).flatMap((version) =>
    protectionKeyLengths[version].map((length) => ({ version, length })),
  );

  it.each(cases)('version $version under $length bytes', ({ version, length }) => {
    const protection = randomBytes(length);
    for (const [algorithm, keyLengths] of [
      ['D', [8]],
      ['T', [8, 16, 24]],
      ['A', [16, 24, 32]],
    ] as const) {
      for (const keyLength of keyLengths) {
        for (const blocks of [[], optional.slice(0, 1), optional.slice(0, 2), optional]) {
          const key = randomBytes(keyLength);
          const full = header(version, { algorithm, optional: blocks, keyVersion: '12', exportability: 'S' });
          const text = wrapTr31(protection, full, key);
          expect(Number(text.slice(1, 5))).toBe(text.length);
          expect(unwrapTr31(protection, text)).toEqual({ header: full, key });
          expect(unwrapTr31(randomBytes(length), text)).toBeUndefined();
        }
      }
    }
  });

  it.each(cases)('version $version under $length bytes: any one character changed, and it opens no more', (at) => {
    const protection = randomBytes(at.length);
    const text = wrapTr31(protection, header(at.version, { optional: optional.slice(0, 2) }), randomBytes(16));
    for (let index = 0; index < text.length; index++) {
      const other = text[index] === '1' ? '2' : '1';
      const changed = text.slice(0, index) + other + text.slice(index + 1);
      expect(unwrapTr31(protection, changed), `character ${index}`).toBeUndefined();
    }
    expect(unwrapTr31(protection, text.toLowerCase())).toBeUndefined();
    for (const cut of [1, 2, 16, 32, text.length - 16, text.length])
      expect(unwrapTr31(protection, text.slice(0, -cut)), `${cut} fewer`).toBeUndefined();
    expect(unwrapTr31(protection, `${text}00`)).toBeUndefined();
  });

  it('refuses protection keys that are none of the version, and headers that do not fit', () => {
    expect(() => wrapTr31(randomBytes(8), header('A'), randomBytes(16))).toThrow(RangeError);
    expect(() => wrapTr31(randomBytes(32), header('B'), randomBytes(16))).toThrow(RangeError);
    expect(() => wrapTr31(randomBytes(32), header('D', { usage: 'P' }), randomBytes(16))).toThrow(RangeError);
    const long = [{ id: 'LB', data: 'x'.repeat(9900) }];
    expect(() => wrapTr31(randomBytes(32), header('D', { optional: long }), randomBytes(16))).toThrow(RangeError);
  });
});

describe('the pieces, against OpenSSL and published values', () => {
  it('triple DES and AES in CBC', () => {
    for (const [name, length, block] of [
      ['des-ede-cbc', 16, 8],
      ['des-ede3-cbc', 24, 8],
      ['aes-128-cbc', 16, 16],
      ['aes-192-cbc', 24, 16],
      ['aes-256-cbc', 32, 16],
    ] as const) {
      for (let round = 0; round < 50; round++) {
        const [key, iv, data] = [randomBytes(length), randomBytes(block), randomBytes(block * (1 + (round % 5)))];
        const cipher = block === 8 ? desCipher(key) : aesCipher(key);
        const expected = createCipheriv(name, key, iv).setAutoPadding(false).update(data);
        expect(encipherChained(cipher, iv, data)).toEqual(expected);
        expect(decipherChained(cipher, iv, expected)).toEqual(
          createDecipheriv(name, key, iv).setAutoPadding(false).update(expected),
        );
      }
    }
    expect(() => desCipher(randomBytes(12))).toThrow(RangeError);
    expect(() => aesCipher(randomBytes(8))).toThrow(RangeError);
    expect(() => encipherChained(desCipher(randomBytes(16)), Buffer.alloc(8), randomBytes(7))).toThrow(RangeError);
  });

  it('CMAC: examples of SP 800-38B', () => {
    const aes = aesCipher(hex('2b7e151628aed2a6abf7158809cf4f3c'));
    expect(cmac(aes, Buffer.alloc(0))).toEqual(hex('bb1d6929e95937287fa37d129b756746'));
    expect(cmac(aes, hex('6bc1bee22e409f96e93d7e117393172a'))).toEqual(hex('070a16b46b4d4144f79bdd9dd04a287c'));
    const des = desCipher(hex('8aa83bf8cbda10620bc1bf19fbb6cd58bc313d4a371ca8b5'));
    expect(cmac(des, Buffer.alloc(0))).toEqual(hex('b7a688e122ffaf95'));
    expect(cmac(des, hex('6bc1bee22e409f96'))).toEqual(hex('8e8f293136283797'));
  });

  it('CMAC in parts is the CMAC of the whole', () => {
    const cipher = aesCipher(randomBytes(16));
    const data = randomBytes(77);
    const state = encipherChained(cipher, Buffer.alloc(16), data.subarray(0, 48)).subarray(-16);
    expect(cmac(cipher, data.subarray(48), state)).toEqual(cmac(cipher, data));
  });
});
