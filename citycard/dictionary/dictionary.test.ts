import { expect, it } from 'vitest';
import { dictionaryOfMigrations, dictionaryPage } from './page.ts';

/** `npx vitest run citycard/dictionary --update` writes the page anew. */
it('the published data dictionary is the one the schema and the item dictionary give', async () => {
  await expect(await dictionaryOfMigrations()).toMatchFileSnapshot(dictionaryPage);
});
