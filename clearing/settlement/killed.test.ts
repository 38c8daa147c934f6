import { type Database, fen, transact } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { advanceDay } from '../day/advance.ts';
import { killedEverywhere } from '../day/killed-everywhere.test-data.ts';
import { BUS, BUS_TWO, CITY, DAY, fillDay, instruct, PEOPLE, startTestCity, WATER } from '../day/test-city.ts';
import { verifyLedger } from '../ledger/verify.ts';
import { settlementObligations } from './obligations.ts';
import { rejectPayment, settlePayment } from './payment-outcome.ts';
import { returnPayment } from './payment-return.ts';
import { approveGiveUp, listPayments, proposeGiveUp } from './payments.ts';
import { approveReinstruction, proposeReinstruction } from './refused-sheets.ts';

let city: Awaited<ReturnType<typeof startTestCity>>;
beforeAll(async () => {
  city = await startTestCity();
  await fillDay(city.db);
  await instruct(city.deps);
});
afterAll(() => city.stop());

const BOOKED_AT = new Date('2026-11-23T01:00:00Z');
const paymentOf = (no: string) => `20261120-${no}`;
const book = (no: string, amount: number, bankReference: string) => (db: Database) =>
  transact(db, (tx) =>
    settlePayment(tx, { endToEndId: paymentOf(no), amountFen: fen(amount), bookedAt: BOOKED_AT, bankReference }),
  );

/** Everything settlement leaves behind, without the moments it happened at. */
async function fingerprint(db: Database): Promise<string> {
  const { rows } = await db.query<{ print: string }>(
    `select md5(concat((select string_agg((to_jsonb(s))::text, ',' order by sheet_no) from clearing.settlement_sheet s),
       (select string_agg((to_jsonb(p))::text, ',' order by end_to_end_id) from clearing.payment p),
       (select string_agg((to_jsonb(b))::text, ',' order by posting_key) from clearing.payment_booking b),
       (select string_agg((to_jsonb(r))::text, ',' order by posting_key) from clearing.payment_return r),
       (select string_agg((to_jsonb(h))::text, ',' order by since) from clearing.payment_hold h),
       (select string_agg(message_id, ',' order by message_id) from clearing.payment_message),
       (select count(*) from clearing.alarm), (select string_agg((to_jsonb(a))::text, ',' order by id) from platform.approval a),
       (select encode(chunk_sha256, 'hex') from clearing.ledger_head))) as print`,
  );
  return rows[0]?.print ?? '';
}

describe('a worker killed after any statement of settlement', () => {
  it('has booked, refused, returned, given up or instructed again wholly or not at all', async () => {
    const { db, deps } = city;
    const propose = () => transact(db, (tx) => proposeGiveUp(tx, PEOPLE.maker, paymentOf(WATER), 'letter 9'));
    const { approvalId } = await propose();
    const once = async (step: Promise<unknown>, code: string) => {
      // What two persons decided is found decided by whoever tries again.
      await step.catch((error: { code?: string }) => {
        if (error.code !== code) throw error;
      });
    };
    const steps: ((pool: Database) => Promise<unknown>)[] = [
      book(BUS, 20_000, 'P1'),
      book(BUS, 896, 'P2'),
      (pool) =>
        transact(pool, (tx) =>
          returnPayment(tx, {
            endToEndId: paymentOf(BUS),
            amountFen: fen(20_896),
            bookedAt: BOOKED_AT,
            bankReference: 'P3',
            part: 1,
            account: 'bank-custody:622800000001',
            reason: 'AC04',
          }),
        ),
      book(BUS_TWO, 29_000, 'T1'),
      (pool) =>
        transact(pool, (tx) => rejectPayment(tx, { endToEndId: paymentOf(BUS_TWO), reason: 'AC01 account unknown' })),
      (pool) =>
        once(
          transact(pool, (tx) => approveGiveUp(tx, PEOPLE.checker, paymentOf(WATER), approvalId, 'letter 9')),
          'clearing.settlement.payment-not-out',
        ),
    ];
    let kills = 0;
    for (const step of steps) {
      kills += await killedEverywhere(db, step, fingerprint);
      expect((await settlementObligations(db)).ok).toBe(true);
    }
    const again = await transact(db, (tx) => proposeReinstruction(tx, PEOPLE.maker, DAY));
    kills += await killedEverywhere(
      db,
      (pool) =>
        once(approveReinstruction(pool, PEOPLE.checker, DAY, again.approvalId, deps), 'clearing-day.nothing-rejected'),
      fingerprint,
    );
    expect(kills).toBeGreaterThan(50);
    const out = await listPayments(db, { state: 'pending' });
    expect(out.map(({ endToEndId, amountFen }) => [endToEndId, amountFen])).toEqual([
      [`${paymentOf(BUS_TWO)}-2`, 850n],
      [`${paymentOf(WATER)}-2`, 3_000n],
      [paymentOf(CITY), 1_500n],
    ]);
    expect(await verifyLedger(db)).toMatchObject({ ok: true });
  }, 60_000);

  it('and two of them at once, again and again, give one instruction per obligation', async () => {
    const { db, deps } = city;
    await Promise.all([1, 2, 3].map(() => advanceDay(deps, DAY)));
    await Promise.all([book(CITY, 1_500, 'C1')(db), book(CITY, 1_500, 'C1')(db)]);
    const { rows } = await db.query(
      `select sheet_no from clearing.payment where state not in ('rejected', 'short') group by 1 having count(*) > 1`,
    );
    expect(rows).toEqual([]);
    const { ok, obligations } = await settlementObligations(db);
    expect(ok).toBe(true);
    expect(obligations.reduce((sum, line) => sum + line.inTransitFen, 0n)).toBe(3_850n);
  });
});
