import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { publishedComponent, publishedKey } from './published-components.ts';

test('components follow from their published formula, and a key is their XOR', () => {
  const digest = createHash('sha256').update('city card demo component 2 of DPK').digest('hex');
  expect(publishedComponent('DPK', 2).toString('hex')).toBe(digest.slice(0, 32));
  const parts = ([1, 2, 3] as const).map((number) => BigInt(`0x${publishedComponent('DPK', number).toString('hex')}`));
  const xor = parts.reduce((all, part) => all ^ part, 0n);
  expect(publishedKey('DPK').toString('hex')).toBe(xor.toString(16).padStart(32, '0'));
});
