import {
  addDays,
  cityDate,
  commonMigrations,
  createPrincipal,
  type Database,
  fen,
  type Principal,
  startTestDatabase,
  transact,
} from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alarmsAfter } from '../alarms/alarm.ts';
import { openDay } from '../day/days.ts';
import type { BillDocument } from '../industries/document.ts';
import { openCardAccounts } from '../ledger/accounts.ts';
import { accountBalance, cardBalance } from '../ledger/balances.ts';
import { post } from '../ledger/posting.ts';
import { testCard, transfer } from '../ledger/test-ledger.ts';
import { verifyLedger } from '../ledger/verify.ts';
import { clearingMigrations } from '../migrations.ts';
import { createParticipant } from '../participants/participant.ts';
import { type BillPurchase, payBill } from './bill-payment.ts';
import {
  type BillAnswer,
  type BillerAdapter,
  type BillerDirectory,
  type CancellationAnswer,
  registerBiller,
  type StatementLine,
} from './biller.ts';
import { approveCancellationOfBill, proposeCancellationOfBill } from './cancellation.ts';
import { checkAgainst } from './check/check-biller.ts';
import { readCheck } from './check/compare.ts';
import { approveResolution, proposeResolution } from './check/resolve.ts';
import { enquireBills } from './enquiry.ts';
import { fileBiller } from './file-biller.ts';
import { lateFeeOn } from './late-fee.ts';
import { dueMeterWrites, reportMeterWrite } from './meter-write.ts';
import { withPatience } from './patience.ts';
import { paymentOf } from './payment-rows.ts';
import { filledIn } from './payment-view.ts';
import { pursueUndecided } from './pursue.ts';

const POLICE = 'FINE00000000001';
const CARD = testCard(71_001);
const TODAY = cityDate(new Date());
const MAKER: Principal = { id: 'finance-maker', name: 'Maker (test)', kind: 'person', roles: ['finance-maker'] };
const CHECKER: Principal = { ...MAKER, id: 'finance-checker', name: 'Checker (test)' };

const fines: BillDocument = {
  pattern: 'bill',
  nameChinese: '测试罚款',
  nameEnglish: 'Fines (test)',
  participants: { kinds: ['biller'] },
  data: [],
  receipt: { title: '罚款', lines: ['决定书 {reference}', '金额 {amount}', '加处 {lateFee}', '表码 {token}'] },
  customer: { nameChinese: '号牌', nameEnglish: 'plate', characters: 'letters-and-digits', shortest: 3, longest: 20 },
  reference: {
    nameChinese: '决定书编号',
    nameEnglish: 'decision number',
    characters: 'digits',
    shortest: 15,
    longest: 16,
  },
  lateFee: { graceDays: 15, partsPerMillionPerDay: 30_000, capPartsPerMillion: 1_000_000 },
  cancellation: { allowed: true, withinDays: 1 },
  biller: { exchange: 'http', timeoutMs: 1000 },
};
const meters: BillDocument = { ...fines, pattern: 'meter', meter: { by: 'card', reportedWithinHours: 1 } };

/** What the biller of the test answers, and what it was asked. */
const police = {
  document: fines as BillDocument,
  pay: (() => ({ outcome: 'paid', receipt: 'R' })) as (paymentId: string) => BillAnswer,
  cancel: (() => ({ outcome: 'cancelled' })) as () => CancellationAnswer,
  statement: [] as StatementLine[],
  orders: [] as { paymentId: string; lateFee: bigint }[],
};
const adapter: BillerAdapter = {
  enquire: () =>
    Promise.resolve([
      { reference: '379999000000001', due: fen(10_001), dueDate: addDays(TODAY, -17).replaceAll('-', ''), text: '' },
      { reference: '379999000000002', due: fen(220), lateFee: fen(20), dueDate: '20991231', text: '闯红灯' },
    ]),
  pay: (order) => {
    police.orders.push(order);
    return Promise.resolve(police.pay(order.paymentId));
  },
  cancel: () => Promise.resolve(police.cancel()),
  statement: () => Promise.resolve(police.statement),
};
const billers: BillerDirectory = (billerCode) =>
  Promise.resolve(
    billerCode === 'FINE'
      ? {
          biller: { billerCode, participantNo: POLICE, baseUrl: 'http://127.0.0.1:1' },
          adapter,
          industry: { industry: 12, document: police.document },
        }
      : undefined,
  );

let database: Awaited<ReturnType<typeof startTestDatabase>>;
let db: Database;
beforeAll(async () => {
  database = await startTestDatabase([commonMigrations, clearingMigrations]);
  ({ db } = database);
  await transact(db, async (tx) => {
    await openDay(tx, TODAY);
    for (const person of [MAKER, CHECKER]) await createPrincipal(tx, person);
    await createParticipant(tx, { participantNo: POLICE, name: 'Traffic police (test)', kind: 'biller' });
    await createParticipant(tx, { participantNo: '4520', name: 'Generated city', kind: 'city', cityCode: '4520' });
    await registerBiller(tx, { billerCode: 'FINE', participantNo: POLICE, baseUrl: 'http://127.0.0.1:1' });
    await openCardAccounts(tx, CARD);
  });
});
afterAll(async () => {
  expect(await verifyLedger(db)).toMatchObject({ ok: true });
  await database.stop();
});

let transactions = 0;
const purchase = (over: Partial<BillPurchase> = {}): BillPurchase => ({
  cardNo: CARD,
  issuerCity: '4580',
  samNo: '100000000071',
  samTransactionNo: (transactions += 1),
  amount: fen(300),
  billerCode: 'FINE',
  customer: 'LUG12345',
  billReference: '379999000000003',
  ...over,
});

/** What validation does when it accepts the purchase. */
async function accepted(item: BillPurchase): Promise<void> {
  const intakeId = 910_000 + Number(item.samTransactionNo);
  await transact(db, async (tx) => {
    await tx.query(
      `insert into clearing.purchase_record (card_no, business_date, intake_id, record_index, raw, issuer_city, offline_counter,
         balance_before_fen, amount_fen, sam_no, sam_transaction_no, flag, industry, hotlist_version, participant_no, state, decided_at, posted_date)
       values ($1, $2, $3, 0, $4, $5, $3::bigint % 60000, 0, $6, $7, $8, 0, 12, 0, $9, 'accepted', now(), $2)`,
      [
        item.cardNo,
        TODAY,
        intakeId,
        Buffer.alloc(64),
        item.issuerCity,
        item.amount,
        item.samNo,
        item.samTransactionNo,
        POLICE,
      ],
    );
    await tx.query(
      `insert into clearing.purchase_identity (card_no, issuer_city, offline_counter, sam_no, sam_transaction_no, content_sha256,
         business_date, intake_id, record_index) values ($1, $2, $3::bigint % 60000, $4, $5, $6, $7, $3, 0)`,
      [item.cardNo, item.issuerCity, intakeId, item.samNo, item.samTransactionNo, Buffer.alloc(32), TODAY],
    );
    await post(tx, TODAY, [
      transfer(`purchase:${intakeId}:0`, 'city-receivable:4520', `operator-pending:${POLICE}`, item.amount),
    ]);
  });
}

/** A bill that is paid and whose purchase is accepted. */
async function paid(over: Partial<BillPurchase> = {}): Promise<{ item: BillPurchase; paymentId: string }> {
  police.pay = () => ({ outcome: 'paid', receipt: `R-${transactions}` });
  const item = purchase(over);
  expect(await payBill({ db, billers }, item)).toMatchObject({ code: '00' });
  await accepted(item);
  await pursueUndecided({ db, billers });
  return { item, paymentId: (await paymentOf(db, item))?.paymentId ?? '' };
}

const creditOf = async () => (await cardBalance(db, CARD, 'pending-credit')).posted;
const pendingOf = async () => (await accountBalance(db, `operator-pending:${POLICE}`)).posted;

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
    const enquiry = await enquireBills({ db, billers }, 'FINE', 'LUG12345');
    expect(enquiry).toMatchObject({
      code: '00',
      totalDue: 10_601n + 220n,
      bills: [
        { due: 10_601n, lateFee: 600n, text: '滞纳金6.00' },
        { due: 220n, lateFee: 20n, text: '闯红灯' },
      ],
    });
    const { item } = await paid({ billReference: '379999000000001', amount: fen(10_601) });
    expect(police.orders.at(-1)).toMatchObject({ amount: 10_601n, lateFee: 600n });
    const payment = await paymentOf(db, item);
    expect(payment && filledIn(fines.receipt, payment).lines).toEqual([
      '决定书 379999000000001',
      '金额 106.01',
      '加处 6.00',
    ]);
    await paid({ billReference: '379999000000001', amount: fen(10_001) });
    expect(police.orders.at(-1)).toMatchObject({ amount: 10_001n, lateFee: 0n });
  });
});

it('nobody is asked about a plate or a decision number that cannot be one; the money comes back', async () => {
  expect(await enquireBills({ db, billers }, 'FINE', '沪A')).toEqual({ code: '00', bills: [], totalDue: 0n });
  const asked = police.orders.length;
  const item = purchase({ billReference: 'WBILL000001' });
  expect(await payBill({ db, billers }, item)).toMatchObject({ code: '00', receipt: ' '.repeat(16) });
  expect((await paymentOf(db, item))?.refusal).toBe('this is no decision number');
  expect(police.orders.length).toBe(asked);
});

it('an undecided payment is asked for again without its terminal, at growing intervals, until the biller decides', async () => {
  police.pay = () => ({ outcome: 'undecided', reason: 'gone', unreachable: true });
  const item = purchase();
  expect(await payBill({ db, billers }, item)).toEqual({ code: '68' });
  expect(await pursueUndecided({ db, billers })).toEqual({ asked: 0, decided: 0 });
  const due = () => db.query(`update clearing.bill_payment set next_try_at = now() where state = 'asked'`);
  await due();
  expect(await pursueUndecided({ db, billers })).toEqual({ asked: 1, decided: 0 });
  const wait = await db.query(
    `select tries, next_try_at > now() + interval '4 seconds' as later from clearing.bill_payment where state = 'asked'`,
  );
  expect(wait.rows).toEqual([{ tries: 1, later: true }]);
  await due();
  police.pay = () => ({ outcome: 'paid', receipt: 'AT-LAST' });
  expect(await pursueUndecided({ db, billers })).toEqual({ asked: 1, decided: 1 });
  expect(await payBill({ db, billers }, item)).toMatchObject({ receipt: 'AT-LAST'.padEnd(16) });
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

describe('a cancellation', () => {
  const propose = (paymentId: string, who = MAKER) =>
    transact(db, (tx) => proposeCancellationOfBill(tx, who, billers, { paymentId, reason: 'paid twice (test)' }));
  const approve = (who: Principal, paymentId: string) =>
    transact(db, (tx) => approveCancellationOfBill(tx, who, paymentId));

  it('by two people is asked for until the biller decides, and gives the money back once', async () => {
    const { item, paymentId } = await paid();
    const [credit, pending] = [await creditOf(), await pendingOf()];
    await propose(paymentId);
    await expect(approve(MAKER, paymentId)).rejects.toMatchObject({ code: 'identity.same-person' });
    police.cancel = () => ({ outcome: 'undecided', reason: 'gone', unreachable: true });
    expect(await approve(CHECKER, paymentId)).toMatchObject({ state: 'asked' });
    await pursueUndecided({ db, billers });
    expect(await creditOf()).toBe(credit);
    police.cancel = () => ({ outcome: 'cancelled' });
    await db.query(`update clearing.bill_cancellation set next_try_at = now() where state = 'asked'`);
    await Promise.all([pursueUndecided({ db, billers }), pursueUndecided({ db, billers })]);
    await pursueUndecided({ db, billers });
    expect([await creditOf(), await pendingOf()]).toEqual([credit + item.amount, pending - item.amount]);
    await expect(propose(paymentId)).rejects.toMatchObject({ code: 'clearing.bills.cancellation-known' });
  });

  it('that the biller refuses leaves the bill paid, and may be proposed again', async () => {
    const { paymentId } = await paid();
    const credit = await creditOf();
    police.cancel = () => ({ outcome: 'refused', reason: 'booked already' });
    await propose(paymentId);
    await approve(CHECKER, paymentId);
    await pursueUndecided({ db, billers });
    expect(await creditOf()).toBe(credit);
    // Another occasion, with two people of its own: who proposes now does not also approve.
    await propose(paymentId, CHECKER);
    await propose(paymentId, CHECKER);
    await expect(approve(CHECKER, paymentId)).rejects.toMatchObject({ code: 'identity.same-person' });
    expect(await approve(MAKER, paymentId)).toMatchObject({ state: 'asked' });
    police.cancel = () => ({ outcome: 'cancelled' });
    await pursueUndecided({ db, billers });
    expect(await creditOf()).toBe(credit + 300n);
  });

  it('is for paid bills whose industry allows it', async () => {
    await expect(propose('0'.repeat(32))).rejects.toMatchObject({ code: 'clearing.bills.payment-unknown' });
    const { paymentId } = await paid();
    police.document = { ...fines, cancellation: { allowed: false, withinDays: 0 } };
    await expect(propose(paymentId)).rejects.toMatchObject({ code: 'clearing.bills.cancellation-not-allowed' });
    police.document = fines;
  });
});

describe('a meter written through the card', () => {
  const report = (item: BillPurchase, act: number) =>
    transact(db, (tx) =>
      reportMeterWrite(tx, {
        cardNo: item.cardNo,
        samNo: item.samNo,
        paymentTransaction: BigInt(item.samTransactionNo),
        act,
      }),
    );
  const metered = async () => {
    police.document = meters;
    const made = await paid();
    police.document = fines;
    return made;
  };

  it('is due once paid, and finished by the report that it was written', async () => {
    const { item, paymentId } = await metered();
    const due = await transact(db, (tx) => dueMeterWrites(tx, POLICE));
    expect(due).toMatchObject([{ paymentId, amountFen: 300n, overdue: false }]);
    expect(await report(item, 1)).toBe('noted');
    expect(await report(item, 1)).toBe('noted');
    expect(await report(item, 2)).toBe('write-decided-before');
    expect(await transact(db, (tx) => dueMeterWrites(tx))).toEqual([]);
    await expect(
      transact(db, (tx) => proposeCancellationOfBill(tx, MAKER, billers, { paymentId, reason: 'x' })),
    ).rejects.toMatchObject({ code: 'clearing.bills.meter-written' });
  });

  it('is undone by the report that it was not: the biller takes the payment back, the card gets the money, once', async () => {
    const { item } = await metered();
    const credit = await creditOf();
    police.cancel = () => ({ outcome: 'cancelled' });
    expect(await report(item, 2)).toBe('noted');
    expect(await report(item, 2)).toBe('noted');
    await pursueUndecided({ db, billers });
    await pursueUndecided({ db, billers });
    expect(await creditOf()).toBe(credit + item.amount);
    expect(await report(item, 1)).toBe('write-decided-before');
  });

  it('has nothing to report for a purchase that paid no such bill', async () => {
    expect(await report(purchase(), 1)).toBe('payment-unknown');
    const { item } = await paid();
    expect(await report(item, 1)).toBe('payment-not-made');
  });
});

describe('a biller by file', () => {
  it('is paid what it filed, once, and forgets a payment that it took back', async () => {
    await transact(db, async (tx) => {
      await tx.query(
        `insert into clearing.bill_file (biller_code, name, sha256, line_count, amount_fen) values ('FINE', 'f', 'x', 1, 500)`,
      );
      await tx.query(
        `insert into clearing.filed_bill (biller_code, customer, reference, due_fen, due_date, note, file_name) values ('FINE', 'C1', 'B1', 500, '2026-12-01', '测试', 'f')`,
      );
    });
    const biller = fileBiller(db, 'FINE');
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

describe('the daily check', () => {
  const line = (paymentId: string, amount: number, outcome: StatementLine['outcome'] = 'paid'): StatementLine => ({
    paymentId,
    amountFen: fen(amount),
    outcome,
    receipt: 'R',
  });

  it('finds every way the two sides can differ, loses no line, and is closed by two people', async () => {
    const day = addDays(TODAY, -3);
    const onDay = async (over: Partial<BillPurchase> = {}) => {
      const { paymentId } = await paid(over);
      await db.query(
        `update clearing.bill_payment set decided_at = $2::date + interval '4 hours' where payment_id = $1`,
        [paymentId, day],
      );
      return paymentId;
    };
    const [equal, missing, dearer, gone, later] = [
      await onDay(),
      await onDay(),
      await onDay(),
      await onDay(),
      await onDay(),
    ];
    police.pay = () => ({ outcome: 'undecided', reason: 'gone' });
    const open = purchase();
    await payBill({ db, billers }, open);
    const undecided = (await paymentOf(db, open))?.paymentId ?? '';
    const statement = [
      line(equal, 300),
      line(dearer, 301),
      line(gone, 300, 'cancelled'),
      line('stranger', 77),
      line(undecided, 300),
      line(equal, 300),
    ];
    const check = await checkAgainst(db, 'FINE', day, statement);
    expect(check).toMatchObject({
      ours: { count: 5, amountFen: 1500n },
      theirs: { count: 5 },
      equal: 2,
      closed: false,
    });
    const kinds = check.differences.map(({ paymentId, kind }) => [paymentId, kind]);
    expect(new Set(kinds.map(String))).toEqual(
      new Set(
        [
          [missing, 'only-ours'],
          [later, 'only-ours'],
          [dearer, 'amount-differs'],
          [gone, 'outcome-differs'],
          ['stranger', 'only-theirs'],
          [undecided, 'outcome-differs'],
          [equal, 'reported-twice'],
        ].map(String),
      ),
    );
    expect(kinds).toHaveLength(7);
    expect((await alarmsAfter(db, 0n)).filter(({ kind }) => kind === 'bill-check-differs')).toHaveLength(1);
    expect(await checkAgainst(db, 'FINE', day, statement)).toMatchObject({ differences: check.differences });
    await expect(checkAgainst(db, 'FINE', day, statement.slice(1))).rejects.toMatchObject({
      code: 'clearing.bills.statement-known',
    });

    // On the statement of the day after, so it is alone no more.
    await checkAgainst(db, 'FINE', addDays(day, 1), [line(later, 300)]);

    const credit = await creditOf();
    const resolve = async (
      paymentId: string,
      kind: (typeof check.differences)[number]['kind'],
      action: 'ask-again' | 'cancel-ours' | 'cancel-theirs' | 'explained',
    ) => {
      const key = { billerCode: 'FINE', date: day, paymentId, kind };
      await transact(db, (tx) => proposeResolution(tx, MAKER, key, { action, reason: 'looked at (test)' }));
      await expect(approveResolution({ db, billers }, MAKER, key)).rejects.toMatchObject({
        code: 'identity.same-person',
      });
      await approveResolution({ db, billers }, CHECKER, key);
      await expect(approveResolution({ db, billers }, CHECKER, key)).rejects.toMatchObject({
        code: 'clearing.bills.difference-unknown',
      });
    };
    await expect(resolve('stranger', 'only-theirs', 'cancel-ours')).rejects.toMatchObject({
      code: 'clearing.bills.action-unfit',
    });
    police.cancel = () => ({ outcome: 'undecided', reason: 'gone' });
    await expect(resolve('stranger', 'only-theirs', 'cancel-theirs')).rejects.toMatchObject({
      code: 'clearing.bills.not-reached',
    });
    police.cancel = () => ({ outcome: 'cancelled' });
    await resolve('stranger', 'only-theirs', 'cancel-theirs');
    await resolve(missing, 'only-ours', 'cancel-ours');
    await resolve(gone, 'outcome-differs', 'cancel-ours');
    await resolve(dearer, 'amount-differs', 'explained');
    await resolve(equal, 'reported-twice', 'explained');
    police.pay = () => ({ outcome: 'paid', receipt: 'THEIRS' });
    await resolve(undecided, 'outcome-differs', 'ask-again');
    await pursueUndecided({ db, billers });
    expect((await paymentOf(db, open))?.state).toBe('paid');
    expect(await creditOf()).toBe(credit + 600n);
    expect(await readCheck(db, 'FINE', day)).toMatchObject({ closed: true });
    const kept = await db.query(
      `select count(*)::int as lines from clearing.bill_statement_line where biller_code = 'FINE' and booked_on = $1`,
      [day],
    );
    expect(kept.rows).toEqual([{ lines: 6 }]);
  });
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
  const both = await Promise.all([payBill({ db, billers: waiting }, item), payBill({ db, billers: waiting }, item)]);
  expect(both).toEqual([both[0], both[0]]);
  const alarms = (await alarmsAfter(db, 0n)).filter(({ kind }) => kind === 'biller-answers-differ');
  expect(alarms).toHaveLength(1);
});
