import { transact } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { currentBusinessDate } from '../ledger/business-day.ts';
import { cutOff } from './days.ts';
import { DAY, NEXT_DAY, startTestCity } from './test-city.ts';

let city: Awaited<ReturnType<typeof startTestCity>>;
beforeAll(async () => {
  city = await startTestCity();
});
afterAll(async () => {
  await city.stop();
});

const waiting = async (): Promise<number> => {
  const { rows } = await city.db.query<{ waiting: number }>(
    `select count(*)::integer as waiting from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rows[0]?.waiting ?? 0;
};

describe('the cut-off', () => {
  it('waits for intake under way, which stays on its day; intake that comes meanwhile waits and is on the next', async () => {
    const order: string[] = [];
    let finish: (() => void) | undefined;
    const slow = transact(city.db, async (tx) => {
      const date = await currentBusinessDate(tx);
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      order.push(`stored on ${date}`);
    });
    await expect.poll(() => finish !== undefined, { timeout: 10_000 }).toBe(true);
    const cut = cutOff(city.db, DAY).then(({ nextDate }) => order.push(`cut off, next ${nextDate}`));
    await expect.poll(waiting, { timeout: 10_000 }).toBe(1);
    const late = transact(city.db, async (tx) => order.push(`stored on ${await currentBusinessDate(tx)}`));
    await expect.poll(waiting, { timeout: 10_000 }).toBe(2);
    finish?.();
    await Promise.all([slow, cut, late]);
    expect(order[0]).toBe(`stored on ${DAY}`);
    expect(order.slice(1).sort()).toEqual([`cut off, next ${NEXT_DAY}`, `stored on ${NEXT_DAY}`]);
  });
});
