import { expect, test } from 'vitest';
import { holdsIdentityNumber } from './free-text.ts';

test.each([
  ['11010519491231002X', true],
  ['case 110105-19491231-002x of today', true],
  ['1101051949123100２Ｘ', true],
  ['A11010519491231002X9', true],
  ['110105491231002', true],
  ['(2026) test 17', false],
  ['A3707050000002026010001', false],
  ['110105194912310021', false],
  ['1101054912310024567', false],
])('%s: %s', (text, holds) => {
  expect(holdsIdentityNumber(text)).toBe(holds);
});
