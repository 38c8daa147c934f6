import { type Database, fen, transact } from '@citycard/common';
import { afterAll, describe, expect, it } from 'vitest';
import { verifyLedger } from '../ledger/verify.ts';
import { settlePayment } from '../settlement/payment-outcome.ts';
import { advanceDay } from './advance.ts';
import { cutOff, readDay } from './days.ts';
import { killedEverywhere } from './killed-everywhere.test-data.ts';
import { approve, DAY, fillDay, startTestCity } from './test-city.ts';

describe('a worker killed after any statement', () => {
  const cities: Awaited<ReturnType<typeof startTestCity>>[] = [];
  afterAll(async () => {
    await Promise.all(cities.map((city) => city.stop()));
  });

  it('has either taken the step or not, and the next worker ends where it would have', async () => {
    const city = await startTestCity();
    cities.push(city);
    const { db, deps } = city;
    await fillDay(db);
    let kills = 0;

    const throughKills = async (step: (db: Database) => Promise<unknown>) => {
      kills += await killedEverywhere(db, step, fingerprint);
    };

    await throughKills((pool) => cutOff(pool, DAY));
    const advance = (pool: Database) => advanceDay({ ...deps, db: pool }, DAY);
    for (const state of ['validated', 'priced', 'netted']) {
      await throughKills(advance);
      expect((await readDay(db, DAY)).state).toBe(state);
    }
    await throughKills((pool) => approve(pool));
    await throughKills(advance);
    const { rows } = await db.query<{ end_to_end_id: string; amount_fen: bigint }>(
      'select end_to_end_id, amount_fen from clearing.payment',
    );
    expect(rows).toHaveLength(4);
    for (const [index, { end_to_end_id: endToEndId, amount_fen }] of rows.entries()) {
      const booked = { endToEndId, amountFen: fen(amount_fen), bookedAt: new Date(), bankReference: endToEndId };
      const settle = (pool: Database) => transact(pool, (tx) => settlePayment(tx, booked));
      await (index === 0 ? throughKills(settle) : settle(db));
    }
    for (const state of ['settled', 'closed']) {
      await throughKills(advance);
      expect((await readDay(db, DAY)).state).toBe(state);
    }
    expect(kills).toBeGreaterThan(60);
    expect(await verifyLedger(db)).toMatchObject({ ok: true });
    const { rows: custody } = await db.query<{ posted: bigint }>(
      `select debits_posted - credits_posted as posted from clearing.account where kind = 'bank-custody'`,
    );
    expect(custody).toEqual([{ posted: 1_000_000n - 55_246n }]);
  }, 120_000);
});

async function fingerprint(db: Database): Promise<string> {
  const { rows } = await db.query<{ print: string }>(
    `select md5(concat((select string_agg(d::text, ',' order by d) from clearing.business_day d),
                       (select string_agg(s::text, ',' order by s.business_date, s.stage) from clearing.day_stage s),
                       (select string_agg(s::text, ',' order by s.sheet_no) from clearing.settlement_sheet s),
                       (select string_agg(p::text, ',' order by p.end_to_end_id) from clearing.payment p),
                       (select string_agg(a::text, ',' order by a) from platform.approval a),
                       (select encode(chunk_sha256, 'hex') from clearing.ledger_head))) as print`,
  );
  return rows[0]?.print ?? '';
}
