import { hasValidLuhn } from '@citycard/common';
import { parseCardNo } from '@citycard/clearing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { composeCardNo, SANDBOX_ISSUER } from './batches.ts';

test('a card number is 310, the city, the issuer, nine digits and their Luhn digit', () => {
  expect(composeCardNo('01', 1n)).toBe('3104580010000000012');
  expect(composeCardNo('01', 999_999_999n)).toBe('3104580019999999993');
});

test('every sequence makes a valid number of its own, and the sandbox never meets the city’s cards', () => {
  const sequences = fc.bigInt({ min: 1n, max: 999_999_999n });
  fc.assert(
    fc.property(sequences, sequences, (one, other) => {
      const number = composeCardNo('01', one);
      expect(number).toMatch(/^310458001\d{10}$/);
      expect(hasValidLuhn(number)).toBe(true);
      expect(parseCardNo(number)).toBe(number);
      expect(number === composeCardNo('01', other)).toBe(one === other);
      expect(composeCardNo(SANDBOX_ISSUER, other)).not.toBe(number);
    }),
  );
});
