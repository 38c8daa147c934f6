import { fen, transact } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { advanceAsFarAsPossible } from '../day/advance.ts';
import { BUS, BUS_TWO, DAY, fillDay, instruct, PEOPLE, startTestCity } from '../day/test-city.ts';
import { accountBalance } from '../ledger/balances.ts';
import { approveReinstruction, proposeReinstruction } from './refused-sheets.ts';
import { messageXml } from './instruct.ts';
import { type BookedPayment, rejectPayment, settlePayment } from './payment-outcome.ts';

let city: Awaited<ReturnType<typeof startTestCity>>;
beforeAll(async () => {
  city = await startTestCity();
  await fillDay(city.db);
  await instruct(city.deps);
});
afterAll(async () => {
  await city.stop();
});

const BUS_PAYMENT = `20261120-${BUS}`;
const settle = (payment: Partial<BookedPayment> & { endToEndId: string; amountFen: BookedPayment['amountFen'] }) =>
  transact(city.db, (tx) =>
    settlePayment(tx, { bookedAt: new Date('2026-11-23T01:00:00Z'), bankReference: 'R1', ...payment }),
  );
const reject = (endToEndId: string) =>
  transact(city.db, (tx) => rejectPayment(tx, { endToEndId, reason: 'AC01 account\nunknown' }));
const payable = () => accountBalance(city.db, `operator-payable:${BUS}`);

describe('what the bank answers', () => {
  it('rejects: the amount is payable again, once', async () => {
    expect(await payable()).toMatchObject({ posted: 20_896n, available: 0n });
    expect(await reject(BUS_PAYMENT)).toEqual({ outcome: 'rejected' });
    expect(await reject(BUS_PAYMENT)).toEqual({ outcome: 'repeat' });
    expect(await payable()).toMatchObject({ posted: 20_896n, available: 20_896n });
    expect(await settle({ endToEndId: BUS_PAYMENT, amountFen: fen(20_896) })).toEqual({
      outcome: 'decided-before',
      state: 'rejected',
    });
  });

  it('books: once, with the instructed amount and one reference', async () => {
    const payment = { endToEndId: `20261120-${BUS_TWO}`, amountFen: fen(29_850) };
    expect(await settle({ ...payment, endToEndId: 'NOBODY' })).toEqual({ outcome: 'unknown' });
    expect(await settle({ ...payment, amountFen: fen(29_851) })).toEqual({
      outcome: 'amount-differs',
      instructedFen: 29_850n,
      openFen: 29_850n,
    });
    expect(await settle({ ...payment, account: 'bank-paying:8888' })).toEqual({
      outcome: 'other-account',
      orderedFrom: 'bank-custody:622800000001',
    });
    expect(await settle(payment)).toEqual({ outcome: 'settled' });
    expect(await settle(payment)).toEqual({ outcome: 'repeat' });
    expect(await settle({ ...payment, bankReference: 'R2' })).toEqual({
      outcome: 'decided-before',
      state: 'posted',
      bankReference: 'R1',
    });
    expect(await reject(payment.endToEndId)).toEqual({ outcome: 'decided-before', state: 'posted' });
    // The bank's day 2026-11-23 has not begun here: the booking stands on the open day.
    const { rows } = await city.db.query(`select business_date from clearing.ledger_transfer where posting_key = $1`, [
      `settlement:${payment.endToEndId}:post`,
    ]);
    expect(rows).toEqual([{ business_date: '2026-11-21' }]);
  });

  it('lets a refused payment be instructed again by two persons, under a new id and to the account filed now', async () => {
    const { db, deps } = city;
    await db.query(
      `update clearing.participant set settlement_account = settlement_account || '{"accountNo":"62287777"}' where participant_no = $1`,
      [BUS],
    );
    const propose = () => transact(db, (tx) => proposeReinstruction(tx, PEOPLE.both, DAY));
    const { approvalId } = await propose();
    await expect(approveReinstruction(db, PEOPLE.both, DAY, approvalId, deps)).rejects.toMatchObject({
      code: 'identity.same-person',
    });
    const { messageId } = await approveReinstruction(db, PEOPLE.checker, DAY, approvalId, deps);
    expect(messageId).toBe('PAY-20261120-2');
    const xml = await messageXml(db, 'PAY-20261120-2');
    expect(xml).toContain(`<EndToEndId>${BUS_PAYMENT}-2</EndToEndId>`);
    expect(xml).toContain('62287777');
    await expect(approveReinstruction(db, PEOPLE.checker, DAY, approvalId, deps)).rejects.toMatchObject({
      code: 'clearing-day.nothing-rejected',
    });
    expect(await payable()).toMatchObject({ posted: 20_896n, available: 0n });
  });

  it('settles the day when every payment is posted, not before', async () => {
    const { db, deps } = city;
    expect(await advanceAsFarAsPossible(deps, DAY)).toBe('instructed');
    const { rows } = await db.query<{ end_to_end_id: string; amount_fen: bigint }>(
      `select end_to_end_id, amount_fen from clearing.payment where state = 'pending' order by 1`,
    );
    for (const row of rows) {
      expect(await advanceAsFarAsPossible(deps, DAY)).toBe('instructed');
      await settle({ endToEndId: row.end_to_end_id, amountFen: fen(row.amount_fen), bankReference: row.end_to_end_id });
    }
    expect(await advanceAsFarAsPossible(deps, DAY)).toBe('closed');
    expect(await payable()).toMatchObject({ posted: 0n, available: 0n });
  });
});
