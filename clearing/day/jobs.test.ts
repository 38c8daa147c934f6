import { createLogger, type JobSystem, openJobSystem } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cutOff, readDay } from './days.ts';
import { type ClearingJobs, registerClearingJobs } from './jobs.ts';
import { approve, DAY, fillDay, startTestCity } from './test-city.ts';
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

async function reaches(state: DayState): Promise<void> {
  await expect.poll(async () => (await readDay(city.db, DAY)).state, { timeout: 20_000, interval: 50 }).toBe(state);
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
