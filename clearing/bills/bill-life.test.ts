import { addDays, fen, transact } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alarmsAfter } from '../alarms/alarm.ts';
import {
  adapter,
  billers,
  type BillWorld,
  fines,
  police,
  purchase,
  startBillWorld,
  TODAY,
} from './bill-life.test-data.ts';
import { payBill } from './bill-payment.ts';
import type { BillAnswer, BillerAdapter, BillerDirectory } from './biller.ts';
import { enquireBills } from './enquiry.ts';
import { fileBiller } from './file-biller.ts';
import { lateFeeOn } from './late-fee.ts';
import { withPatience } from './patience.ts';
import { paymentOf } from './payment-rows.ts';
import { filledIn } from './payment-view.ts';
import { pursueUndecided } from './pursue.ts';

let world: BillWorld;
beforeAll(async () => {
  world = await startBillWorld();
});
afterAll(() => world.stop());

describe('a biller by file', () => {
  it('is paid what it filed, once, and forgets a payment that it took back', async () => {
    await transact(world.db, async (tx) => {
      await tx.query(
        `insert into clearing.bill_file (biller_code, name, sha256, line_count, amount_fen) values ('FINE', 'f', 'x', 1, 500)`,
      );
      await tx.query(
        `insert into clearing.filed_bill (biller_code, customer, reference, due_fen, due_date, note, file_name) values ('FINE', 'C1', 'B1', 500, '2026-12-01', '测试', 'f')`,
      );
    });
    const biller = fileBiller(world.db, 'FINE');
    const order = { paymentId: 'P1', customer: 'C1', reference: 'B1', amount: fen(500), lateFee: fen(0) };
    expect(await biller.enquire('C1')).toMatchObject([
      { reference: 'B1', due: 500n, dueDate: '20261201', text: '测试' },
    ]);
    expect(await biller.pay({ ...order, amount: fen(501) })).toMatchObject({ outcome: 'refused' });
    expect(await biller.pay(order)).toMatchObject({
      outcome: 'paid',
      receipt: expect.stringMatching(/^F\d{15}$/) as string,
    });
    expect(await biller.pay(order)).toMatchObject({ outcome: 'paid' });
    expect(await biller.pay({ ...order, paymentId: 'P2' })).toMatchObject({
      outcome: 'refused',
      reason: 'the bill is paid already',
    });
    expect(await biller.enquire('C1')).toEqual([]);
    await biller.cancel({ paymentId: 'P1', receipt: '', amount: fen(500) });
    expect(await biller.enquire('C1')).toHaveLength(1);
  });
});

describe('a late fee', () => {
  const rule = fines.lateFee!;
  it.each([
    [15, 0n],
    [16, 300n],
    [17, 600n],
    [48, 9901n],
    [49, 10_001n],
    [4000, 10_001n],
  ])('%d days behind the due date is %d fen of 100.01 yuan', (days, fee) => {
    expect(lateFeeOn(addDays(TODAY, days), fen(10_001), TODAY, rule)).toBe(fee);
  });

  it('is part of what is due, and of a payment of exactly this', async () => {
    const enquiry = await enquireBills(world, 'FINE', 'LUG12345');
    expect(enquiry).toMatchObject({
      code: '00',
      totalDue: 10_601n + 220n,
      bills: [
        { due: 10_601n, lateFee: 600n, text: '滞纳金6.00' },
        { due: 220n, lateFee: 20n, text: '闯红灯' },
      ],
    });
    const { item } = await world.paid({ billReference: '379999000000001', amount: fen(10_601) });
    expect(police.orders.at(-1)).toMatchObject({ amount: 10_601n, lateFee: 600n });
    const payment = await paymentOf(world.db, item);
    expect(payment && filledIn(fines.receipt, payment).lines).toEqual([
      '决定书 379999000000001',
      '金额 106.01',
      '加处 6.00',
    ]);
    await world.paid({ billReference: '379999000000001', amount: fen(10_001) });
    expect(police.orders.at(-1)).toMatchObject({ amount: 10_001n, lateFee: 0n });
  });
});

it('nobody is asked about a plate or a decision number that cannot be one; the money comes back', async () => {
  expect(await enquireBills(world, 'FINE', '沪A')).toEqual({ code: '00', bills: [], totalDue: 0n });
  const asked = police.orders.length;
  const item = purchase({ billReference: 'WBILL000001' });
  expect(await payBill(world, item)).toMatchObject({ code: '00', receipt: ' '.repeat(16) });
  expect((await paymentOf(world.db, item))?.refusal).toBe('this is no decision number');
  expect(police.orders.length).toBe(asked);
});

it('an undecided payment is asked for again without its terminal, at growing intervals, until the biller decides', async () => {
  police.pay = () => ({ outcome: 'undecided', reason: 'gone', unreachable: true });
  const item = purchase();
  expect(await payBill(world, item)).toEqual({ code: '68' });
  expect(await pursueUndecided(world)).toEqual({ asked: 0, decided: 0 });
  const due = () => world.db.query(`update clearing.bill_payment set next_try_at = now() where state = 'asked'`);
  await due();
  expect(await pursueUndecided(world)).toEqual({ asked: 1, decided: 0 });
  const wait = await world.db.query(
    `select tries, next_try_at > now() + interval '4 seconds' as later from clearing.bill_payment where state = 'asked'`,
  );
  expect(wait.rows).toEqual([{ tries: 1, later: true }]);
  await due();
  police.pay = () => ({ outcome: 'paid', receipt: 'AT-LAST' });
  expect(await pursueUndecided(world)).toEqual({ asked: 1, decided: 1 });
  expect(await payBill(world, item)).toMatchObject({ receipt: 'AT-LAST'.padEnd(16) });
  expect(new Set(police.orders.slice(-3).map(({ paymentId }) => paymentId)).size).toBe(1);
});

it('a biller that is gone is not waited for, and found again by one question', async () => {
  let asked = 0;
  let now = 0;
  let answer: BillAnswer = { outcome: 'undecided', reason: 'timeout', unreachable: true };
  const patient = withPatience({ ...adapter, pay: () => Promise.resolve(((asked += 1), answer)) }, () => now);
  const order = { paymentId: 'x', customer: 'c', reference: 'r', amount: fen(1), lateFee: fen(0) };
  for (let time = 0; time < 10; time += 1) expect(await patient.pay(order)).toMatchObject({ outcome: 'undecided' });
  expect(asked).toBe(3);
  now = 2_001;
  await Promise.all([patient.pay(order), patient.pay(order)]);
  expect(asked).toBe(4);
  now = 4_002;
  answer = { outcome: 'undecided', reason: 'still thinking' };
  await patient.pay(order);
  await patient.pay(order);
  expect(asked).toBe(6);
});

it('a biller that answers otherwise later is an alarm; what it said first stands', async () => {
  const answers: BillAnswer[] = [
    { outcome: 'paid', receipt: 'FIRST' },
    { outcome: 'refused', reason: 'changed its mind' },
  ];
  let bothAsked = () => undefined as void;
  const asked = new Promise<void>((resolve) => (bothAsked = resolve));
  const waiting: BillerDirectory = async (code) => {
    const line = await billers(code);
    const pay: BillerAdapter['pay'] = async () => {
      const answer = answers.shift() ?? { outcome: 'undecided', reason: 'no more' };
      if (answers.length === 0) bothAsked();
      await asked;
      return answer;
    };
    return line && { ...line, adapter: { ...adapter, pay } };
  };
  const item = purchase();
  const both = await Promise.all([
    payBill({ ...world, billers: waiting }, item),
    payBill({ ...world, billers: waiting }, item),
  ]);
  expect(both).toEqual([both[0], both[0]]);
  const alarms = (await alarmsAfter(world.db, 0n)).filter(({ kind }) => kind === 'biller-answers-differ');
  expect(alarms).toHaveLength(1);
});
