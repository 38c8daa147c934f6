import { commonMigrations, migrate, startTestDatabase, type TestDatabase } from '@citycard/common';
import { clearingMigrations } from '@citycard/clearing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clearDemo, installationMigrations, readMark, writeMark } from './mark.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase([]);
});
afterAll(() => database.stop());

const schemas = async () =>
  (
    await database.db.query<{ name: string }>(
      `select nspname as name from pg_namespace where nspname !~ '^(pg_|information_schema|public)' order by nspname`,
    )
  ).rows.map(({ name }) => name);
const refused = { code: expect.stringMatching(/^citycard\.not-a-demo$/) as string };

test('an empty database stays as it is, whatever else stands in it', async () => {
  await database.db.query('drop schema if exists platform cascade; create schema theirs');
  expect(await readMark(database.db)).toBe('empty');
  await clearDemo(database.db);
  expect(await schemas()).toEqual(['theirs']);
  await database.db.query('drop schema theirs');
});

test('schemas of the same names that our migrations did not make are somebody else’s', async () => {
  await database.db.query('create schema gateway; create table gateway.theirs (n integer)');
  await expect(clearDemo(database.db)).rejects.toMatchObject(refused);
  await migrate(database.url, [commonMigrations]);
  await expect(clearDemo(database.db)).rejects.toMatchObject(refused);
  expect(await schemas()).toEqual(['gateway', 'platform']);
  await database.db.query('drop schema gateway cascade; drop schema platform cascade');
  await database.db.query('create schema platform; create table platform.migration (id integer)');
  await expect(clearDemo(database.db)).rejects.toMatchObject(refused);
  await database.db.query('drop schema platform cascade');
});

test('what a start left that broke off before its mark holds nothing and is cleared', async () => {
  await migrate(database.url, [commonMigrations, clearingMigrations]);
  expect(await readMark(database.db)).toBe('unmarked');
  await clearDemo(database.db);
  expect(await schemas()).toEqual([]);
});

test('without a mark, one person is enough to be somebody’s installation', async () => {
  await migrate(database.url, [commonMigrations, installationMigrations]);
  await database.db.query(
    `insert into platform.principal (id, name, kind, roles, token_sha256) values ('p', 'P (test)', 'person', '{auditor}', sha256('p'))`,
  );
  await expect(clearDemo(database.db)).rejects.toMatchObject(refused);
  expect(await schemas()).toEqual(['installation', 'platform']);
});

test('a demo is cleared, a production installation never', async () => {
  await writeMark(database.db, { state: 'playing', seed: 7 });
  await writeMark(database.db, { state: 'played', businessDate: '2026-05-04' });
  expect(await readMark(database.db)).toEqual({ kind: 'demo', state: 'played', businessDate: '2026-05-04' });
  await database.db.query(`update installation.mark set kind = 'production'`);
  await expect(clearDemo(database.db)).rejects.toMatchObject(refused);
  await database.db.query(`update installation.mark set kind = 'demo'`);
  await clearDemo(database.db);
  expect(await schemas()).toEqual([]);
});
