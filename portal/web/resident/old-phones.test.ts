import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'acorn';
import { beforeAll, expect, it } from 'vitest';

const PAGES = 'portal/dist/resident';
/** What phones of 2017 read: Chrome 61 and Safari 11, the first that load modules. */
const EDITION = 2017;
/** Names that came later; what of them stands in the pages is asked for first, or not used. */
const LATER =
  /\.(?:replaceAll|matchAll|flatMap|flat|at|trimStart|trimEnd|finally|allSettled|fromEntries)\(|\bqueueMicrotask\(|\bstructuredClone\(/g;

let scripts: { name: string; text: string }[] = [];
beforeAll(() => {
  const built = spawnSync(process.execPath, ['scripts/build-pages.mjs'], { stdio: ['ignore', 'inherit', 'inherit'] });
  expect(built.status).toBe(0);
  scripts = readdirSync(PAGES, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js'))
    .map((name) => ({ name, text: readFileSync(join(PAGES, name), 'utf8') }));
}, 120_000);

it('is written in the language that phones of 2017 read, the worker as a plain script', () => {
  expect(scripts.length).toBeGreaterThanOrEqual(2);
  for (const { name, text } of scripts) {
    const sourceType = name.includes('work') ? 'script' : 'module';
    expect(() => parse(text, { ecmaVersion: EDITION, sourceType }), name).not.toThrow();
  }
  // The check itself: a later edition is refused.
  expect(() => parse('const { a, ...b } = {}', { ecmaVersion: EDITION })).toThrow();
});

it('asks for nothing of its browser that came later', () => {
  for (const { name, text } of scripts)
    expect([name, [...text.matchAll(LATER)].map(([found]) => found)]).toEqual([name, []]);
});
