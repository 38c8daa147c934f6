import { expect, it } from 'vitest';
import { dictionaryOfMigrations, dictionaryPage } from './page.ts';

/** `npx vitest run citycard/dictionary --update` writes the page anew. */
it('the published data dictionary is the one the schema and the item dictionary give', async () => {
  const page = await dictionaryOfMigrations();
  await expect(page).toMatchFileSnapshot(dictionaryPage);
  // A table whose columns follow its name at once has neither a comment in the database nor a line in table-meanings.ts.
  expect([...page.matchAll(/^#### (.*)\n\n(?:Partitioned.*\n\n)?\|/gm)].map(([, table]) => table)).toEqual([]);
});
