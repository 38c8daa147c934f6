import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { commonMigrations, migrate, type MigrationSet } from './migrate.ts';
import { startTestDatabase, type TestDatabase } from './test-database.ts';

let test: TestDatabase;
let root: string;
let set: MigrationSet;
let count = 0;

beforeAll(async () => {
  test = await startTestDatabase([commonMigrations]);
  root = await mkdtemp(path.join(tmpdir(), 'citycard-migrations-'));
});
afterAll(async () => {
  await test.stop();
  await rm(root, { recursive: true });
});

beforeEach(async () => {
  count += 1;
  set = { schema: `shop_${count}`, directory: path.join(root, String(count)) };
  await mkdir(set.directory);
  await file('001-till.sql', 'CREATE TABLE till (no int PRIMARY KEY);');
});

const file = (name: string, sql: string) => writeFile(path.join(set.directory, name), sql);
const applied = async () =>
  (
    await test.db.query<{ file: string }>('SELECT file FROM platform.migration WHERE schema = $1 ORDER BY file', [
      set.schema,
    ])
  ).rows.map((row) => row.file);

describe('migrate', () => {
  it('applies what is new, in the order of the numbers', async () => {
    await migrate(test.url, [commonMigrations, set]);
    await file('002-drawer.sql', 'CREATE TABLE drawer (till int REFERENCES till (no));');
    await migrate(test.url, [commonMigrations, set]);
    expect(await applied()).toEqual(['001-till.sql', '002-drawer.sql']);
    await test.db.query(`INSERT INTO ${set.schema}.till VALUES (1)`);
  });

  it('may be started by several processes at once', async () => {
    await file('002-once.sql', 'INSERT INTO till VALUES (1);');
    await Promise.all(Array.from({ length: 4 }, () => migrate(test.url, [set])));
    expect(await applied()).toHaveLength(2);
  });

  it('refuses a file that was changed after it was applied', async () => {
    await migrate(test.url, [set]);
    await file('001-till.sql', 'CREATE TABLE till (no bigint PRIMARY KEY);');
    await file('002-more.sql', 'CREATE TABLE more ();');
    await expect(migrate(test.url, [set])).rejects.toMatchObject({
      code: 'database.migration-changed',
      message: expect.stringContaining('001-till.sql'),
    });
    expect(await applied()).toEqual(['001-till.sql']);
  });

  it('refuses a database that is ahead of the program', async () => {
    await migrate(test.url, [set]);
    await rm(path.join(set.directory, '001-till.sql'));
    await expect(migrate(test.url, [set])).rejects.toMatchObject({ code: 'database.migration-missing' });
  });

  it('keeps nothing of a file that fails', async () => {
    await file('002-half.sql', 'CREATE TABLE whole (); SELECT 1/0;');
    await expect(migrate(test.url, [set])).rejects.toMatchObject({
      code: 'database.migration-failed',
      message: expect.stringMatching(/002-half\.sql.*division by zero/),
    });
    expect(await applied()).toEqual(['001-till.sql']);
    await expect(test.db.query(`SELECT FROM ${set.schema}.whole`)).rejects.toThrow(/does not exist/);
  });

  it.each([
    ['002-Big.sql', 'SELECT 1'],
    ['001-twice.sql', 'SELECT 1'],
    ['002-own.sql', 'CREATE TABLE a ();\nCOMMIT;'],
  ])('refuses %s before anything is applied', async (name, sql) => {
    await file(name, sql);
    await expect(migrate(test.url, [set])).rejects.toMatchObject({ code: 'database.migration-misnamed' });
    expect(await applied()).toEqual([]);
  });
});
