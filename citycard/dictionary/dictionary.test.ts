import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { dictionaryOfMigrations, dictionaryPage } from './page.ts';

it('the published data dictionary is the one the schema and the item dictionary give', async () => {
  const [generated, published] = [await dictionaryOfMigrations(), await readFile(dictionaryPage, 'utf8')];
  // Regenerate with: node --import tsx citycard/dictionary/write.ts
  expect(published).toBe(generated);
});
