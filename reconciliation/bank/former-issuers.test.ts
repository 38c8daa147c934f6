import {
  accountBalance,
  approveTransfer,
  bookImportedBalances,
  clearingMigrations,
  coverageOfFormerIssuers,
  createParticipant,
  floatPosition,
  openAccount,
  openFormerIssuer,
  proposeTransfer,
  receivableOf,
} from '@citycard/clearing';
import {
  businessDate,
  commonMigrations,
  createPrincipal,
  fen,
  type Principal,
  startTestDatabase,
  type TestDatabase,
  transact,
} from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reconciliationMigrations } from '../migrations.ts';
import { takeNotification } from './notifications.ts';
import { unmatchedEntries } from './open-items.ts';
import { takeStatement } from './statements.ts';
import { notification, statement, TEST_ACCOUNT, type TestEntry } from './test-messages.ts';

const DAY = businessDate('2026-11-20');
const CUSTODY = `bank-custody:${TEST_ACCOUNT}`;
const GAS = 'GAS00001';
const WATER = 'WATER001';
const person = (id: string): Principal => ({ id, name: id, kind: 'person', roles: [] });
const [maker, checker] = [person('maker'), person('checker')];

let database: TestDatabase;
let db: TestDatabase['db'];
beforeAll(async () => {
  database = await startTestDatabase([commonMigrations, clearingMigrations, reconciliationMigrations]);
  db = database.db;
  await transact(db, async (tx) => {
    await tx.query(`insert into clearing.business_day (business_date, state) values ($1, 'open')`, [DAY]);
    for (const who of [maker, checker]) await createPrincipal(tx, who);
    await openAccount(tx, CUSTODY);
    for (const [index, participantNo] of [GAS, WATER].entries()) {
      await createParticipant(tx, { participantNo, name: `测试 ${participantNo}`, kind: 'operator', industry: 4 });
      await openFormerIssuer(tx, maker, participantNo);
      await bookImportedBalances(tx, participantNo, BigInt(index + 1), fen(10_000));
    }
  });
});
afterAll(() => database.stop());

const money = async (code: string) => (await accountBalance(db, code)).posted;
const owed = async () => [await money(receivableOf(GAS)), await money(receivableOf(WATER))];
const notify = async (messageId: string, entry: TestEntry) =>
  (await takeNotification(db, notification(messageId, [entry]))).result;
const byHand = async (bankReference: string, participantNo: string, amount: number) => {
  const transfer = { participantNo, account: CUSTODY, bankReference, amountFen: fen(amount), bookedOn: DAY };
  const { approvalId } = await transact(db, (tx) => proposeTransfer(tx, maker, transfer));
  return { approve: () => transact(db, (tx) => approveTransfer(tx, checker, approvalId)) };
};
const uncovered = async () => (await floatPosition(db, DAY)).uncoveredMigrations;

describe('a former issuer that pays', () => {
  it('is covered by the entry of the bank, once, and not by hand again', async () => {
    expect(await uncovered()).toEqual({ [GAS]: 10_000n, [WATER]: 10_000n });
    const proposedBefore = await byHand('F1', GAS, 4_000);
    const entry = { reference: 'F1', amount: '40.00', remittance: `FORMER ${GAS} 2026 balances` };
    expect(await notify('N1', entry)).toMatchObject({ recognised: 1, unmatched: 0 });
    await takeStatement(db, statement('S1', { opening: '0.00', closing: '40.00' }, [entry]));
    expect([await owed(), await money(CUSTODY)]).toEqual([[6_000n, 10_000n], 4_000n]);
    expect(await uncovered()).toEqual({ [GAS]: 6_000n, [WATER]: 10_000n });
    expect(await coverageOfFormerIssuers(db, DAY)).toMatchObject([{ paidFen: 4_000n, uncoveredFen: 6_000n }, {}]);
    await expect(proposedBefore.approve()).rejects.toMatchObject({ code: 'clearing.former-issuers.entry-booked' });
    await expect(byHand('F1', WATER, 1)).rejects.toMatchObject({ code: 'clearing.former-issuers.entry-booked' });
  });

  it('is covered by hand, and the entry that comes later is the same, whatever its text says', async () => {
    await (await byHand('F2', GAS, 1_000)).approve();
    await (await byHand('F3', GAS, 500)).approve();
    const before = [await owed(), await money(CUSTODY)];
    expect(await notify('N2', { reference: 'F2', amount: '10.00', remittance: `FORMER ${GAS}` })).toMatchObject({
      matched: 1,
      recognised: 0,
    });
    expect(await notify('N3', { reference: 'F3', amount: '5.00', remittance: 'old cards' })).toMatchObject({
      matched: 1,
    });
    expect([await owed(), await money(CUSTODY)]).toEqual(before);
  });

  it('is covered by hand where the text of an entry that came before said nothing', async () => {
    expect(await notify('N4', { reference: 'F4', amount: '2.00', remittance: 'thank you' })).toMatchObject({
      unmatched: 1,
    });
    expect(await unmatchedEntries(db, DAY)).toMatchObject([{ reference: 'F4' }]);
    await (await byHand('F4', WATER, 200)).approve();
    expect(await unmatchedEntries(db, DAY)).toEqual([]);
    expect(await owed()).toEqual([4_500n, 9_800n]);
  });

  it('pays too much: the rest waits in suspense with an alarm, nothing is lost', async () => {
    const entry = { reference: 'F5', amount: '100.00', remittance: `FORMER ${WATER}` };
    const before = await money(CUSTODY);
    expect(await notify('N5', entry)).toMatchObject({ recognised: 1 });
    expect([await owed(), await money('suspense:main')]).toEqual([[4_500n, 0n], 200n]);
    expect(await money(CUSTODY)).toBe(before + 10_000n);
    expect(await notify('N6', { ...entry, reference: 'F6', amount: '1.00' })).toMatchObject({ recognised: 1 });
    expect(await money('suspense:main')).toBe(300n);
    const { rows } = await db.query(`select subject, evidence from clearing.alarm order by alarm_id`);
    expect(rows).toMatchObject([
      { subject: WATER, evidence: { bankReference: 'F5', suspenseFen: '200' } },
      { subject: WATER, evidence: { bankReference: 'F6', suspenseFen: '100' } },
    ]);
    expect(await floatPosition(db, DAY)).toMatchObject({ differenceFen: 4_500n, unexplainedFen: 0n });
  });

  it('is left to a person where bank and hand differ, or nobody knows it', async () => {
    await (await byHand('F7', GAS, 300)).approve();
    const before = await owed();
    expect(await notify('N7', { reference: 'F7', amount: '4.00', remittance: `FORMER ${GAS}` })).toMatchObject({
      unmatched: 1,
    });
    expect(await notify('N8', { reference: 'F8', amount: '4.00', remittance: 'FORMER NOBODY01' })).toMatchObject({
      unmatched: 1,
    });
    expect(await owed()).toEqual(before);
    expect((await unmatchedEntries(db, DAY)).map(({ reference, reason }) => [reference, reason])).toEqual([
      ['F7', `booked by hand as a payment of former issuer ${GAS} with 300 fen`],
      ['F8', 'no former issuer NOBODY01 has been opened'],
    ]);
    const { rows } = await db.query(`select kind from clearing.alarm order by alarm_id desc limit 1`);
    expect(rows).toEqual([{ kind: 'former-issuer-entry-differs' }]);
  });
});
