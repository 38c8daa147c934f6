import { clearingMigrations, openAccount, type WatchContext } from '@citycard/clearing';
import { commonMigrations, startTestDatabase, type TestDatabase, transact } from '@citycard/common';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { reconciliationMigrations } from '../migrations.ts';
import { takeNotification } from './notifications.ts';
import { notification, TEST_ACCOUNT } from './test-messages.ts';
import { unmatchedEntryWatch } from './watch.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase([commonMigrations, clearingMigrations, reconciliationMigrations]);
  const { db } = database;
  await db.query(`insert into clearing.business_day (business_date, state) values ('2026-11-20', 'open')`);
  await transact(db, (tx) => openAccount(tx, `bank-custody:${TEST_ACCOUNT}`));
  const stranger = { reference: 'R1', amount: '2.00', remittance: 'a stranger' };
  await takeNotification(db, notification('N1', [stranger]));
});
afterAll(() => database.stop());

const look = (afterDays: number) =>
  unmatchedEntryWatch.look({ db: database.db, thresholds: { afterDays } } as unknown as WatchContext);
const age = (days: number) =>
  database.db.query(
    `update reconciliation.bank_entry set booked_on = (now() at time zone 'Asia/Shanghai')::date - $1::int`,
    [days],
  );

test('an entry nobody recognised is found when it is older than the rule allows, without what its text said', async () => {
  await age(1);
  expect(await look(1)).toEqual([]);
  await age(2);
  const [finding, ...others] = await look(1);
  expect(others).toEqual([]);
  expect(finding).toMatchObject({
    subject: 'bank entries',
    evidence: {
      count: 1n,
      sumFen: 200n,
      entries: [{ account: TEST_ACCOUNT, reference: 'R1', direction: 'credit', ageDays: 2 }],
    },
  });
  expect(Object.values((finding?.evidence['entries'] as object[])[0]!)).not.toContain('a stranger');
});

test('ten thousand are one finding that counts and sums all of them', async () => {
  await database.db.query(
    `insert into reconciliation.bank_entry (account_no, bank_reference, direction, amount_fen, booked_on, reversal, first_kind, first_message)
     select $1, 'G' || n, 'credit', n, '2026-11-02', false, 'notification', 'generated' from generate_series(1, 9999) n`,
    [TEST_ACCOUNT],
  );
  await database.db.query(
    `insert into reconciliation.bank_entry_part (account_no, bank_reference, part_no, amount_fen, state, reason)
     select account_no, bank_reference, 1, amount_fen, 'unmatched', 'generated' from reconciliation.bank_entry where bank_reference like 'G%'`,
  );
  const found = await look(1);
  expect(found).toMatchObject([{ evidence: { count: 10_000n, sumFen: 49_995_200n } }]);
  expect(found[0]?.evidence['entries']).toHaveLength(20);
});
