import { createLogger, type JobSystem, openJobSystem } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { cutOff, readDay } from './days.ts';
import { type ClearingJobs, registerClearingJobs } from './jobs.ts';
import { approve, DAY, fillDay, NEXT_DAY, startTestCity } from './test-city.ts';
import type { DayState } from './transitions.ts';

let city: Awaited<ReturnType<typeof startTestCity>>;
const systems: JobSystem[] = [];
const registered: ClearingJobs[] = [];
beforeAll(async () => {
  city = await startTestCity();
});
afterAll(async () => {
  await Promise.all(registered.map((jobs) => jobs.close()));
  await Promise.all(systems.map((system) => system.close()));
  await city.stop();
});

async function startWorker(): Promise<void> {
  const system = await openJobSystem({ databaseUrl: city.url, logger: createLogger('test', { level: 'silent' }) });
  systems.push(system);
  registered.push(registerClearingJobs(system, city.deps, { lookEveryMs: 200 }));
}

const WHATEVER_IT_COSTS_MS = 20_000;

async function reaches(state: DayState): Promise<void> {
  await expect
    .poll(async () => (await readDay(city.db, DAY)).state, { timeout: WHATEVER_IT_COSTS_MS, interval: 50 })
    .toBe(state);
}

describe('clearing jobs on the PostgreSQL back end', () => {
  it('take up a day that was cut off before there was any queue, with two workers at once', async () => {
    await fillDay(city.db);
    await cutOff(city.db, DAY);
    await Promise.all([startWorker(), startWorker()]);
    await reaches('netted');
  });

  it('go on when the queue has lost everything', async () => {
    await Promise.all(registered.splice(0).map((jobs) => jobs.close()));
    await Promise.all(systems.splice(0).map((system) => system.close()));
    await city.db.query('drop schema bullmq cascade');
    await approve(city.db);
    await startWorker();
    await reaches('instructed');
    const { rows } = await city.db.query('select message_id from clearing.payment_message');
    expect(rows).toEqual([{ message_id: 'PAY-20261120-1' }]);
  });
});

describe('a day that is stuck', () => {
  it('is told of at once and then ever less, raises one alarm, and goes on when it is put right', async () => {
    await Promise.all(registered.splice(0).map((jobs) => jobs.close()));
    const logger = createLogger('test', { level: 'silent' });
    const warned = vi.spyOn(logger, 'warn');
    const system = await openJobSystem({ databaseUrl: city.url, logger });
    systems.push(system);
    await cutOff(city.db, NEXT_DAY);
    await city.db.query(`alter table clearing.pricing_part rename to pricing_part_gone`);
    const jobs = registerClearingJobs(system, { ...city.deps, logger }, { lookEveryMs: 20 });
    registered.push(jobs);
    const times = () => warned.mock.calls.filter(([, text]) => String(text).includes('clearing day is stuck')).length;
    // 20, 40, 80 … ms: half a second holds five of these pauses, and would hold twenty-five looks.
    await expect.poll(times, { timeout: WHATEVER_IT_COSTS_MS, interval: 20 }).toBeGreaterThanOrEqual(4);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(times()).toBeLessThanOrEqual(8);
    const { rows } = await city.db.query(
      `select subject, evidence->>'code' as code from clearing.alarm where kind = 'clearing-day-stopped'`,
    );
    expect(rows).toEqual([{ subject: `${NEXT_DAY} unexpected`, code: 'unexpected' }]);
    await city.db.query(`alter table clearing.pricing_part_gone rename to pricing_part`);
    await jobs.wake();
    await expect
      .poll(async () => (await readDay(city.db, NEXT_DAY)).state, { timeout: WHATEVER_IT_COSTS_MS, interval: 50 })
      .toBe('netted');
  });
});
