import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decideGroup } from './decide-group.ts';
import type { Line, MatchPass, MatchTerms } from './terms.ts';

const terms: MatchTerms = { passes: [], toleranceFen: 0, daysBefore: 1, daysAfter: 2 };
const certain: MatchPass = { name: 'reference', on: ['reference'], cardinality: '1-1', certain: true };
const guess: MatchPass = { ...certain, name: 'card', on: ['card'], certain: false };
const lines = (...amountsAndDays: (readonly [number, number, boolean?])[]): Line[] =>
  amountsAndDays.map(([amount, day, doubt = false], at) => ({
    line: at + 1,
    amount: BigInt(amount),
    day,
    doubt,
    records: 0,
  }));
const states = (pass: MatchPass, ours: Line[], theirs: Line[], more: Partial<MatchTerms> = {}) =>
  decideGroup({ ...terms, ...more }, pass, ours, theirs).decisions.map(({ state }) => state);

it('one line on either side is equal, late or of another amount', () => {
  expect(states(certain, lines([500, 10]), lines([500, 12]))).toEqual(['equal']);
  expect(states(certain, lines([500, 10]), lines([500, 13]))).toEqual(['late']);
  expect(states(certain, lines([500, 10]), lines([500, 8]))).toEqual(['late']);
  expect(states(certain, lines([500, 10]), lines([501, 10]))).toEqual(['amount']);
  expect(states(certain, lines([500, 10]), lines([503, 10]), { toleranceFen: 3 })).toEqual(['equal']);
  expect(states(certain, lines([500, 10]), lines([504, 10]), { toleranceFen: 3 })).toEqual(['amount']);
  expect(states(certain, lines([500, 10, true]), lines([500, 10]))).toEqual(['in-doubt']);
});

it('what one side has more often than the other is a duplicate; the line that fits best is not', () => {
  const { decisions } = decideGroup(terms, certain, lines([500, 10]), lines([700, 10], [500, 11]));
  expect(
    decisions.map(({ state, ours, theirs }) => [state, ours.map((l) => l.line), theirs.map((l) => l.line)]),
  ).toEqual([
    ['equal', [1], [2]],
    ['duplicate', [], [1]],
  ]);
});

it('a key that proves nothing takes what fits and leaves the rest to others', () => {
  const { decisions, leftOurs, leftTheirs } = decideGroup(
    terms,
    guess,
    lines([500, 10], [600, 10]),
    lines([500, 11], [601, 10]),
  );
  expect([decisions.length, leftOurs.length, leftTheirs.length]).toEqual([1, 1, 1]);
});

it('a window is used so that as many pairs fit as can', () => {
  // Taking the nearest first would leave the last of ours alone.
  expect(states(guess, lines([500, 10], [500, 11]), lines([500, 9], [500, 10]))).toEqual(['equal', 'equal']);
});

it('sums of groups are compared, of the shapes a pass allows', () => {
  const sum = (cardinality: MatchPass['cardinality']): MatchPass => ({ ...certain, on: ['group'], cardinality });
  expect(states(sum('1-n'), lines([900, 10]), lines([400, 10], [500, 11]))).toEqual(['equal']);
  expect(states(sum('1-n'), lines([400, 10], [500, 11]), lines([900, 10]))).toEqual([]);
  expect(states(sum('n-1'), lines([400, 10], [500, 11]), lines([900, 11]))).toEqual(['equal']);
  expect(states(sum('n-m'), lines([400, 10], [500, 10]), lines([300, 10], [599, 10]))).toEqual(['amount']);
  expect(states(sum('n-m'), lines([400, 10], [500, 10]), lines([300, 10], [600, 19]))).toEqual(['late']);
  expect(states({ ...sum('n-m'), certain: false }, lines([400, 10]), lines([300, 10], [99, 10]))).toEqual([]);
});

const anyLines = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 6 }), fc.boolean()), { maxLength: 8 })
  .map((rows) => lines(...rows));

it('every line is decided or left over once, whatever the lines', () => {
  const passes = fc.constantFrom(certain, guess, { ...certain, cardinality: 'n-m' } as const);
  fc.assert(
    fc.property(anyLines, anyLines, passes, fc.integer({ min: 0, max: 2 }), (ours, theirs, pass, toleranceFen) => {
      const { decisions, leftOurs, leftTheirs } = decideGroup({ ...terms, toleranceFen }, pass, ours, theirs);
      const numbers = (left: readonly Line[], side: 'ours' | 'theirs') =>
        [...left, ...decisions.flatMap((each) => each[side])].map(({ line }) => line).toSorted((a, b) => a - b);
      expect(numbers(leftOurs, 'ours')).toEqual(ours.map(({ line }) => line));
      expect(numbers(leftTheirs, 'theirs')).toEqual(theirs.map(({ line }) => line));
    }),
  );
});

it('pairs are as many as any pairing could make, within one amount', () => {
  const sameAmount = fc
    .array(fc.integer({ min: 0, max: 8 }), { maxLength: 6 })
    .map((days) => lines(...days.map((day) => [5, day] as const)));
  const most = (ours: readonly Line[], theirs: readonly Line[]): number => {
    const [first, ...rest] = ours;
    if (first === undefined) return 0;
    const with_ = theirs.flatMap((their, at) =>
      their.day >= first.day - 1 && their.day <= first.day + 2 ? [1 + most(rest, theirs.toSpliced(at, 1))] : [],
    );
    return Math.max(most(rest, theirs), ...with_);
  };
  fc.assert(
    fc.property(sameAmount, sameAmount, (ours, theirs) => {
      const { decisions } = decideGroup(terms, guess, ours, theirs);
      expect(decisions.length).toBe(ours.length === 0 || theirs.length === 0 ? 0 : most(ours, theirs));
    }),
    { numRuns: 60 },
  );
});
