import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { defaultSetLimits, SetCollector, type SetLimits, TOO_LATE } from './set-collector.ts';

interface Member {
  readonly key: string;
  readonly value: number;
}

/** Sets that wait for `release` before they answer ten times the value; `broken` values fail. */
function collector(limits: Partial<SetLimits> = {}, broken: readonly number[] = [], shared = false) {
  const sets: number[][] = [];
  const held: (() => void)[] = [];
  const collected = new SetCollector<Member, number>({
    limits: { ...defaultSetLimits, ...limits },
    keyOf: ({ key }) => key,
    isShared: () => shared,
    run: async (members) => {
      sets.push(members.map(({ value }) => value));
      await new Promise<void>((resolve) => held.push(resolve));
      if (members.some(({ value }) => broken.includes(value))) throw new Error('one of them');
      return members.map(({ value }) => value * 10);
    },
  });
  const add = (value: number, key = `key ${value}`) => collected.add({ key, value });
  /** Lets everything under way end, and what it lets begin, until nothing is left. */
  const release = async () => {
    for (let idle = 0; idle < 3; idle += held.length === 0 ? 1 : 0) {
      for (const each of held.splice(0)) each();
      await turn();
    }
  };
  return { add, sets, release };
}

describe('a set collector', () => {
  it('sends alone who comes alone, and gathers while sets are under way', async () => {
    const { add, sets, release } = collector({ setsAtOnce: 1, largestSet: 3 });
    const first = add(1);
    await turn();
    const others = [2, 3, 4, 5].map((value) => add(value));
    await release();
    expect(await Promise.all([first, ...others])).toEqual([10, 20, 30, 40, 50]);
    expect(sets).toEqual([[1], [2, 3, 4], [5]]);
  });

  it('never has two of one key under way, and takes them in their order', async () => {
    const { add, sets, release } = collector();
    const answers = [add(1, 'same'), add(2, 'same'), add(3), add(4, 'same')];
    await release();
    expect(await Promise.all(answers)).toEqual([10, 20, 30, 40]);
    expect(sets).toEqual([[1, 3], [2], [4]]);
  });

  it('lets nobody fail for another', async () => {
    const { add, sets, release } = collector({}, [2]);
    const answers = Promise.allSettled([add(1), add(2), add(3)]);
    await release();
    expect(await answers).toMatchObject([{ value: 10 }, { status: 'rejected' }, { value: 30 }]);
    expect(sets).toEqual([[1, 2, 3], [1], [2], [3]]);
  });

  it('does not try one by one what is everybody’s error', async () => {
    const { add, sets, release } = collector({}, [2], true);
    const answers = Promise.allSettled([add(1), add(2)]);
    await release();
    expect((await answers).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(sets).toEqual([[1, 2]]);
  });

  it('turns away at once whom it has no room for', async () => {
    const { add, release } = collector({ waiting: 1 });
    const first = add(1);
    expect(await add(2)).toBe(TOO_LATE);
    await release();
    expect(await first).toBe(10);
    const third = add(3);
    await release();
    expect(await third).toBe(30);
  });

  it('tells whose time is over, waiting or under way, and goes on', async () => {
    const { add, sets, release } = collector({ setsAtOnce: 1, deadlineMs: 50 });
    const answers = [add(1), add(2, 'key 1')];
    expect(await Promise.all(answers)).toEqual([TOO_LATE, TOO_LATE]);
    await release();
    expect(sets).toEqual([[1]]);
    const later = add(3);
    await release();
    expect(await later).toBe(30);
  });
});
