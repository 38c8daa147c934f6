import { describe, expect, it } from 'vitest';
import { fenNumber, fenOf, yuan } from './money.ts';

describe('amounts on pages', () => {
  it('are yuan with two decimals and groups of three', () => {
    expect([0, 5, 50, 123_450, 100_000_000_00].map((fen) => yuan(fen))).toEqual([
      '0.00',
      '0.05',
      '0.50',
      '1,234.50',
      '100,000,000.00',
    ]);
    expect(yuan(-205)).toBe('−2.05');
    expect(yuan(90_071_992_547_409_931n)).toBe('900,719,925,474,099.31');
  });
  it('refuse what is no whole number of fen', () => {
    expect(() => yuan(1.5)).toThrow(RangeError);
    expect(() => yuan(2 ** 53)).toThrow(RangeError);
    expect(() => fenNumber(2n ** 53n)).toThrow(RangeError);
  });
  it('are read as people type them', () => {
    expect(['12', '12.5', '1,234.50', ' ¥0.05 ', '１２．５'].map(fenOf)).toEqual([1200n, 1250n, 123_450n, 5n, 1250n]);
  });
  it('are not guessed at', () => {
    for (const typed of ['12,5', '12²', '1.234', '-1', '1e3', '', '.5'])
      expect([typed, fenOf(typed)]).toEqual([typed, undefined]);
  });
});
