import { addDays, transact } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountBalance } from '../ledger/balances.ts';
import { rejectPayment } from '../settlement/payment-outcome.ts';
import { listSheets } from '../settlement/sheets.ts';
import { readDay } from './days.ts';
import { BUS, BUS_TWO, buy, DAY, fillDay, insertRecord, instruct, NEXT_DAY, startTestCity } from './test-city.ts';

let city: Awaited<ReturnType<typeof startTestCity>>;
beforeAll(async () => {
  city = await startTestCity();
});
afterAll(async () => {
  await city.stop();
});

const participantsOf = async (date: typeof DAY) =>
  (await listSheets(city.db, date)).map(({ participantNo }) => participantNo);

describe('a broken or late participant holds up nobody else', () => {
  it('a price that cannot be worked out holds that one line; it is priced once it can be', async () => {
    const { db, deps } = city;
    await db.query(
      `insert into clearing.tariff (participant_no, kind, ladder, valid_from) values ($1, 'by-amount', '[{"upTo": "everything", "rate": "x"}]', '2026-01-01')`,
      [BUS],
    );
    await fillDay(db);
    await instruct(deps);
    expect((await readDay(db, DAY)).state).toBe('instructed');
    expect(await participantsOf(DAY)).not.toContain(BUS);
    expect(await participantsOf(DAY)).toContain(BUS_TWO);
    expect((await accountBalance(db, `operator-pending:${BUS}`)).posted).toBe(21_001n);
    const { rows } = await db.query(`select subject, severity from clearing.alarm where kind = 'pricing-failed'`);
    expect(rows).toEqual([{ subject: BUS, severity: 'critical' }]);

    await db.query('delete from clearing.tariff where participant_no = $1', [BUS]);
    await instruct(deps, NEXT_DAY);
    const sheet = (await listSheets(db, NEXT_DAY)).find(({ participantNo }) => participantNo === BUS);
    expect(sheet).toMatchObject({ periodFrom: DAY, salesFen: 21_001n, feeFen: 105n, state: 'instructed' });
  });

  it('what it uploads behind the cut-off is on the next day; a payment of its that is refused leaves the others paid', async () => {
    const { db, deps } = city;
    const date = addDays(NEXT_DAY, 1);
    await buy(db, date, 'purse', BUS, 1_000);
    await buy(db, date, 'purse', BUS_TWO, 1_000);
    await instruct(deps, date);
    const late = addDays(date, 1);
    await insertRecord(db, { date: late, intakeId: 990n, to: BUS, amount: 700, state: 'received', code: null });
    expect(
      await transact(db, (tx) =>
        rejectPayment(tx, { endToEndId: `${date.replaceAll('-', '')}-${BUS}`, reason: 'AC04' }),
      ),
    ).toEqual({
      outcome: 'rejected',
    });
    const states = (await listSheets(db, date)).map(({ participantNo, state }) => [participantNo, state]);
    expect(states).toContainEqual([BUS, 'rejected']);
    expect(states).toContainEqual([BUS_TWO, 'instructed']);
    // The next day reaches its instructions although the last one is not settled.
    await db.query(`delete from clearing.purchase_record where state = 'received'`);
    await buy(db, late, 'purse', BUS_TWO, 1_000);
    await instruct(deps, late);
    expect((await readDay(db, date)).state).toBe('instructed');
    expect((await readDay(db, late)).state).toBe('instructed');
  });
});
