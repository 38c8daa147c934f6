import net from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createLogger, type JobSystem, openJobSystem, startTestDatabase, type TestDatabase } from '../index.ts';

const logger = createLogger('jobs test', { level: 'silent' });
let test: TestDatabase;
let jobs: JobSystem;

beforeAll(async () => {
  test = await startTestDatabase([]);
  const redisUrl = process.env.TEST_REDIS_URL;
  jobs = await openJobSystem({ databaseUrl: test.url, logger, ...(redisUrl !== undefined && { redisUrl }) });
});
afterAll(async () => {
  await jobs.close();
  await test.stop();
});

describe('a job', () => {
  it('runs once for one id, and again after it failed', async () => {
    const name = `reports-${process.pid}`;
    const queue = jobs.queue<{ day: string }>(name);
    const seen: string[] = [];
    await queue.add('daily', { day: '2026-03-01' }, { jobId: '2026:03:01' });
    await queue.add('daily', { day: '2026-03-01' }, { jobId: '2026:03:01' });
    await queue.add('daily', { day: '2026-03-02' }, { jobId: '42', delayMs: 100 });
    jobs.worker<{ day: string }>(
      name,
      async (job) => {
        const line = `${job.name} ${job.id} ${job.data.day}`;
        const isFirstTry = job.id === '2026:03:01' && !seen.includes(line);
        seen.push(line);
        await job.progress(50);
        if (isFirstTry) throw new Error('the printer is out of paper');
      },
      { concurrency: 2 },
    );
    await vi.waitFor(() => expect(seen).toHaveLength(3), { timeout: 20_000 });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(seen.sort()).toEqual(['daily 2026:03:01 2026-03-01', 'daily 2026:03:01 2026-03-01', 'daily 42 2026-03-02']);
  });

  it('that failed is seen with its reason, and tried again by hand', async () => {
    const name = `seen-${process.pid}`;
    const queue = jobs.queue<{ day: string }>(name);
    let broken = true;
    jobs.worker(name, () => (broken ? Promise.reject(new Error('no paper')) : Promise.resolve()));
    await queue.add('print', { day: '2026-03-01' }, { jobId: '2026:03:01' });
    const standing = async () => (await jobs.watch.counts()).find((each) => each.queue === name);
    await vi.waitFor(async () => expect(await standing()).toMatchObject({ counts: { failed: 1 } }), {
      timeout: 20_000,
    });
    expect((await standing())?.lastFailure).toMatchObject({ job: 'print', reason: 'no paper' });
    const page = { offset: 0, limit: 10 };
    expect(await jobs.watch.jobs(name, 'failed', page)).toMatchObject([
      { id: '2026:03:01', name: 'print', attempts: 5, failure: 'no paper' },
    ]);
    broken = false;
    await jobs.watch.retry(name, '2026:03:01');
    await vi.waitFor(async () => expect(await standing()).toMatchObject({ counts: { failed: 0, completed: 1 } }), {
      timeout: 20_000,
    });
    await expect(jobs.watch.retry(name, '2026:03:01')).rejects.toMatchObject({ code: 'jobs.not-failed' });
    await expect(jobs.watch.retry(name, 'x')).rejects.toMatchObject({ code: 'jobs.job-unknown' });
    await expect(jobs.watch.jobs('none', 'failed', page)).rejects.toMatchObject({ code: 'jobs.queue-unknown' });
  });

  it('is finished before the system closes', async () => {
    const own = await openJobSystem({ databaseUrl: test.url, logger });
    let finished = false;
    let started: () => void = () => undefined;
    const running = new Promise<void>((resolve) => (started = resolve));
    own.worker('slow', async () => {
      started();
      await new Promise((resolve) => setTimeout(resolve, 200));
      finished = true;
    });
    await own.queue<null>('slow').add('nap', null);
    await running;
    await own.close();
    expect(finished).toBe(true);
  });
});

describe('opening', () => {
  it('says which Redis does not answer', async () => {
    const closed = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => closed.once('listening', resolve));
    const { port } = closed.address() as net.AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    await expect(
      openJobSystem({ databaseUrl: test.url, redisUrl: `redis://127.0.0.1:${port}`, logger }),
    ).rejects.toMatchObject({ code: 'jobs.redis-unreachable', message: expect.stringContaining(`127.0.0.1:${port}`) });
    await expect(openJobSystem({ databaseUrl: test.url, redisUrl: 'localhost:6379', logger })).rejects.toMatchObject({
      code: 'jobs.redis-url',
    });
  });

  it('fails when the database is not there', async () => {
    const url = new URL(test.url);
    url.pathname += '_none';
    await expect(openJobSystem({ databaseUrl: url.href, logger })).rejects.toThrow(/does not exist/);
  });
});
