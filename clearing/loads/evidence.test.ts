import { fen } from '@citycard/common';
import { expect, it } from 'vitest';
import { judgeCounter } from './evidence.ts';

const candidate = (name: string, before: number, amount: number) => ({
  name,
  balanceBefore: fen(before),
  amount: fen(amount),
});
const judge = (next: number | undefined, ...candidates: ReturnType<typeof candidate>[]) => {
  const judged = judgeCounter(candidates, next === undefined ? undefined : fen(next));
  return judged.verdict === 'proved' ? judged.load.name : judged.verdict;
};

it('takes the only candidate whatever the balances say', () => {
  expect(judge(undefined, candidate('a', 0, 100))).toBe('a');
  expect(judge(999, candidate('a', 0, 100))).toBe('a');
});

it('knows nothing without a candidate', () => {
  expect(judge(100)).toBe('unknown');
});

it('takes the one whose amount fits exactly', () => {
  expect(judge(150, candidate('a', 100, 50), candidate('b', 100, 80))).toBe('a');
  expect(judge(180, candidate('a', 100, 50), candidate('b', 100, 80))).toBe('b');
});

it('takes the only one large enough when something was bought in between', () => {
  expect(judge(160, candidate('a', 100, 50), candidate('b', 100, 80))).toBe('b');
});

it('leaves to a person what fits several ways, none, or cannot be compared', () => {
  expect(judge(120, candidate('a', 100, 50), candidate('b', 100, 80))).toBe('undecided');
  expect(judge(150, candidate('a', 100, 50), candidate('b', 90, 60))).toBe('undecided');
  expect(judge(500, candidate('a', 100, 50), candidate('b', 100, 80))).toBe('undecided');
  expect(judge(undefined, candidate('a', 100, 50), candidate('b', 100, 80))).toBe('undecided');
});
