import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { closeKeyBlock, openKeyBlock } from './key-block.ts';
import { isRefusedKey, withOddParity } from './key-strength.ts';

interface Vector {
  readonly id: string;
  readonly [field: string]: string;
}
const { vectors } = JSON.parse(readFileSync(new URL('../../test/vectors.json', import.meta.url), 'utf8')) as {
  vectors: Vector[];
};
const hex = (text: string | undefined) => Buffer.from(text!, 'hex');
const header = { usage: '11', algorithm: 'T', mode: 'X', exportability: 'N' } as const;

describe('key blocks', () => {
  it('TR31-13: a published version D block opens', () => {
    const { kbpk, key, keyBlock } = vectors.find((candidate) => candidate.id === 'TR31-13')!;
    expect(openKeyBlock(hex(kbpk), keyBlock!)).toEqual({
      header: { usage: 'P0', algorithm: 'A', mode: 'E', exportability: 'E' },
      key: hex(key),
    });
  });

  it('closes and opens keys of any length, with and without a label', () => {
    const protection = randomBytes(32);
    for (const length of [8, 16, 24, 32, 1217, 2400]) {
      for (const label of [undefined, 'D', 'DLK', 'a label of 20 chars.', 'x'.repeat(200)]) {
        const key = randomBytes(length);
        const full = label === undefined ? header : { ...header, label };
        const text = closeKeyBlock(protection, full, key);
        expect(openKeyBlock(protection, text)).toEqual({ header: full, key });
      }
    }
  });

  it('refuses a block in which any one character was changed', () => {
    const protection = randomBytes(32);
    const text = closeKeyBlock(protection, { ...header, label: 'DLK' }, randomBytes(16));
    for (let at = 0; at < text.length; at++) {
      const other = text[at] === '1' ? '2' : '1';
      expect(
        openKeyBlock(protection, text.slice(0, at) + other + text.slice(at + 1)),
        `character ${at}`,
      ).toBeUndefined();
    }
    expect(openKeyBlock(randomBytes(32), text)).toBeUndefined();
    expect(openKeyBlock(protection, text.slice(0, -2))).toBeUndefined();
    expect(openKeyBlock(protection, '')).toBeUndefined();
  });
});

describe('key strength', () => {
  it('refuses equal halves, also when only parity bits differ, and weak halves', () => {
    expect(isRefusedKey(hex('0123456789ABCDEF0123456789ABCDEF'))).toBe(true);
    expect(isRefusedKey(hex('0123456789ABCDEF0022446688AACCEE'))).toBe(true);
    expect(isRefusedKey(hex('0101010101010101FEDCBA9876543210'))).toBe(true);
    expect(isRefusedKey(hex('FEDCBA9876543210E0FEE0FEF1FEF1FE'))).toBe(true);
    expect(isRefusedKey(hex('0123456789ABCDEFFEDCBA9876543210'))).toBe(false);
  });

  it('gives every byte an odd number of ones', () => {
    for (const byte of withOddParity(randomBytes(16)))
      expect([...byte.toString(2)].filter((bit) => bit === '1').length % 2).toBe(1);
  });
});
