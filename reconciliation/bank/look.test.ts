import { accountBalance, clearingMigrations, createParticipant, openAccount, postOrThrow } from '@citycard/clearing';
import {
  addDays,
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
import { approveBooking, proposeBooking } from './by-hand.ts';
import { lookAtBank } from './look.ts';
import { takeNotification } from './notifications.ts';
import { approveReferenceRule, proposeReferenceRule, type ReferenceRuleTerms } from './reference-rules.ts';
import { takeStatement } from './statements.ts';
import { distance, suggestionsFor } from './suggestions.ts';
import { notification, statement, TEST_ACCOUNT } from './test-messages.ts';
import { approveWithdrawal, proposeWithdrawal } from './withdraw.ts';

const DAY = businessDate('2026-11-20');
const AGENT = '904458060510001';
const CUSTODY = `bank-custody:${TEST_ACCOUNT}`;
const maker: Principal = { id: 'maker', name: '测试经办', kind: 'person', roles: ['finance-maker'] };
const checker: Principal = { id: 'checker', name: '测试复核', kind: 'person', roles: ['finance-checker'] };

let database: TestDatabase;
let db: TestDatabase['db'];
beforeAll(async () => {
  database = await startTestDatabase([commonMigrations, clearingMigrations, reconciliationMigrations]);
  db = database.db;
  await transact(db, async (tx) => {
    for (const person of [maker, checker]) await createPrincipal(tx, person);
    await tx.query(`insert into clearing.business_day (business_date, state) values ($1, 'open')`, [DAY]);
    await createParticipant(tx, { participantNo: AGENT, name: '生成的付款人', kind: 'agent' });
    await createParticipant(tx, { participantNo: 'BUS1', name: '测试公交', kind: 'operator', industry: 1 });
    for (const code of [CUSTODY, 'cash-shift:S1', 'cash-in-transit:SUPPLY7', 'cash-in-transit:SUPPLY8'])
      await openAccount(tx, code);
    const slips = [30_000, 20_000, 1_234].map((amount, at) => ({ code: `cash-in-transit:SLIP-${at + 1}`, amount }));
    for (const { code } of slips) await openAccount(tx, code);
    await postOrThrow(tx, DAY, [
      {
        key: 'money',
        reason: 'generated',
        legs: [{ debit: CUSTODY, credit: `agent-prefund:${AGENT}`, amount: fen(10_000_000) }],
      },
      ...slips.map(({ code, amount }) => ({
        key: `shift:${code}`,
        reason: 'generated',
        legs: [{ debit: code, credit: 'cash-shift:S1', amount: fen(amount) }],
      })),
      ...[7, 8].map((no) => ({
        key: `cash-supply:${no}`,
        reason: 'cash for a till',
        legs: [{ debit: `cash-in-transit:SUPPLY${no}`, credit: CUSTODY, amount: fen(50_000) }],
      })),
    ]);
  });
});
afterAll(() => database.stop());

const look = (days: number) => transact(db, (tx) => lookAtBank(tx, addDays(DAY, days)));
const open = async () => {
  const { rows } = await db.query<{ kind: string; subject_key: string }>(
    `select kind, subject_key from reconciliation.difference where state = 'open' order by subject_key`,
  );
  return rows.map(({ kind, subject_key: key }) => `${kind} ${key}`);
};

/** A payment that the clearing day ordered. */
async function instruct(endToEndId: string, amount: number): Promise<void> {
  await transact(db, async (tx) => {
    await tx.query(
      `insert into clearing.settlement_sheet (sheet_no, business_date, participant_no, name, pays_from, period_from, sales_count,
         sales_fen, refund_count, refund_fen, fee_fen, other_fen, carried_in_fen, payable_fen, disposition, settlement_account, settle_date, state, part)
       values ($1, $2, 'BUS1', 'x', 'operator-payable:BUS1', $2, 1, $3, 0, 0, 0, 0, 0, $3, 'pay', '{"accountName":"测试公交"}', $2, 'instructed', $4)`,
      [`SHEET-${endToEndId}`, DAY, amount, endToEndId === 'PAY-01' ? '1' : '21'],
    );
    await tx.query(
      `insert into clearing.payment_message (message_id, business_date, requested_date, payment_count, amount_fen, xml, xml_sha256, made_at)
       values ($1, $2, $2, 1, $3, 'test', encode(sha256('test'), 'hex'), now())`,
      [`MSG-${endToEndId}`, DAY, amount],
    );
    await tx.query(
      `insert into clearing.payment (end_to_end_id, sheet_no, attempt, message_id, business_date, amount_fen, posting_key)
       values ($1, $2, 1, $3, $4, $5, 'settlement:' || $1)`,
      [endToEndId, `SHEET-${endToEndId}`, `MSG-${endToEndId}`, DAY, amount],
    );
    const leg = { debit: 'operator-payable:BUS1', credit: CUSTODY, amount: fen(amount), phase: 'pending' as const };
    await postOrThrow(tx, DAY, [{ key: `settlement:${endToEndId}`, reason: 'generated', legs: [leg] }]);
  });
}

describe('the bank and we', () => {
  it('disagree about what one has and the other has not, until it comes or two persons book it', async () => {
    await instruct('PAY-01', 70_000);
    await instruct('PAY-02', 80_000);
    await takeNotification(
      db,
      notification('N1', [
        { reference: 'B1', amount: '12.34', remittance: 'prefund AGENT' },
        { reference: 'B2', amount: '500.00', direction: 'DBIT', remittance: 'SUPPLY7 till' },
        { reference: 'B3', amount: '499.00', direction: 'DBIT', remittance: 'SUPPLY8 till' },
        { reference: 'B4', amount: '701.00', direction: 'DBIT', endToEndId: 'PAY-01' },
        { reference: 'B5', amount: '1.00', remittance: `PREFUND ${AGENT}` },
      ]),
    );
    const { rows } = await db.query(
      `select bank_reference, state, rule, reason from reconciliation.bank_entry_part where bank_reference in ('B2', 'B3', 'B5') order by 1`,
    );
    expect(rows).toEqual([
      { bank_reference: 'B2', state: 'matched', rule: 'cash-supply', reason: null },
      { bank_reference: 'B3', state: 'unmatched', rule: null, reason: 'slip SUPPLY8 was approved with 50000 fen' },
      { bank_reference: 'B5', state: 'recognised', rule: 'prefund', reason: null },
    ]);
    await look(0);
    // The prefund of this test came from nowhere.
    const nowhere = 'only-ours deposit money 1';
    expect(await open()).toEqual([nowhere, 'only-theirs entry B1 1', 'only-theirs entry B3 1', 'amount entry B4 1']);
    await takeStatement(
      db,
      statement('S1', { opening: '100000.00', closing: '99012.34' }, [
        { reference: 'B1', amount: '12.34', remittance: 'prefund AGENT' },
        { reference: 'B2', amount: '500.00', direction: 'DBIT', remittance: 'SUPPLY7 till' },
        { reference: 'B6', amount: '500.00', direction: 'DBIT', remittance: 'SUPPLY8 till' },
      ]),
    );
    await look(1);
    expect(await open()).toEqual([
      nowhere,
      'only-theirs entry B1 1',
      'only-theirs entry B3 1',
      'amount entry B4 1',
      'only-ours notified B3',
      'only-ours notified B4',
      'only-ours notified B5',
      'only-ours payment PAY-01',
      'only-ours payment PAY-02',
    ]);
    await look(4);
    expect((await open()).filter((each) => /slip|statement/.test(each))).toEqual([
      'only-ours slip SLIP-1',
      'only-ours slip SLIP-2',
      'only-ours slip SLIP-3',
      'only-ours slip SUPPLY7',
      'only-ours slip SUPPLY8',
      'late statement of 2026-11-21',
    ]);
    const booking = {
      account: TEST_ACCOUNT,
      reference: 'B1',
      part: 1,
      counterAccount: 'cash-in-transit:SLIP-3',
      reason: 'it is slip 3',
    };
    await transact(db, async (tx) => {
      const { approvalId } = await proposeBooking(tx, maker, booking);
      await approveBooking(tx, checker, booking, approvalId);
    });
    const { rows: booked } = await db.query(
      `select ended_by, reason, posting_key from reconciliation.difference where subject_key = 'entry B1 1'`,
    );
    expect(booked).toEqual([
      {
        ended_by: 'rule',
        reason: 'booked by maker and checker: it is slip 3',
        posting_key: `bank:${TEST_ACCOUNT}:B1:1`,
      },
    ]);
    await look(4);
    expect(await open()).not.toContain('only-ours slip SLIP-3');
  });

  it('have suggestions for what nobody recognised, and a rule for a payer who never writes its reference', async () => {
    await takeNotification(
      db,
      notification('N3', [
        { reference: 'C1', amount: '88.00', remittance: `预存 PREFUMD:${AGENT}` },
        { reference: 'C2', amount: '500.00', remittance: 'cash of two tills' },
        { reference: 'C3', amount: '300.00', remittance: 'cash' },
        { reference: 'C4', amount: '800.00', direction: 'DBIT', remittance: 'transfer' },
      ]),
    );
    const best = async (reference: string) =>
      (await suggestionsFor(db, { account: TEST_ACCOUNT, reference, part: 1 })).map((each) => [
        each.counterAccount ?? each.payment ?? each.slips,
        each.score,
      ]);
    expect((await best('C1'))[0]).toEqual([`agent-prefund:${AGENT}`, 95]);
    expect(await best('C2')).toContainEqual([['cash-in-transit:SLIP-1', 'cash-in-transit:SLIP-2'], 50]);
    expect((await best('C3'))[0]).toEqual(['cash-in-transit:SLIP-1', 80]);
    expect(await best('C4')).toEqual([['PAY-02', 45]]);
    await expect(best('NONE')).rejects.toMatchObject({ code: 'bank.item-unknown' });

    const terms: ReferenceRuleTerms = {
      name: 'payer-agent-one',
      purpose: 'prefund',
      reads: 'payer',
      begins: '生成的付款人',
      accountName: AGENT,
      accountKind: 'agent-prefund',
      arrivesOn: ['bank-custody'],
      place: 100,
      active: true,
    };
    const set = (over: Partial<ReferenceRuleTerms> = {}) =>
      transact(db, async (tx) => {
        const { approvalId } = await proposeReferenceRule(tx, maker, { ...terms, ...over });
        return approveReferenceRule(tx, checker, approvalId, { ...terms, ...over });
      });
    await expect(set({ accountName: 'NOBODY' })).rejects.toMatchObject({ code: 'bank.rule-unfit' });
    await expect(set({ arrivesOn: ['bank-paying'] })).rejects.toMatchObject({ code: 'bank.rule-unfit' });
    await expect(set({ accountKind: 'write-off' })).rejects.toMatchObject({ code: 'bank.rule-unfit' });
    const { ruleNo } = await set();
    const taken = await takeNotification(
      db,
      notification('N4', [{ reference: 'C5', amount: '9.00', remittance: 'thanks' }]),
    );
    expect(taken.result).toMatchObject({ recognised: 1 });
    const { rows } = await db.query(
      `select rule, reference_rule_no from reconciliation.bank_entry_part where bank_reference = 'C5'`,
    );
    expect(rows).toEqual([{ rule: 'prefund', reference_rule_no: ruleNo }]);
    await set({ active: false });
    const after = await takeNotification(
      db,
      notification('N5', [{ reference: 'C6', amount: '9.00', remittance: 'thanks' }]),
    );
    expect(after.result).toMatchObject({ unmatched: 1 });
  });

  it('part with a notified entry that the statement brings with another amount: two persons take it back', async () => {
    const prefund = (reference: string, amount: string) => ({
      reference,
      amount,
      remittance: `PREFUND ${AGENT}`,
      date: '2026-11-21',
    });
    await takeNotification(db, notification('N7', [prefund('D1', '300.00')]));
    const saying = (amount: string, closing: string) =>
      takeStatement(db, statement('S2', { date: '2026-11-21', opening: '99012.34', closing }, [prefund('D1', amount)]));
    await expect(saying('200.00', '99212.34')).rejects.toMatchObject({ code: 'bank.entry-differs' });
    const before = (await accountBalance(db, `agent-prefund:${AGENT}`)).posted;
    const withdrawal = { account: TEST_ACCOUNT, reference: 'D1', reason: 'the bank says 200.00' };
    const { approvalId } = await transact(db, (tx) => proposeWithdrawal(tx, maker, withdrawal));
    const approve = () => transact(db, (tx) => approveWithdrawal(tx, checker, withdrawal, approvalId));
    expect(await approve()).toEqual({ reversed: [`bank:${TEST_ACCOUNT}:D1:1:withdrawn`] });
    await expect(approve()).rejects.toMatchObject({ code: 'bank.entry-unknown' });
    await saying('200.00', '99212.34');
    expect((await accountBalance(db, `agent-prefund:${AGENT}`)).posted).toBe(before - 10_000n);
    const inStatement = transact(db, (tx) => proposeWithdrawal(tx, maker, withdrawal));
    await expect(inStatement).rejects.toMatchObject({ code: 'bank.entry-in-statement' });
    const matched = transact(db, (tx) => proposeWithdrawal(tx, maker, { ...withdrawal, reference: 'B2' }));
    await expect(matched).rejects.toMatchObject({ code: 'bank.entry-in-statement' });
  });

  it('read texts as people do', () => {
    expect([distance('PREFUND', 'PREFUMD'), distance('CITY', 'CITY'), distance('OWED', 'SUBSIDY')]).toEqual([1, 0, 3]);
  });
});
