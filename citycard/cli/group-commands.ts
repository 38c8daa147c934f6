import { readFile, writeFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { citycardErrors } from '../errors.ts';
import type { Answered, Command } from './command.ts';
import type { Connection } from './connection.ts';
import { download, upload } from './upload.ts';

const PHOTO_TYPES: Readonly<Record<string, string>> = {
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.png': 'image/png',
};
const LISTS: Readonly<Record<string, string>> = { '.html': 'hand-out-list.html', '.csv': 'hand-out-list.csv' };

/** Applications of schools and employers (docs/group-applications.md). */
export const groupCommands: readonly Command[] = [
  {
    words: 'group import',
    help: 'group import GROUP TABLE [PHOTO…]: hand in people (XLSX or CSV) and photos; rows that go back are written to TABLE.bad.csv',
    person: 'registrar-1',
    running: true,
    takesWords: true,
    run: async (connection, [group, table, ...photos]) => {
      if (group === undefined || !/^[0-9]+$/.test(group) || table === undefined)
        throw citycardErrors.badOption('group import takes the number of a group application, a table and photos');
      return importGroup(connection, group, table, photos);
    },
  },
  {
    words: 'group status',
    help: 'group status GROUP: people, photos, batches, cards nobody has collected with their age',
    person: 'clerk-1',
    running: false,
    takesWord: true,
    run: async (connection, [group]) => {
      if (group === undefined || !/^[0-9]+$/.test(group))
        throw citycardErrors.badOption('group status takes the number of a group application');
      return { answer: await connection.get(`/v1/group-applications/${encodeURIComponent(group)}`), ok: true };
    },
  },
  {
    words: 'group list',
    help: 'group list GROUP FILE.html|FILE.csv: write the list that people sign for their cards, masked',
    person: 'clerk-1',
    running: false,
    takesWords: true,
    run: async (connection, [group, file, ...more]) => {
      const list = LISTS[extname(file ?? '').toLowerCase()];
      if (group === undefined || !/^[0-9]+$/.test(group) || file === undefined || list === undefined || more.length > 0)
        throw citycardErrors.badOption('group list takes the number of a group application and a file, .html or .csv');
      await writeFile(file, await download(connection, `/v1/group-applications/${encodeURIComponent(group)}/${list}`));
      return { answer: { written: file }, ok: true };
    },
  },
];

async function importGroup(
  connection: Connection,
  group: string,
  table: string,
  photos: readonly string[],
): Promise<Answered> {
  const path = `/v1/group-applications/${group}`;
  const handedIn = (await upload(connection, { path: `${path}/members`, content: await readOrSay(table) })) as {
    bad: readonly unknown[];
  };
  const badRowsIn = `${table}.bad.csv`;
  if (handedIn.bad.length > 0) await writeFile(badRowsIn, await download(connection, `${path}/bad-rows.csv`));
  const refused: string[] = [];
  for (const photo of photos) {
    const type = PHOTO_TYPES[extname(photo).toLowerCase()] ?? 'application/octet-stream';
    const headers = { 'x-photo-name': encodeURIComponent(basename(photo)) };
    const content = await readOrSay(photo);
    await upload(connection, { path: `${path}/photos`, type, content, headers }).catch((error: unknown) => {
      refused.push(`${photo}: ${error instanceof Error ? error.message : String(error)}`);
    });
  }
  const back = handedIn.bad.length > 0 ? { badRowsIn } : {};
  const answer = { ...handedIn, ...back, photos: photos.length - refused.length, photosRefused: refused };
  return { answer, ok: handedIn.bad.length === 0 && refused.length === 0 };
}

async function readOrSay(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch {
    throw citycardErrors.badOption(`${file} cannot be read`);
  }
}
