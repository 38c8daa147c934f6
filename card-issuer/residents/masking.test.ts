import { expect, test } from 'vitest';
import { maskName } from './masking.ts';

test.each([
  ['王', '王*'],
  ['王伟', '王*'],
  ['欧阳小明', '欧***'],
  ['𠮷田', '𠮷*'],
  ['Ai', 'A*'],
])('%s is shown as %s', (name, masked) => {
  expect(maskName(name)).toBe(masked);
});
