import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string): Promise<string> => readFile(join(ROOT, path), 'utf8');

interface Package {
  readonly workspaces?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** README and everything under docs/, by path. */
async function pages(): Promise<readonly string[]> {
  const docs = await readdir(join(ROOT, 'docs'), { recursive: true });
  return ['README.md', 'README.zh-CN.md', ...docs.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)];
}

/** The anchor that a heading has: lower case, spaces as hyphens, punctuation left out. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

it('every link between pages leads to a file that is there, and to a heading that is there', async () => {
  const broken: string[] = [];
  for (const page of await pages()) {
    const text = await read(page);
    for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? page : join(dirname(page), path);
      if (!existsSync(join(ROOT, file))) broken.push(`${page}: ${target}`);
      else if (anchor !== undefined) {
        const headings = [...(await read(file)).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading));
        if (!headings.includes(anchor)) broken.push(`${page}: ${target}`);
      }
    }
  }
  expect(broken).toEqual([]);
});

it('every file that a page of failures or dependencies names is there', async () => {
  const missing: string[] = [];
  for (const page of ['docs/failure-modes.md', 'docs/dependencies.md'])
    for (const [, path = ''] of (await read(page)).matchAll(/`([\w-]+(?:\/[\w-]+)+\.[\w.-]*ts)`/g))
      if (!existsSync(join(ROOT, path))) missing.push(`${page}: ${path}`);
  expect(missing).toEqual([]);
});

it('the page of dependencies has every package that a package.json names, with its version, and no other', async () => {
  const { workspaces = [] } = JSON.parse(await read('package.json')) as Package;
  const used = new Map<string, string>();
  for (const folder of ['.', ...workspaces]) {
    const named = JSON.parse(await read(`${folder}/package.json`)) as Package;
    const all = { ...named.dependencies, ...named.devDependencies, ...named.optionalDependencies };
    for (const [name, version] of Object.entries(all))
      if (!name.startsWith('@citycard/') && !name.startsWith('@types/')) used.set(name, version);
  }
  const written = new Map<string, string>();
  for (const line of (await read('docs/dependencies.md')).split('\n')) {
    const [, names = '', pins = ''] = line.split('|');
    const versions = pins.split(',').map((pin) => pin.trim());
    for (const [index, [, name = '']] of [...names.matchAll(/`([^`]+)`/g)].entries())
      if (!name.startsWith('@types/')) written.set(name, versions[index] ?? '');
  }
  expect(Object.fromEntries(written)).toEqual(Object.fromEntries(used));
});
