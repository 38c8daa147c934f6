import { join } from 'node:path';
import { expect, it } from 'vitest';
import { messageCataloguePage } from './page.ts';

const page = join(import.meta.dirname, '..', '..', 'docs', 'reference', 'message-catalogue.md');

/** `npx vitest run terminal-gateway/catalogue --update` writes the page anew. */
it('the published message catalogue is the one the tables give', async () => {
  await expect(messageCataloguePage()).toMatchFileSnapshot(page);
});
