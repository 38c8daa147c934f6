import { Registry } from 'prom-client';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { measureParts } from './part-metrics.ts';
import { partsOfThisProcess, watchPart } from './part-rounds.ts';

const seen = (part: string) => partsOfThisProcess().find((one) => one.part === part);

it('knows when a part did its last round, what it is at, and why rounds failed', async () => {
  const part = watchPart('test-rounds', { everyMs: 1_000 });
  expect(seen('test-rounds')).toMatchObject({ rounds: 0, doneBeforeMs: null, atWorkForMs: null });
  let end = (): void => undefined;
  const work = part.round(() => new Promise<void>((resolve) => (end = resolve)), '2026-11-22');
  expect(seen('test-rounds')).toMatchObject({ doing: '2026-11-22', atWorkForMs: expect.any(Number) as number });
  end();
  await work;
  expect(seen('test-rounds')).toMatchObject({ rounds: 1, doing: null, atWorkForMs: null, failures: 0 });
  for (const _ of [1, 2])
    await expect(part.round(() => Promise.reject(new Error('card 4580000000000001234 was lost')))).rejects.toThrow();
  // What a failure says names no card.
  expect(seen('test-rounds')).toMatchObject({ failures: 2, failure: 'card ***************1234 was lost' });
  await part.round(() => Promise.resolve());
  expect(seen('test-rounds')).toMatchObject({ failures: 0, failure: null, rounds: 4 });
  part.end();
  expect(seen('test-rounds')).toBeUndefined();
});

it('is overdue when a round gives no sign for too long, however often others join it', async () => {
  const part = watchPart('test-overdue', { everyMs: 10, longestMs: 30 });
  const metrics = new Registry();
  measureParts(metrics);
  let end = (): void => undefined;
  const work = part.round(() => new Promise<void>((resolve) => (end = resolve)));
  await sleep(40);
  const joined = part.round(() => work);
  expect(seen('test-overdue')?.dueInMs).toBeLessThan(0);
  expect(await metrics.metrics()).toContain('citycard_part_overdue{part="test-overdue"} 1');
  part.sign();
  expect(seen('test-overdue')?.dueInMs).toBeGreaterThan(0);
  end();
  await Promise.all([work, joined]);
  expect(seen('test-overdue')?.dueInMs).toBeGreaterThan(1_000);
  part.end();
});
