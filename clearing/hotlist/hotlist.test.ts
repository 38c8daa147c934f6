import { startTestDatabase, transact } from '@citycard/common';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { clearingMigrations } from '../migrations.ts';
import { addHotlistEntry, confirmHotlist, hotlistPage, isHotlisted } from './hotlist.ts';

let database: Awaited<ReturnType<typeof startTestDatabase>>;
beforeAll(async () => {
  database = await startTestDatabase([clearingMigrations]);
});
afterAll(async () => {
  await database.stop();
});

const serial = (number: number): string => String(number).padStart(20, '0');
const add = (number: number, action: 'add' | 'remove' = 'add') =>
  transact(database.db, (tx) =>
    addHotlistEntry(tx, { action, applicationSerial: serial(number), reason: 'generated' }),
  );
const page = (versionHeld: number, index: number, limit = 3) => hotlistPage(database.db, { versionHeld, index, limit });

it('is empty at first', async () => {
  expect(await page(0, 0)).toEqual({ currentVersion: 0n, nextIndex: 0, more: false, entries: [] });
});

it('numbers entries without gaps, however many are added at once and whatever is rolled back', async () => {
  const broken = transact(database.db, async (tx) => {
    await addHotlistEntry(tx, { action: 'add', applicationSerial: serial(99), reason: 'generated' });
    throw new Error('generated');
  });
  const versions = await Promise.all([...Array.from({ length: 7 }, (_, index) => add(index)), broken.catch(() => 0n)]);
  expect(versions.filter((version) => version !== 0n).sort()).toEqual([1n, 2n, 3n, 4n, 5n, 6n, 7n]);
  expect(await isHotlisted(database.db, serial(99))).toBe(false);
});

it('is handed out page by page after the version held', async () => {
  const first = await page(0, 0);
  expect(first).toMatchObject({ currentVersion: 7n, nextIndex: 3, more: true });
  expect(first.entries.map((entry) => entry.version)).toEqual([1n, 2n, 3n]);
  expect(await page(0, 3)).toMatchObject({ nextIndex: 6, more: true });
  const last = await page(0, 6);
  expect(last).toMatchObject({ currentVersion: 7n, nextIndex: 7, more: false });
  expect(last.entries).toHaveLength(1);
  expect(await page(5, 0)).toMatchObject({ nextIndex: 2, more: false });
  expect((await page(7, 0)).entries).toEqual([]);
});

it('grows while a terminal reads it, and the last page tells', async () => {
  expect(await page(0, 3, 4)).toMatchObject({ nextIndex: 7, more: false });
  await add(3, 'remove');
  expect(await page(0, 3, 4)).toMatchObject({ currentVersion: 8n, nextIndex: 7, more: true });
  expect((await page(0, 7, 4)).entries).toEqual([{ version: 8n, action: 'remove', applicationSerial: serial(3) }]);
  expect(await isHotlisted(database.db, serial(3))).toBe(false);
});

it('is confirmed by terminals, for versions that were published', async () => {
  const at = new Date('2026-11-20T00:00:00Z');
  const confirm = (version: number) => transact(database.db, (tx) => confirmHotlist(tx, 'T0000001', version, at));
  await confirm(8);
  await confirm(8);
  await expect(confirm(9)).rejects.toMatchObject({ code: 'clearing.hotlist-version-unknown' });
  await expect(page(9, 0)).rejects.toMatchObject({ code: 'clearing.hotlist-version-unknown' });
  const { rows } = await database.db.query('select terminal_no, version from clearing.hotlist_confirmation');
  expect(rows).toEqual([{ terminal_no: 'T0000001', version: 8n }]);
});
