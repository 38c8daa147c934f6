import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { playDay } from './play-day.ts';
import { createProgress } from './progress.ts';

test('a stop that was asked for before the day begins ends the city before it has said anything', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'citycard-day-'));
  try {
    const nowhere = { host: '127.0.0.1', port: 1 };
    const script = { baseUrl: 'http://127.0.0.1:1', gateway: nowhere, people: {}, seed: 1, cards: 10, purchases: 10 };
    const progress = createProgress({ write: () => true });
    await expect(playDay(folder, script, progress, AbortSignal.abort())).rejects.toThrow('ended with code null');
  } finally {
    await rm(folder, { recursive: true });
  }
}, 30_000);
