import { accountBalance, clearingMigrations, openAccount } from '@citycard/clearing';
import {
  businessDate,
  commonMigrations,
  createPrincipal,
  type Principal,
  startTestDatabase,
  type TestDatabase,
  transact,
} from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reconciliationMigrations } from '../migrations.ts';
import { approveBooking, proposeBooking } from './by-hand.ts';
import { takeNotification } from './notifications.ts';
import { unmatchedEntries } from './open-items.ts';
import { notification, TEST_ACCOUNT } from './test-messages.ts';

const CUSTODY = `bank-custody:${TEST_ACCOUNT}`;
const MAKER: Principal = { id: 'maker', name: 'Maker (test)', kind: 'person', roles: ['finance-maker'] };
const CHECKER: Principal = { id: 'checker', name: 'Checker (test)', kind: 'person', roles: ['finance-checker'] };
const BOOKING = {
  account: TEST_ACCOUNT,
  reference: 'R17',
  part: 1,
  counterAccount: 'settlement-in-transit:R17',
  reason: 'booked twice, letter 8',
};

let database: TestDatabase;
let db: TestDatabase['db'];
beforeAll(async () => {
  database = await startTestDatabase([commonMigrations, clearingMigrations, reconciliationMigrations]);
  db = database.db;
  await transact(db, async (tx) => {
    await tx.query(`insert into clearing.business_day (business_date, state) values ('2026-11-20', 'open')`);
    for (const code of [CUSTODY, 'cash-in-transit:SLIP-1', 'cash-shift:S1']) await openAccount(tx, code);
    for (const person of [MAKER, CHECKER]) await createPrincipal(tx, person);
  });
  const entries = [
    { reference: 'R17', amount: '9.00', direction: 'DBIT', endToEndId: 'NOT-OURS' },
    { reference: 'R18', amount: '2.00', remittance: 'a stranger' },
  ] as const;
  await takeNotification(db, notification('N1', entries));
});
afterAll(() => database.stop());

const posted = async (code: string) => (await accountBalance(db, code)).posted;
const propose = (over = {}) => transact(db, (tx) => proposeBooking(tx, MAKER, { ...BOOKING, ...over }));

describe('an open item of the bank', () => {
  it('is booked by two persons, once, and the account says what the bank says', async () => {
    const { approvalId } = await propose();
    const book = (who: Principal, over = {}) =>
      transact(db, (tx) => approveBooking(tx, who, { ...BOOKING, ...over }, approvalId));
    await expect(book(MAKER)).rejects.toMatchObject({ code: 'identity.same-person' });
    await expect(book(CHECKER, { reason: 'another' })).rejects.toMatchObject({ code: 'identity.content-differs' });
    const [first, second] = await Promise.all([book(CHECKER), book(CHECKER)]);
    expect(second).toEqual(first);
    expect([await posted(CUSTODY), await posted('settlement-in-transit:R17')]).toEqual([-900n, 900n]);
    const open = await unmatchedEntries(db, businessDate('2026-11-20'));
    expect(open.map(({ reference }) => reference)).toEqual(['R18']);
  });

  it('is refused for accounts of cards, accounts that are not there, and items that are not open', async () => {
    const credit = { reference: 'R18' };
    const refused = { code: 'bank.counter-refused' };
    await expect(propose({ ...credit, counterAccount: 'purse' })).rejects.toMatchObject(refused);
    await expect(propose({ ...credit, counterAccount: CUSTODY })).rejects.toMatchObject(refused);
    await expect(propose({ reference: 'NONE' })).rejects.toMatchObject({ code: 'bank.item-unknown' });
    const missing = { ...credit, counterAccount: 'agent-prefund:NOBODY' };
    const { approvalId } = await propose(missing);
    const book = () => transact(db, (tx) => approveBooking(tx, CHECKER, { ...BOOKING, ...missing }, approvalId));
    await expect(book()).rejects.toMatchObject(refused);
    expect(await posted(CUSTODY)).toBe(-900n);
  });
});
