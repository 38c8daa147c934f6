import { type Principal, transact } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  billers,
  type BillWorld,
  CHECKER,
  fines,
  MAKER,
  meters,
  police,
  POLICE,
  purchase,
  startBillWorld,
} from './bill-life.test-data.ts';
import { type BillPurchase } from './bill-payment.ts';
import { approveCancellationOfBill, proposeCancellationOfBill } from './cancellation.ts';
import { dueMeterWrites, reportMeterWrite } from './meter-write.ts';
import { pursueUndecided } from './pursue.ts';

let world: BillWorld;
beforeAll(async () => {
  world = await startBillWorld();
});
afterAll(() => world.stop());

describe('a cancellation', () => {
  const propose = (paymentId: string, who = MAKER) =>
    transact(world.db, (tx) => proposeCancellationOfBill(tx, who, billers, { paymentId, reason: 'paid twice (test)' }));
  const approve = (who: Principal, paymentId: string) =>
    transact(world.db, (tx) => approveCancellationOfBill(tx, who, paymentId));

  it('by two people is asked for until the biller decides, and gives the money back once', async () => {
    const { item, paymentId } = await world.paid();
    const [credit, pending] = [await world.creditOf(), await world.pendingOf()];
    await propose(paymentId);
    await expect(approve(MAKER, paymentId)).rejects.toMatchObject({ code: 'identity.same-person' });
    police.cancel = () => ({ outcome: 'undecided', reason: 'gone', unreachable: true });
    expect(await approve(CHECKER, paymentId)).toMatchObject({ state: 'asked' });
    await pursueUndecided(world);
    expect(await world.creditOf()).toBe(credit);
    police.cancel = () => ({ outcome: 'cancelled' });
    await world.db.query(`update clearing.bill_cancellation set next_try_at = now() where state = 'asked'`);
    await Promise.all([pursueUndecided(world), pursueUndecided(world)]);
    await pursueUndecided(world);
    expect([await world.creditOf(), await world.pendingOf()]).toEqual([credit + item.amount, pending - item.amount]);
    await expect(propose(paymentId)).rejects.toMatchObject({ code: 'clearing.bills.cancellation-known' });
  });

  it('that the biller refuses leaves the bill paid, and may be proposed again', async () => {
    const { paymentId } = await world.paid();
    const credit = await world.creditOf();
    police.cancel = () => ({ outcome: 'refused', reason: 'booked already' });
    await propose(paymentId);
    await approve(CHECKER, paymentId);
    await pursueUndecided(world);
    expect(await world.creditOf()).toBe(credit);
    // Another occasion, with two people of its own: who proposes now does not also approve.
    await propose(paymentId, CHECKER);
    await propose(paymentId, CHECKER);
    await expect(approve(CHECKER, paymentId)).rejects.toMatchObject({ code: 'identity.same-person' });
    expect(await approve(MAKER, paymentId)).toMatchObject({ state: 'asked' });
    police.cancel = () => ({ outcome: 'cancelled' });
    await pursueUndecided(world);
    expect(await world.creditOf()).toBe(credit + 300n);
  });

  it('is for paid bills whose industry allows it', async () => {
    await expect(propose('0'.repeat(32))).rejects.toMatchObject({ code: 'clearing.bills.payment-unknown' });
    const { paymentId } = await world.paid();
    police.document = { ...fines, cancellation: { allowed: false, withinDays: 0 } };
    await expect(propose(paymentId)).rejects.toMatchObject({ code: 'clearing.bills.cancellation-not-allowed' });
    police.document = fines;
  });
});

describe('a meter written through the card', () => {
  const report = (item: BillPurchase, act: number) =>
    transact(world.db, (tx) =>
      reportMeterWrite(tx, {
        cardNo: item.cardNo,
        samNo: item.samNo,
        paymentTransaction: BigInt(item.samTransactionNo),
        act,
      }),
    );
  const metered = async () => {
    police.document = meters;
    const made = await world.paid();
    police.document = fines;
    return made;
  };

  it('is due once paid, and finished by the report that it was written', async () => {
    const { item, paymentId } = await metered();
    const due = await transact(world.db, (tx) => dueMeterWrites(tx, POLICE));
    expect(due).toMatchObject([{ paymentId, amountFen: 300n, overdue: false }]);
    expect(await report(item, 1)).toBe('noted');
    expect(await report(item, 1)).toBe('noted');
    expect(await report(item, 2)).toBe('write-decided-before');
    expect(await transact(world.db, (tx) => dueMeterWrites(tx))).toEqual([]);
    await expect(
      transact(world.db, (tx) => proposeCancellationOfBill(tx, MAKER, billers, { paymentId, reason: 'x' })),
    ).rejects.toMatchObject({ code: 'clearing.bills.meter-written' });
  });

  it('is undone by the report that it was not: the biller takes the payment back, the card gets the money, once', async () => {
    const { item } = await metered();
    const credit = await world.creditOf();
    police.cancel = () => ({ outcome: 'cancelled' });
    expect(await report(item, 2)).toBe('noted');
    expect(await report(item, 2)).toBe('noted');
    await pursueUndecided(world);
    await pursueUndecided(world);
    expect(await world.creditOf()).toBe(credit + item.amount);
    expect(await report(item, 1)).toBe('write-decided-before');
  });

  it('has nothing to report for a purchase that paid no such bill', async () => {
    expect(await report(purchase(), 1)).toBe('payment-unknown');
    const { item } = await world.paid();
    expect(await report(item, 1)).toBe('payment-not-made');
  });
});
