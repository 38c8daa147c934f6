import { expect, test } from 'vitest';
import { Gathering } from './gathering.ts';

test('what is asked while a round is under way travels together in the next', async () => {
  const rounds: number[][] = [];
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const gathering = new Gathering<number, number>(
    async (items) => {
      rounds.push([...items]);
      if (rounds.length === 1) await held;
      return items.map((item) => item * 10);
    },
    () => 0,
  );
  const first = gathering.add(1);
  const others = [2, 3, 4].map((item) => gathering.add(item));
  release();
  expect(await Promise.all([first, ...others])).toEqual([10, 20, 30, 40]);
  expect(rounds).toEqual([[1], [2, 3, 4]]);
  expect(await gathering.add(5)).toBe(50);
});

test('a round that fails as a whole is done one by one: only what is wrong fails', async () => {
  const gathering = new Gathering<number, string>(
    (items) => {
      if (items.includes(13)) return Promise.reject(new Error(`no ${items.length}`));
      return Promise.resolve(items.map((item) => (item === 7 ? new Error('not seven') : `done ${item}`)));
    },
    () => 1,
  );
  const results = await Promise.allSettled([1, 13, 7, 2].map((item) => gathering.add(item)));
  expect(results.map((result) => (result.status === 'fulfilled' ? result.value : String(result.reason)))).toEqual([
    'done 1',
    'Error: no 1',
    'Error: not seven',
    'done 2',
  ]);
});
