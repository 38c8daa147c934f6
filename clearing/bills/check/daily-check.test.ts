import { addDays, fen, transact } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alarmsAfter } from '../../alarms/alarm.ts';
import { type BillWorld, CHECKER, MAKER, police, purchase, startBillWorld, TODAY } from '../bill-life.test-data.ts';
import { type BillPurchase, payBill } from '../bill-payment.ts';
import type { StatementLine } from '../biller.ts';
import { fileBiller } from '../file-biller.ts';
import { paymentOf } from '../payment-rows.ts';
import { pursueUndecided } from '../pursue.ts';
import { checkAgainst } from './check-biller.ts';
import { readCheck } from './compare.ts';
import { approveResolution, proposeResolution } from './resolve.ts';

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
      const { paymentId } = await world.paid(over);
      await world.db.query(
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
    await payBill(world, open);
    const undecided = (await paymentOf(world.db, open))?.paymentId ?? '';
    const statement = [
      line(equal, 300),
      line(dearer, 301),
      line(gone, 300, 'cancelled'),
      line('stranger', 77),
      line(undecided, 300),
      line(equal, 300),
    ];
    const check = await checkAgainst(world.db, 'FINE', day, statement);
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
    expect((await alarmsAfter(world.db, 0n)).filter(({ kind }) => kind === 'bill-check-differs')).toHaveLength(1);
    expect(await checkAgainst(world.db, 'FINE', day, statement)).toMatchObject({ differences: check.differences });
    await expect(checkAgainst(world.db, 'FINE', day, statement.slice(1))).rejects.toMatchObject({
      code: 'clearing.bills.statement-known',
    });

    // On the statement of the day after, so it is alone no more.
    await checkAgainst(world.db, 'FINE', addDays(day, 1), [line(later, 300)]);

    const credit = await world.creditOf();
    const resolve = async (
      paymentId: string,
      kind: (typeof check.differences)[number]['kind'],
      action: 'ask-again' | 'cancel-ours' | 'cancel-theirs' | 'explained',
    ) => {
      const key = { billerCode: 'FINE', date: day, paymentId, kind };
      await transact(world.db, (tx) => proposeResolution(tx, MAKER, key, { action, reason: 'looked at (test)' }));
      await expect(approveResolution(world, MAKER, key)).rejects.toMatchObject({
        code: 'identity.same-person',
      });
      await approveResolution(world, CHECKER, key);
      await expect(approveResolution(world, CHECKER, key)).rejects.toMatchObject({
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
    await pursueUndecided(world);
    expect((await paymentOf(world.db, open))?.state).toBe('paid');
    expect(await world.creditOf()).toBe(credit + 600n);
    expect(await readCheck(world.db, 'FINE', day)).toMatchObject({ closed: true });
    const kept = await world.db.query(
      `select count(*)::int as lines from clearing.bill_statement_line where biller_code = 'FINE' and booked_on = $1`,
      [day],
    );
    expect(kept.rows).toEqual([{ lines: 6 }]);
  });
});
