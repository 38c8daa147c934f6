import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type PublishedTable, suppressSmall } from './suppress.ts';

const table = (...counts: number[]) => counts.map((count, at) => ({ key: `370${at}`, count }));
const shown = (published: PublishedTable<string>) => [...published.cells.map(({ count }) => count), published.total];

it('publishes counts of ten and more as they are', () => {
  expect(shown(suppressSmall(table(10, 250, 31)))).toEqual([10, 250, 31, 291]);
});

it('withholds another count when the total minus the rest would give a small one away', () => {
  expect(shown(suppressSmall(table(4, 250, 31)))).toEqual(['<10', 250, 'withheld', 285]);
});

it('withholds the total when hiding counts is not enough', () => {
  expect(shown(suppressSmall(table(3, 0)))).toEqual(['<10', '<10', '<10']);
  expect(shown(suppressSmall(table(9, 9)))).toEqual(['<10', '<10', 'withheld']);
  expect(shown(suppressSmall(table(0, 10)))).toEqual(['<10', 'withheld', 'withheld']);
});

/** Every small count that fits what was published, found by trying. */
function possibleValues(published: PublishedTable<string>, target: number): Set<number> {
  const hidden = published.cells.map(({ count }) => count);
  const numbers = hidden.filter((count) => typeof count === 'number');
  const smallest = Math.min(...numbers, 60);
  const possible = new Set<number>();
  const visit = (at: number, sum: number, value: number): void => {
    if (at === hidden.length) {
      const fits = published.total === 'withheld' || (published.total === '<10' ? sum < 10 : sum === published.total);
      if (fits) possible.add(value);
      return;
    }
    const count = hidden[at]!;
    if (typeof count === 'number') return visit(at + 1, sum + count, value);
    const [from, to] = count === '<10' ? [0, 9] : [10, smallest];
    for (let guess = from; guess <= to; guess += 1) visit(at + 1, sum + guess, at === target ? guess : value);
  };
  visit(0, 0, -1);
  return possible;
}

it('leaves whoever does the sums at least five values for every small count', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 4 }), (counts) => {
      const published = suppressSmall(table(...counts));
      counts.forEach((count, at) => {
        if (count >= 10) return;
        expect(published.cells[at]?.count).toBe('<10');
        expect(possibleValues(published, at).size).toBeGreaterThanOrEqual(5);
      });
    }),
    { numRuns: 150 },
  );
});
