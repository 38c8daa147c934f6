import { commonMigrations, createPrincipal, type Principal, startTestDatabase, transact } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clearingMigrations } from '../migrations.ts';
import { approveRemoval, proposeRemoval, putOnHotlist } from './by-hand.ts';
import { endCardLocks, hotlistStory, noteCardLocks, openCardLock } from './card-locks.ts';
import { addHotlistEntry, confirmHotlist, hotlistPage, isHotlisted } from './hotlist.ts';

let database: Awaited<ReturnType<typeof startTestDatabase>>;
beforeAll(async () => {
  database = await startTestDatabase([commonMigrations, clearingMigrations]);
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

describe('cards that are not ours', () => {
  const foreign = '03104520010000000017';
  const officer = (id: string): Principal => ({ id, name: `Generated ${id}`, kind: 'person', roles: ['platform'] });
  const [maker, checker] = [officer('platform'), officer('platform-2')];
  const put = () =>
    transact(database.db, (tx) => putOnHotlist(tx, maker, { applicationSerial: foreign, reason: 'told by its city' }));

  it('are put there by one person, whoever else tries at the same time, and taken off by two', async () => {
    await transact(database.db, async (tx) => {
      for (const one of [maker, checker]) await createPrincipal(tx, one);
    });
    const tries = await Promise.allSettled([put(), put()]);
    expect(tries.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const propose = () =>
      transact(database.db, (tx) => proposeRemoval(tx, maker, { applicationSerial: foreign, reason: 'found again' }));
    const [{ removalNo }, twin] = [await propose(), await propose()];
    const approve = (who: Principal, no: bigint) => transact(database.db, (tx) => approveRemoval(tx, who, no));
    await expect(approve(maker, removalNo)).rejects.toMatchObject({ code: 'identity.same-person' });
    await approve(checker, removalNo);
    expect(await isHotlisted(database.db, foreign)).toBe(false);
    await expect(approve(checker, removalNo)).rejects.toMatchObject({ code: 'clearing.hotlist.removal-done' });
    await expect(approve(checker, twin.removalNo)).rejects.toMatchObject({ code: 'clearing.hotlist.not-listed' });
    const { entries } = await hotlistStory(database.db, foreign);
    expect(entries).toMatchObject([
      { action: 'remove', reason: 'found again', putBy: 'platform-2' },
      { action: 'add', reason: 'told by its city', putBy: 'platform' },
    ]);
  });
});

describe('cards locked by terminals', () => {
  const card = '3104520010000000025';
  const lock = (lockedAt: Date) =>
    transact(database.db, (tx) =>
      noteCardLocks(tx, [
        {
          cardNo: card,
          applicationSerial: `0${card}`,
          lockedAt,
          samNo: '370799000001',
          terminalNo: 'T0000001',
          participantNo: 'BUS1',
          reportedAt: lockedAt,
        },
      ]),
    );

  it('show which entry took effect; a lock without one raises an alarm', async () => {
    await lock(new Date());
    expect(await openCardLock(database.db, card)).toMatchObject({ terminalNo: 'T0000001', hotlistVersion: null });
    const alarms = () => database.db.query(`select subject from clearing.alarm where kind = 'card-locked-not-listed'`);
    expect((await alarms()).rows).toEqual([{ subject: 'terminal T0000001' }]);
    const entry = { action: 'add', applicationSerial: `0${card}`, reason: 'generated' } as const;
    const version = await transact(database.db, (tx) => addHotlistEntry(tx, entry));
    const at = new Date(Date.now() + 1000);
    await lock(at);
    await lock(at);
    expect((await hotlistStory(database.db, `0${card}`)).entries).toMatchObject([{ version, effectiveAt: at }]);
    expect((await alarms()).rows).toHaveLength(1);
    await transact(database.db, (tx) => endCardLocks(tx, card, 'clerk-1'));
    expect(await openCardLock(database.db, card)).toBeUndefined();
    expect((await hotlistStory(database.db, `0${card}`)).locks).toHaveLength(2);
  });
});
