import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocate } from './allocate.ts';
import {
  addFen,
  applyRate,
  type Fen,
  fen,
  fenToNumber,
  formatYuan,
  negateFen,
  parseYuan,
  subtractFen,
  sumFen,
  ZERO_FEN,
} from './fen.ts';

const LIMIT = 2n ** 62n;
const amounts = fc.bigInt({ min: -LIMIT, max: LIMIT }).map(fen);
const smallAmounts = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }).map(fen);

describe('Fen', () => {
  it('is a whole number up to 2^62', () => {
    expect(fen('-1234')).toBe(-1234n);
    expect(fen(12)).toBe(12n);
    expect(fen(LIMIT)).toBe(LIMIT);
    for (const wrong of [LIMIT + 1n, -LIMIT - 1n, 0.1, NaN, Infinity, 2 ** 53, '1.0', '1e3', '', ' 1', '0x10']) {
      expect(() => fen(wrong)).toThrow(RangeError);
    }
  });

  it('adds up, and never leaves its range unnoticed', () => {
    fc.assert(
      fc.property(fc.array(smallAmounts, { maxLength: 20 }), smallAmounts, (list, one) => {
        expect(sumFen(list)).toBe(addFen(...list));
        expect(sumFen([...list, one, negateFen(one)])).toBe(sumFen(list));
        expect(subtractFen(one, one)).toBe(ZERO_FEN);
      }),
    );
    expect(() => addFen(fen(LIMIT), fen(1))).toThrow(RangeError);
    expect(() => subtractFen(fen(-LIMIT), fen(1))).toThrow(RangeError);
  });

  it('reads back what it writes, for people and for JSON', () => {
    fc.assert(
      fc.property(amounts, (amount) => {
        expect(parseYuan(formatYuan(amount))).toBe(amount);
        if (amount >= Number.MIN_SAFE_INTEGER && amount <= Number.MAX_SAFE_INTEGER) {
          expect(fen(fenToNumber(amount))).toBe(amount);
        } else expect(() => fenToNumber(amount)).toThrow(RangeError);
      }),
    );
    expect(formatYuan(fen(-123405))).toBe('-1234.05');
    expect(formatYuan(fen(7))).toBe('0.07');
    expect(parseYuan('12.3')).toBe(1230n);
    for (const wrong of ['1.234', '.5', '1.', '1,000', '+1', '', '1e2', '99999999999999999.99']) {
      expect(() => parseYuan(wrong)).toThrow(RangeError);
    }
  });
});

describe('applyRate', () => {
  it('rounds as named, exactly where doubles do not', () => {
    expect(applyRate(fen(250), '0.006', Decimal.ROUND_HALF_UP)).toBe(2n);
    expect(applyRate(fen(250), '0.01', Decimal.ROUND_HALF_UP)).toBe(3n);
    expect(applyRate(fen(250), '0.01', Decimal.ROUND_HALF_EVEN)).toBe(2n);
    expect(applyRate(fen(-250), '0.01', Decimal.ROUND_HALF_UP)).toBe(-3n);
    expect(applyRate(fen(-199), new Decimal('0.01'), Decimal.ROUND_DOWN)).toBe(-1n);
    // 1.15 × 100 is 114.99999999999999 in floating point.
    expect(applyRate(fen(100), '1.15', Decimal.ROUND_DOWN)).toBe(115n);
    expect(() => applyRate(fen(1), 'a tenth', Decimal.ROUND_DOWN)).toThrow(RangeError);
    expect(() => applyRate(fen(1), 'Infinity', Decimal.ROUND_DOWN)).toThrow(RangeError);
    expect(() => applyRate(fen(LIMIT), '2', Decimal.ROUND_DOWN)).toThrow(RangeError);
  });

  it('agrees with whole-number arithmetic', () => {
    fc.assert(
      fc.property(amounts, fc.bigInt({ min: 0n, max: 10_000n }), (amount, basisPoints) => {
        const rate = new Decimal(basisPoints.toString()).div(10_000);
        expect(applyRate(amount, rate, Decimal.ROUND_DOWN)).toBe((amount * basisPoints) / 10_000n);
      }),
    );
  });
});

describe('allocate', () => {
  const weights = fc
    .array(fc.bigInt({ min: 0n, max: 10n ** 12n }), { minLength: 1, maxLength: 12 })
    .filter((list) => list.some((weight) => weight > 0n));

  it('splits without losing a fen', () => {
    expect(allocate(fen(100), [1n, 1n, 1n])).toEqual([34n, 33n, 33n]);
    expect(allocate(fen(-100), [1n, 1n, 1n])).toEqual([-34n, -33n, -33n]);
    expect(allocate(fen(5), [0n, 3n, 7n])).toEqual([0n, 2n, 3n]); // 1.5 and 3.5: the earlier gets the odd fen
  });

  it('gives parts that make the whole, each within one fen of its share', () => {
    fc.assert(
      fc.property(amounts, weights, (total: Fen, list) => {
        const parts = allocate(total, list);
        const sum = list.reduce((a, b) => a + b, 0n);
        expect(sumFen(parts)).toBe(total);
        parts.forEach((part, index) => {
          const distance = part * sum - total * list[index]!;
          expect(distance < sum && distance > -sum).toBe(true);
          if (list[index] === 0n) expect(part).toBe(0n);
        });
      }),
    );
  });

  it('needs somebody to give to', () => {
    for (const wrong of [[], [0n, 0n], [1n, -1n]]) expect(() => allocate(fen(1), wrong)).toThrow(RangeError);
  });
});
