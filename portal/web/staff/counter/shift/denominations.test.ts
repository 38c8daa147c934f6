import { expect, test } from 'vitest';
import { piecesOf, sumOfPieces } from './denominations.ts';

test('pieces are whole numbers, an empty field is none', () => {
  expect(piecesOf('')).toBe(0n);
  expect(piecesOf(' 12 ')).toBe(12n);
  for (const nonsense of ['-1', '1.5', '1e3', 'x', '9999999', '１'])
    expect([nonsense, piecesOf(nonsense)]).toEqual([nonsense, undefined]);
});

test('pieces come to a sum in fen, exactly', () => {
  expect(sumOfPieces({ '10000': '999999', '1': '7' })).toBe(9_999_990_007n);
  expect(sumOfPieces({ '10000': '3', '50': '' })).toBe(30_000n);
  expect(sumOfPieces({ '10000': '3', '50': 'a' })).toBeUndefined();
});
