import { businessDate, commonMigrations, startTestDatabase, transact } from '@citycard/common';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openAccount } from '../ledger/accounts.ts';
import { postOrThrow } from '../ledger/posting.ts';
import { transfer } from '../ledger/test-ledger.ts';
import { clearingMigrations } from '../migrations.ts';
import { cutOff, openDay } from './days.ts';

let database: Awaited<ReturnType<typeof startTestDatabase>>;
beforeAll(async () => {
  database = await startTestDatabase([commonMigrations, clearingMigrations]);
});
afterAll(() => database.stop());

const years = async (): Promise<string[]> => {
  const { rows } = await database.db.query<{ relname: string }>(
    `select relname from pg_class where relname ~ '^(ledger_transfer|purchase_record|purchase_history)_p0_2[0-9]{3}$' order by 1`,
  );
  return rows.map(({ relname }) => relname);
};

it('the history of a year has its place a month before the year begins, whatever year that is', async () => {
  const lastOfNovember = businessDate('2040-11-30');
  await transact(database.db, (tx) => openDay(tx, lastOfNovember));
  expect(await years()).toEqual(
    expect.arrayContaining(['ledger_transfer_p0_2040', 'purchase_record_p0_2040', 'purchase_history_p0_2040']),
  );
  expect(await years()).not.toContain('ledger_transfer_p0_2041');
  await cutOff(database.db, lastOfNovember);
  expect(await years()).toEqual(
    expect.arrayContaining(['ledger_transfer_p0_2041', 'purchase_record_p0_2041', 'purchase_history_p0_2041']),
  );
  await transact(database.db, async (tx) => {
    for (const code of ['fee-income:main', 'rounding:main']) await openAccount(tx, code);
    await postOrThrow(tx, businessDate('2041-01-01'), [transfer('new-year', 'rounding:main', 'fee-income:main', 1)]);
  });
});
