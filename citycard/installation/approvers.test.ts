import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { approversOf } from './approvers.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const FOLDERS = ['common', 'clearing', 'card-issuer', 'terminal-gateway', 'reconciliation', 'citycard'];

/** Sources that propose acts. */
function sources(): { path: string; text: string }[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  )
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.includes('node_modules'))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }))
    .filter(({ text }) => text.includes('proposeAct(tx'));
}

test('every act that waits for a second person says for whom', () => {
  const unknown = sources().flatMap(({ path, text }) => {
    const calls = [...text.matchAll(/proposeAct\(tx, \w+, \{\s*act: /g)];
    const named = calls.flatMap(({ index }) => {
      const [, word] = /act: ('[^']+'|`[^`]+`|[\w.]+)/.exec(text.slice(index)) ?? [];
      if (word === undefined) return [];
      if (word.startsWith("'")) return [word.slice(1, -1)];
      const constant = new RegExp(`const ${word} = '([^']+)'`).exec(text)?.[1];
      return constant === undefined ? [] : [constant];
    });
    return named.filter((act) => approversOf(act).length === 0).map((act) => `${path}: ${act}`);
  });
  expect(unknown).toEqual([]);
  expect(sources().length).toBeGreaterThan(40);
});
