import { clearingMigrations, accountBalance, openAccount } from '@citycard/clearing';
import { businessDate, commonMigrations, startTestDatabase, type TestDatabase, transact } from '@citycard/common';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { reconciliationMigrations } from '../migrations.ts';
import { takeNotification } from './notifications.ts';
import { notification, TEST_ACCOUNT } from './test-messages.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase([commonMigrations, clearingMigrations, reconciliationMigrations]);
  await transact(database.db, async (tx) => {
    await tx.query(`insert into clearing.business_day (business_date, state) values ($1, 'open')`, [
      businessDate('2026-11-20'),
    ]);
    for (const code of [`bank-custody:${TEST_ACCOUNT}`, 'concession-receivable:7']) await openAccount(tx, code);
  });
});
afterAll(() => database.stop());

it('a credit of the finance bureau pays the claim it names, once; one that nobody made is an open item', async () => {
  const xml = notification('S1', [
    { reference: 'B1', amount: '6.00', remittance: 'SUBSIDY 7 senior 2026-11' },
    { reference: 'B2', amount: '1.00', remittance: 'SUBSIDY 8' },
    { reference: 'B3', amount: '1.00', remittance: 'SUBSIDY 07' },
  ]);
  for (let again = 0; again < 2; again += 1)
    expect((await takeNotification(database.db, xml)).result).toMatchObject({ recognised: 1, unmatched: 2 });
  expect((await accountBalance(database.db, 'concession-receivable:7')).posted).toBe(-600n);
});
