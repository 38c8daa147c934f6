import { writeFile } from 'node:fs/promises';
import { dictionaryOfMigrations, dictionaryPage } from './page.ts';

// node --import tsx citycard/dictionary/write.ts: writes docs/reference/data-dictionary.md anew.
await writeFile(dictionaryPage, await dictionaryOfMigrations());
