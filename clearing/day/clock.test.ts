import { createLogger, openJobSystem, transact } from '@citycard/common';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { currentBusinessDate } from '../ledger/business-day.ts';
import { listSheets } from '../settlement/sheets.ts';
import { advanceAsFarAsPossible } from './advance.ts';
import { cutOff, readDay } from './days.ts';
import { registerClearingJobs } from './jobs.ts';
import { BUS, buy, DAY, fillDay, insertRecord, NEXT_DAY, startTestCity } from './test-city.ts';

const HOUR_MS = 3_600_000;
const realNow = Date.now.bind(Date);

let city: Awaited<ReturnType<typeof startTestCity>>;
beforeAll(async () => {
  city = await startTestCity();
});
afterEach(() => {
  vi.restoreAllMocks();
});
afterAll(async () => {
  await city.stop();
});

/** The clock of this process from now on; the database has its own. */
const setClock = (offsetMs: number) => vi.spyOn(Date, 'now').mockImplementation(() => realNow() + offsetMs);

const placed = async () => {
  const { rows } = await city.db.query(
    `select intake_id, business_date from clearing.intake union all
     select intake_id, business_date from clearing.purchase_record order by 1, 2`,
  );
  return rows;
};

describe('a clock an hour back', () => {
  it('moves no record: the day of each was stored when it came, and a cut-off is a row and not a time', async () => {
    const { db } = city;
    await fillDay(db);
    await cutOff(db, DAY);
    await buy(db, NEXT_DAY, 'purse', BUS, 500);
    const before = await placed();
    setClock(-HOUR_MS);
    expect(await transact(db, currentBusinessDate)).toBe(NEXT_DAY);
    expect(await cutOff(db, DAY)).toMatchObject({ state: 'cut-off', nextDate: NEXT_DAY, repeated: true });
    await buy(db, NEXT_DAY, 'purse', BUS, 700);
    expect((await placed()).slice(0, before.length)).toEqual(before);
    await advanceAsFarAsPossible(city.deps, DAY);
    const sheet = (await listSheets(db, DAY)).find(({ participantNo }) => participantNo === BUS);
    expect(sheet).toMatchObject({ salesFen: 21_001n, settleDate: '2026-11-23' });
  });

  it('keeps no job waiting: an hour back and standing still, the day goes on as soon as it can', async () => {
    const { db, deps, url } = city;
    const stuck = { date: NEXT_DAY, intakeId: 998n, to: BUS, amount: 500, state: 'received', code: null };
    await insertRecord(db, stuck);
    await cutOff(db, NEXT_DAY);
    const standing = realNow() - HOUR_MS;
    vi.spyOn(Date, 'now').mockImplementation(() => standing);
    const system = await openJobSystem({ databaseUrl: url, logger: createLogger('test', { level: 'silent' }) });
    const jobs = registerClearingJobs(system, deps, { lookEveryMs: 50 });
    try {
      await jobs.wake();
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect((await readDay(db, NEXT_DAY)).state).toBe('cut-off');
      await db.query(`delete from clearing.purchase_record where state = 'received'`);
      await expect
        .poll(async () => (await readDay(db, NEXT_DAY)).state, { timeout: 10_000, interval: 50 })
        .toBe('netted');
    } finally {
      await jobs.close();
      await system.close();
    }
  });
});
