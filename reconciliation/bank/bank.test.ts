import { accountBalance, clearingMigrations, createParticipant, openAccount, post } from '@citycard/clearing';
import {
  businessDate,
  commonMigrations,
  createHttpServer,
  createLogger,
  createPrincipal,
  fen,
  startTestDatabase,
  type TestDatabase,
  transact,
} from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerReconciliationRoutes } from '../index.ts';
import { reconciliationMigrations } from '../migrations.ts';
import { takeNotification } from './notifications.ts';
import { missingEntries, unmatchedEntries } from './open-items.ts';
import { readPaymentStatus, takePaymentStatus } from './payment-status.ts';
import { statementBalance, takeStatement } from './statements.ts';
import { notification, statement, statusReport, TEST_ACCOUNT } from './test-messages.ts';

const DAY = businessDate('2026-11-20');
const AGENT = '904458060510001';
const CUSTODY = `bank-custody:${TEST_ACCOUNT}`;
const SLIP = 'cash-in-transit:SLIP-1';

let database: TestDatabase;
let db: TestDatabase['db'];
beforeAll(async () => {
  database = await startTestDatabase([commonMigrations, clearingMigrations, reconciliationMigrations]);
  db = database.db;
  await transact(db, async (tx) => {
    await tx.query(`insert into clearing.business_day (business_date, state) values ($1, 'open')`, [DAY]);
    await createParticipant(tx, { participantNo: AGENT, name: 'Generated agent', kind: 'agent' });
    await createParticipant(tx, { participantNo: 'CITY4520', name: 'Neighbour', kind: 'city', cityCode: '4520' });
    await createParticipant(tx, { participantNo: 'BUS1', name: 'Generated bus company', kind: 'operator' });
    for (const code of [CUSTODY, 'bank-paying:8888', SLIP, 'cash-shift:S1']) await openAccount(tx, code);
    const paidIn = { debit: SLIP, credit: 'cash-shift:S1', amount: fen(30_000) };
    await post(tx, DAY, [{ key: 'shift:S1', reason: 'test shift', legs: [paidIn] }]);
  });
});
afterAll(() => database.stop());

const posted = async (code: string) => (await accountBalance(db, code)).posted;
const state = async () => {
  const { rows } = await db.query<{ state: string }>(
    `select concat_ws(' ', (select count(*) from reconciliation.bank_entry), (select count(*) from reconciliation.bank_message),
       (select count(*) from clearing.bank_statement), (select chunk_no from clearing.ledger_head)) as state`,
  );
  return rows[0]?.state;
};

/** A settlement sheet instructed as one payment, as the clearing day does it. */
async function instruct(endToEndId: string, amount: number, messageId = `PAY-${endToEndId}`): Promise<void> {
  await transact(db, async (tx) => {
    const sheet = `SHEET-${endToEndId}`;
    const date = `2026-10-${String(10 + Number(endToEndId.slice(-2))).padStart(2, '0')}`;
    await tx.query(`insert into clearing.business_day (business_date, state) values ($1, 'cut-off')`, [date]);
    await tx.query(
      `insert into clearing.settlement_sheet (sheet_no, business_date, participant_no, name, pays_from, period_from, sales_count,
         sales_fen, refund_count, refund_fen, fee_fen, other_fen, carried_in_fen, payable_fen, disposition, settlement_account, settle_date, state)
       values ($1, $2, 'BUS1', 'x', 'operator-payable:BUS1', $2, 1, $3, 0, 0, 0, 0, 0, $3, 'pay', '{}', $2, 'instructed')`,
      [sheet, date, amount],
    );
    await tx.query(
      `insert into clearing.payment_message (message_id, business_date, requested_date, payment_count, amount_fen, xml, xml_sha256, made_at)
       values ($1, $2, $2, 1, $3, 'test', encode(sha256('test'), 'hex'), now())`,
      [messageId, date, amount],
    );
    await tx.query(
      `insert into clearing.payment (end_to_end_id, sheet_no, attempt, message_id, business_date, amount_fen, posting_key)
       values ($1, $2, 1, $3, $4, $5, 'settlement:' || $1)`,
      [endToEndId, sheet, messageId, date, amount],
    );
    const leg = { debit: 'operator-payable:BUS1', credit: CUSTODY, amount: fen(amount), phase: 'pending' as const };
    await post(tx, DAY, [{ key: `settlement:${endToEndId}`, reason: 'test', legs: [leg] }]);
  });
}

describe('notifications', () => {
  it('post prefund, city money and pay-ins once, and leave the rest unmatched with a reason', async () => {
    const xml = notification('N1', [
      { reference: 'B1', amount: '1000.00', remittance: `PREFUND ${AGENT}` },
      { reference: 'B2', amount: '20.00', remittance: 'CITY 4520 settlement of yesterday' },
      { reference: 'B3', amount: '300.00', remittance: 'PAYIN SLIP-1' },
      { reference: 'B4', amount: '1.00', remittance: 'PAYIN SLIP-1' },
      { reference: 'B5', amount: '7.00', remittance: 'PREFUND 000000000000000' },
      { reference: 'B6', amount: '8.00', remittance: `prefund ${AGENT}` },
      { reference: 'B7', amount: '9.00', direction: 'DBIT', remittance: `PREFUND ${AGENT}` },
      { reference: 'B8', amount: '5.00', remittance: `PREFUND ${AGENT}`, reversal: true },
    ]);
    const first = await takeNotification(db, xml);
    expect(first).toMatchObject({
      repeated: false,
      result: { entries: 8, recognised: 3, matched: 0, unmatched: 5, repeated: 0 },
    });
    expect([await posted(`agent-prefund:${AGENT}`), await posted('city-receivable:4520'), await posted(SLIP)]).toEqual([
      100_000n,
      -2_000n,
      0n,
    ]);
    expect(await posted(CUSTODY)).toBe(132_000n);

    expect(await takeNotification(db, xml)).toEqual({ repeated: true, result: first.result });
    const again = notification('N2', [{ reference: 'B1', amount: '1000.00', remittance: `PREFUND ${AGENT}` }]);
    expect((await takeNotification(db, again)).result).toMatchObject({ recognised: 0, repeated: 1 });
    expect(await posted(CUSTODY)).toBe(132_000n);

    const open = await unmatchedEntries(db, businessDate('2026-11-23'));
    expect(open.map(({ reference, ageDays, reason }) => [reference, ageDays, reason])).toEqual([
      ['B4', 3, 'cash-in-transit:SLIP-1 has only 0 fen in transit'],
      ['B5', 3, 'there is no account agent-prefund:000000000000000'],
      ['B6', 3, 'no reference rule fits the remittance line'],
      ['B7', 3, 'money left the account without an instruction of ours'],
      ['B8', 3, 'the bank reversed an entry'],
    ]);
  });

  it('that are wrong change nothing', async () => {
    const before = await state();
    const prefund = { amount: '1.00', remittance: `PREFUND ${AGENT}` };
    const refused = async (xml: Buffer, code: string) => {
      await expect(takeNotification(db, xml)).rejects.toMatchObject({ code });
    };
    await refused(notification('N1', [{ reference: 'X', ...prefund }]), 'bank.message-differs');
    await refused(notification('X1', [{ reference: 'X', ...prefund }], { account: '1' }), 'bank.account-unknown');
    await refused(
      notification('X2', [
        { reference: 'X', ...prefund },
        { reference: 'B1', ...prefund },
      ]),
      'bank.entry-differs',
    );
    expect(await state()).toBe(before);
  });

  it('of one entry arriving twice at once post it once', async () => {
    const entry = { reference: 'B9', amount: '0.50', remittance: `PREFUND ${AGENT}` };
    const messages = ['P1', 'P2', 'P3', 'P4'].map((id) => takeNotification(db, notification(id, [entry])));
    const results = await Promise.all(messages);
    expect(results.map(({ result }) => result.recognised).sort()).toEqual([0, 0, 0, 1]);
    expect(await posted(`agent-prefund:${AGENT}`)).toBe(100_050n);
  });

  it('put prefund on the custody account only', async () => {
    const xml = notification('N3', [{ reference: 'C1', amount: '1', remittance: `PREFUND ${AGENT}` }], {
      account: '8888',
    });
    expect((await takeNotification(db, xml)).result).toMatchObject({ recognised: 0, unmatched: 1 });
  });
});

describe('statements and payments', () => {
  it('tick off what was notified, find payments by their EndToEndId and keep the balance of the day', async () => {
    await instruct('SET-01', 12_345);
    await instruct('SET-02', 500);
    const entries = [
      { reference: 'B1', amount: '1000.00', remittance: `PREFUND ${AGENT}` },
      { reference: 'D1', amount: '123.45', direction: 'DBIT', endToEndId: 'SET-01' },
      { reference: 'D2', amount: '5.01', direction: 'DBIT', endToEndId: 'SET-02' },
      { reference: 'D3', amount: '1.00', direction: 'DBIT', endToEndId: 'SET-99' },
    ] as const;
    const before = await posted(CUSTODY);
    const xml = statement('S1', { opening: '100.00', closing: '970.54' }, entries);
    const taken = await takeStatement(db, xml);
    expect(taken.result.statements).toEqual([
      {
        account: TEST_ACCOUNT,
        date: DAY,
        openingFen: 10_000,
        closingFen: 97_054,
        entries: 4,
        matched: 2,
        unmatched: 2,
        missing: 8,
      },
    ]);
    expect(await posted(CUSTODY)).toBe(before - 12_345n);
    expect(await statementBalance(db, TEST_ACCOUNT, DAY)).toBe(97_054n);
    expect(await statementBalance(db, TEST_ACCOUNT, businessDate('2026-11-19'))).toBeUndefined();
    const open = await unmatchedEntries(db, DAY);
    expect(open.filter(({ reference }) => reference.startsWith('D')).map(({ reason }) => reason)).toEqual([
      'payment SET-02 was ordered with 500 fen',
      'no payment of ours is called SET-99',
    ]);
    expect((await missingEntries(db, DAY)).map(({ reference }) => reference)).toEqual([
      'B2',
      'B3',
      'B4',
      'B5',
      'B6',
      'B7',
      'B8',
      'B9',
    ]);
    expect(await takeStatement(db, xml)).toEqual({ repeated: true, result: taken.result });
    const copy = statement('S1-COPY', { opening: '100.00', closing: '970.54' }, entries);
    expect((await takeStatement(db, copy)).result.statements[0]).toMatchObject({ matched: 4, unmatched: 0 });
    expect(await posted(CUSTODY)).toBe(before - 12_345n);
  });

  it('that are wrong change nothing', async () => {
    const before = await state();
    const day = { opening: '970.54', closing: '971.54', date: '2026-11-21' };
    const entry = { reference: 'E1', amount: '1.00', date: '2026-11-21' };
    const refused = async (xml: Buffer, code: string) => {
      await expect(takeStatement(db, xml)).rejects.toMatchObject({ code });
    };
    await refused(statement('Y1', day, [{ ...entry, amount: '2.00' }]), 'bank.statement-does-not-add');
    await refused(statement('Y2', day, [entry], { account: '7777' }), 'bank.account-unknown');
    await refused(statement('Y3', day, [entry], { currency: 'EUR' }), 'bank.currency-bad');
    await refused(statement('Y4', { ...day, opening: '0.00', closing: '1.00' }, [entry]), 'bank.statement-gap');
    await refused(statement('Y5', { opening: '100.00', closing: '101.00' }, [entry]), 'bank.statement-differs');
    await refused(statement('Y6', day, [{ ...entry, reference: 'D3', direction: 'CRDT' }]), 'bank.entry-differs');
    const twice = [{ ...entry, reference: 'D3', direction: 'DBIT' as const }];
    await refused(statement('Y7', { ...day, closing: '969.54' }, twice), 'bank.entry-in-two-statements');
    expect(await state()).toBe(before);
    expect((await takeStatement(db, statement('S2', day, [entry]))).repeated).toBe(false);
  });

  it('bring back what was paid, before or after they show it as paid, and count it once', async () => {
    await instruct('SET-07', 900);
    await instruct('SET-08', 400);
    const owed = await posted('operator-payable:BUS1');
    const custody = await posted(CUSTODY);
    const back = { direction: 'CRDT', endToEndId: 'SET-07', returned: 'AC04' } as const;
    const early = notification('RT1', [{ reference: 'RT1', amount: '9.00', ...back }]);
    expect((await takeNotification(db, early)).result).toMatchObject({ matched: 0, unmatched: 1 });
    expect((await unmatchedEntries(db, DAY)).find(({ reference }) => reference === 'RT1')?.reason).toContain(
      'came back before the bank showed it as paid',
    );
    const both = notification('RT2', [
      { reference: 'RT3', amount: '1.00', direction: 'CRDT', endToEndId: 'SET-08', reversal: true },
      { reference: 'RT2', amount: '9.00', direction: 'DBIT', endToEndId: 'SET-07' },
      { reference: 'RT4', amount: '4.00', direction: 'DBIT', endToEndId: 'SET-08' },
      { reference: 'RT5', amount: '4.00', ...back },
      { reference: 'RT6', amount: '4.00', ...back, endToEndId: 'NOT-OURS' },
    ]);
    expect((await takeNotification(db, both)).result).toMatchObject({ matched: 3, unmatched: 2 });
    expect((await takeNotification(db, both)).repeated).toBe(true);
    const open = (await unmatchedEntries(db, DAY)).filter(({ reference }) => reference.startsWith('RT'));
    expect(open.map(({ reference, reason }) => [reference, reason])).toEqual([
      ['RT5', 'only 0 fen of payment SET-07 are paid and not back'],
      ['RT6', 'no payment of ours is called NOT-OURS'],
    ]);
    // 13.00 went out and 10.00 came back: those are owed again.
    expect(await posted(CUSTODY)).toBe(custody - 300n);
    expect(await posted('operator-payable:BUS1')).toBe(owed - 300n);
    const { rows } = await db.query(`select amount_fen, reason_code from clearing.payment_return order by amount_fen`);
    expect(rows).toEqual([
      { amount_fen: 100n, reason_code: null },
      { amount_fen: 900n, reason_code: 'AC04' },
    ]);
  });

  it('raise an alarm when our money moves otherwise than ordered', async () => {
    await takeNotification(
      db,
      notification('RT7', [{ reference: 'RT7', amount: '9.00', direction: 'DBIT', endToEndId: 'SET-07' }]),
    );
    const { rows } = await db.query(
      `select subject, evidence ->> 'bankReference' as reference from clearing.alarm where kind = 'payment-booked-otherwise' order by alarm_id desc limit 1`,
    );
    expect(rows).toEqual([{ subject: 'SET-07', reference: 'RT7' }]);
  });

  it('settle each payment of one batch entry', async () => {
    await instruct('SET-03', 100);
    await instruct('SET-04', 250);
    const batch = [
      { amount: '1.00', endToEndId: 'SET-03' },
      { amount: '2.50', endToEndId: 'SET-04' },
    ];
    const xml = notification('N4', [{ reference: 'D4', amount: '3.50', direction: 'DBIT', batch }]);
    expect((await takeNotification(db, xml)).result).toMatchObject({ entries: 1, matched: 2, unmatched: 0 });
  });
});

describe('payment status', () => {
  it('ends a payment that the bank refuses, and only notes the rest', async () => {
    await instruct('SET-05', 700);
    const accepted = statusReport('T1', 'PAY-SET-05', [{ endToEndId: 'SET-05', status: 'ACSC' }]);
    expect((await takePaymentStatus(db, accepted)).result).toEqual({ messageId: 'T1', payments: 1, rejected: 0 });
    const refusal = statusReport('T2', 'PAY-SET-05', [{ endToEndId: 'SET-05', status: 'RJCT', reason: 'AC04' }]);
    expect((await takePaymentStatus(db, refusal)).result).toEqual({ messageId: 'T2', payments: 1, rejected: 1 });
    expect((await takePaymentStatus(db, refusal)).repeated).toBe(true);
    const { rows } = await db.query(`select state, reason from clearing.payment where end_to_end_id = 'SET-05'`);
    expect(rows).toEqual([{ state: 'rejected', reason: 'AC04 account closed' }]);
  });

  it('of the whole message is of each payment in it', async () => {
    await instruct('SET-06', 800);
    const refusal = statusReport('T3', 'PAY-SET-06', [], 'RJCT');
    expect(readPaymentStatus(refusal)).toMatchObject({ groupStatus: 'RJCT', payments: [] });
    expect((await takePaymentStatus(db, refusal)).result).toMatchObject({ rejected: 1 });
  });

  it('of the block, or of the message beside one payment, is of each payment too', async () => {
    await instruct('SET-09', 200);
    const block = statusReport('T7', 'PAY-SET-09', [], undefined, { blockStatus: 'RJCT', count: 1, sum: '2.00' });
    expect((await takePaymentStatus(db, block)).result).toEqual({ messageId: 'T7', payments: 1, rejected: 1 });
  });

  it('that contradicts itself or our message is refused whole', async () => {
    await instruct('SET-10', 300);
    const before = await state();
    const accepted = [{ endToEndId: 'SET-10', status: 'ACSC' }];
    const report = (over: Parameters<typeof statusReport>[4], group?: string, payments = accepted) =>
      takePaymentStatus(db, statusReport('T8', 'PAY-SET-10', payments, group, over));
    await expect(report({}, 'RJCT')).rejects.toMatchObject({ code: 'bank.status-contradicts' });
    await expect(report({ count: 2 })).rejects.toMatchObject({ code: 'bank.original-differs' });
    await expect(report({ sum: '3.01' })).rejects.toMatchObject({ code: 'bank.original-differs' });
    await expect(report({ block: 'OTHER' })).rejects.toMatchObject({ code: 'bank.original-differs' });
    await expect(report({}, undefined, [...accepted, ...accepted])).rejects.toMatchObject({
      code: 'bank.payment-twice',
    });
    expect(await state()).toBe(before);
    expect((await report({ count: 1, sum: '3.00' }, 'PART')).result).toMatchObject({ payments: 1, rejected: 0 });
  });

  it('that refuses what was booked raises an alarm and takes nothing back', async () => {
    const late = statusReport('T4', 'PAY-SET-01', [{ endToEndId: 'SET-01', status: 'RJCT', reason: 'AC04' }]);
    await takePaymentStatus(db, late);
    const { rows } = await db.query(`select kind, subject from clearing.alarm where subject = 'SET-01'`);
    expect(rows).toEqual([{ kind: 'payment-refused-after-booking', subject: 'SET-01' }]);
  });

  it('of what we never sent is refused whole', async () => {
    const before = await state();
    const stranger = [{ endToEndId: 'SET-06', status: 'ACSC' }];
    await expect(takePaymentStatus(db, statusReport('T5', 'PAY-NONE', stranger))).rejects.toMatchObject({
      code: 'bank.payments-unknown',
    });
    await expect(takePaymentStatus(db, statusReport('T6', 'PAY-SET-05', stranger))).rejects.toMatchObject({
      code: 'bank.payment-not-in-message',
    });
    expect(await state()).toBe(before);
  });
});

describe('routes', () => {
  it('take messages from the bank only, and answer a repeat with 200', async () => {
    const server = createHttpServer({ logger: createLogger('test', { level: 'silent' }), db, title: 'test' });
    const noHsm = {
      sign: reject,
      publicKey: reject,
      listKeys: reject,
      generateRsa: reject,
      certificateRequest: reject,
    };
    registerReconciliationRoutes(server, { db, hsm: noHsm });
    const token = async (id: string, role: 'bank-partner' | 'clerk' | 'auditor') =>
      (await transact(db, (tx) => createPrincipal(tx, { id, name: id, kind: 'partner', roles: [role] }))).token;
    const send = async (url: string, bearer: string, payload?: Buffer) =>
      server.inject({
        method: payload === undefined ? 'GET' : 'POST',
        url,
        headers: { authorization: `Bearer ${bearer}`, ...(payload && { 'content-type': 'application/xml' }) },
        ...(payload && { payload }),
      });
    const bank = await token('test-bank', 'bank-partner');
    const xml = notification('H1', [{ reference: 'H1', amount: '1.00', remittance: `PREFUND ${AGENT}` }]);
    expect((await send('/v1/bank/notifications', await token('test-clerk', 'clerk'), xml)).statusCode).toBe(403);
    const first = await send('/v1/bank/notifications', bank, xml);
    expect([first.statusCode, first.json()]).toMatchObject([201, { entries: 1, recognised: 1, unmatched: 0 }]);
    expect((await send('/v1/bank/notifications', bank, xml)).statusCode).toBe(200);
    const broken = await send('/v1/bank/notifications', bank, Buffer.from('<a>'));
    expect([broken.statusCode, broken.json()]).toMatchObject([422, { code: 'bank.xml-unreadable' }]);
    const day = { opening: '971.54', closing: '971.54', date: '2026-11-22' };
    expect((await send('/v1/bank/statements', bank, statement('H2', day, []))).json()).toMatchObject({
      account: TEST_ACCOUNT,
      openingFen: 97_154,
      entries: 0,
    });
    const open = await send('/v1/bank/open-items', await token('test-auditor', 'auditor'));
    expect(open.json()).toMatchObject({ unmatched: expect.arrayContaining([]) as unknown[] });
    await server.close();
  });
});

function reject(): Promise<never> {
  return Promise.reject(new Error('the bank needs no HSM'));
}
