import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ground, startGround } from './ground.ts';
import { type Plan, planOf } from './plan.ts';
import { playPlan } from './seed.ts';

/** Seeds of every run; many more are played by `npm run sim`. */
const SEEDS = [1, 2, 3, 4];
const FOUND = join(import.meta.dirname, 'found');

describe('days of a city full of faults', () => {
  let ground: Ground;
  beforeAll(async () => {
    ground = await startGround();
  }, 120_000);
  afterAll(() => ground.stop());

  it.each(SEEDS)('seed %i: every card, record and fen is where the cards say it is', async (seed) => {
    expect((await playPlan(ground, planOf(seed, 1))).complaints).toEqual([]);
  });

  it('plans that failed once hold', async () => {
    for (const name of await readdir(FOUND).catch(() => [])) {
      const plan = JSON.parse(await readFile(join(FOUND, name), 'utf8')) as Plan;
      expect([name, (await playPlan(ground, plan)).complaints]).toEqual([name, []]);
    }
  });
});
