import { addDays, businessDate, chinaCalendar, transact } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { advanceAsFarAsPossible } from '../day/advance.ts';
import { cutOff, openDay, readDay } from '../day/days.ts';
import { BUS, buy, DAY, PEOPLE, startTestCity } from '../day/test-city.ts';
import { listSheets } from '../settlement/sheets.ts';
import { approveTerms, proposeTerms } from '../terms/versions.ts';
import { datesProblem, HOLIDAYS, type HolidayDocument } from './holiday-document.ts';
import { calendarInForce } from './in-force.ts';

/** A year as a notice might have it; made up for these tests. */
const NEXT_YEAR: HolidayDocument = {
  year: 2027,
  notice: 'made up for a test',
  holidays: [
    ['2027-01-01', '2027-01-03'],
    ['2027-05-01', '2027-05-05'],
    ['2027-10-01', '2027-10-07'],
  ],
  madeUp: ['2027-10-09'],
};

describe('a year of holidays', () => {
  it.each<[string, Partial<HolidayDocument>, string]>([
    ['a day of another year', { holidays: [['2027-12-31', '2028-01-01']] }, '2028-01-01 is not a day of 2027'],
    ['an end before its beginning', { holidays: [['2027-05-05', '2027-05-01']] }, 'ends before it begins'],
    [
      'two holidays on one day',
      {
        holidays: [
          ['2027-01-01', '2027-01-03'],
          ['2027-01-03', '2027-01-04'],
        ],
      },
      'two holidays overlap on 2027-01-03',
    ],
    ['a weekday made up for', { madeUp: ['2027-10-08'] }, '2027-10-08 is no Saturday or Sunday'],
    ['a holiday made up for', { madeUp: ['2027-01-02'] }, '2027-01-02 is a holiday and made up for at once'],
    ['a forgotten New Year', { holidays: [['2027-05-01', '2027-05-05']] }, '2027-01-01 is a public holiday by law'],
  ])('is refused with %s', (_name, change, problem) => {
    expect(datesProblem({ ...NEXT_YEAR, ...change })).toContain(problem);
  });
});

describe('the calendar of the clearing day', () => {
  let city: Awaited<ReturnType<typeof startTestCity>>;
  const NEW_YEARS_EVE = businessDate('2026-12-31');
  beforeAll(async () => {
    city = await startTestCity();
  });
  afterAll(async () => {
    await city.stop();
  });
  const alarms = async (kind: string) => {
    const { rows } = await city.db.query<{ subject: string; severity: string }>(
      'select subject, severity from clearing.alarm where kind = $1 order by alarm_id',
      [kind],
    );
    return rows;
  };

  it('warns sixty days before the announced holidays end, and once', async () => {
    const { db, deps } = city;
    // The first day of the city is 41 days before the end of 2026.
    for (const date of [DAY, addDays(DAY, 1)]) {
      await cutOff(db, date);
      await advanceAsFarAsPossible(deps, date);
    }
    expect(await alarms('holiday-data-ends')).toEqual([{ subject: '2026-12-31', severity: 'warning' }]);
    expect(chinaCalendar({ provisionalThrough: 2030 }).announcedUntil).toBe('2026-12-31');
  });

  it('plans nothing beyond them: the day stops before its netting, says so, and goes on when the year is in force', async () => {
    const { db, deps } = city;
    // The weeks in between are skipped: their days were closed.
    await db.query(`alter table clearing.business_day disable trigger user`);
    await db.query(`update clearing.business_day set state = 'closed' where business_date < $1`, [NEW_YEARS_EVE]);
    await db.query(`alter table clearing.business_day enable trigger user`);
    await transact(db, (tx) => openDay(tx, NEW_YEARS_EVE));
    await buy(db, NEW_YEARS_EVE, 'purse', BUS, 10_000);
    await cutOff(db, NEW_YEARS_EVE);
    for (let tries = 0; tries < 2; tries += 1) {
      const advanced = advanceAsFarAsPossible(deps, NEW_YEARS_EVE);
      await expect(advanced).rejects.toMatchObject({ code: 'clearing-day.calendar-ends', status: 409 });
    }
    expect((await readDay(db, NEW_YEARS_EVE)).state).toBe('priced');
    expect(await alarms('clearing-day-stopped')).toEqual([
      { subject: '2026-12-31 clearing-day.calendar-ends', severity: 'critical' },
    ]);

    const tooFar = transact(db, (tx) =>
      proposeTerms(tx, PEOPLE.maker, HOLIDAYS, addDays(NEW_YEARS_EVE, 1), {
        ...NEXT_YEAR,
        year: 2028,
        holidays: [['2028-01-01', '2028-01-03']],
        madeUp: [],
      }),
    );
    await expect(tooFar).rejects.toMatchObject({ code: 'clearing.terms.refused' });
    await transact(db, async (tx) => {
      const { version } = await proposeTerms(tx, PEOPLE.maker, HOLIDAYS, addDays(NEW_YEARS_EVE, 1), NEXT_YEAR);
      await approveTerms(tx, PEOPLE.checker, HOLIDAYS, version);
    });
    expect((await calendarInForce(db, deps.calendar)).lastDate).toBe('2027-12-31');
    expect(await advanceAsFarAsPossible(deps, NEW_YEARS_EVE)).toBe('netted');
    expect(await listSheets(db, NEW_YEARS_EVE)).toMatchObject([{ participantNo: BUS, settleDate: '2027-01-04' }]);
  });
});
