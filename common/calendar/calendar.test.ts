import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, businessDate, cityDate, cityDateTimeDigits, compactDate, instantOfCityDigits } from './city-time.ts';
import { chinaCalendar } from './working-days.ts';

describe('city time', () => {
  it('is eight hours ahead of UTC', () => {
    const instant = new Date('2026-02-28T16:00:00Z');
    expect(cityDate(instant)).toBe('2026-03-01');
    expect(cityDate(new Date(instant.getTime() - 1))).toBe('2026-02-28');
    expect(cityDateTimeDigits(instant)).toEqual({ date: '20260301', time: '000000' });
  });

  it('comes back from its digits, to the second', () => {
    const seconds = fc.integer({ min: 0, max: 4_000_000_000 });
    fc.assert(
      fc.property(seconds, (second) => {
        const instant = new Date(second * 1000);
        const { date, time } = cityDateTimeDigits(instant);
        expect(instantOfCityDigits(date, time)).toEqual(instant);
      }),
    );
  });

  it('has no digits for what does not exist', () => {
    expect(instantOfCityDigits('20260229', '120000')).toBeUndefined();
    expect(instantOfCityDigits('20260228', '240000')).toBeUndefined();
    expect(instantOfCityDigits('20260228', '126000')).toBeUndefined();
    expect(instantOfCityDigits('2026-02-28', '120000')).toBeUndefined();
    expect(instantOfCityDigits('20240229', '235959')).toEqual(new Date('2024-02-29T15:59:59Z'));
  });
});

describe('a business date', () => {
  it('is read in two forms', () => {
    expect(businessDate('20260314')).toBe('2026-03-14');
    expect(businessDate('2026-03-14')).toBe('2026-03-14');
    expect(compactDate(businessDate('2026-03-14'))).toBe('20260314');
    expect(addDays(businessDate('2026-02-28'), 1)).toBe('2026-03-01');
    expect(addDays(businessDate('2026-01-01'), -1)).toBe('2025-12-31');
  });

  it.each(['2026-02-29', '20261301', '2026-3-14', '202603', '2026-0314', ''])('refuses %j', (text) => {
    expect(() => businessDate(text)).toThrow(RangeError);
  });
});

describe('the working calendar', () => {
  const calendar = chinaCalendar();

  it('knows holidays, and weekends that are worked', () => {
    expect(calendar.nextWorkingDay(businessDate('2026-02-13'))).toBe('2026-02-14'); // a worked Saturday
    expect(calendar.nextWorkingDay(businessDate('2026-02-14'))).toBe('2026-02-24'); // over Spring Festival
    expect(calendar.nextWorkingDay(businessDate('2025-09-30'))).toBe('2025-10-09');
    expect(calendar.nextWorkingDay(businessDate('2025-12-31'))).toBe('2026-01-04'); // a worked Sunday
    expect(calendar.isWorkingDay(businessDate('2026-03-14'))).toBe(false); // a plain Saturday
  });

  it('has as many working days as the notices say', () => {
    const count = (year: number) => {
      let days = 0;
      for (let day = businessDate(`${year}-01-01`); day.startsWith(String(year)); day = addDays(day, 1)) {
        if (calendar.isWorkingDay(day)) days += 1;
      }
      return days;
    };
    // 2025: 365 days, 104 on weekends, 11 + 2 statutory holidays; since 2025 a year has 248 working days.
    expect(count(2025)).toBe(248);
    expect(count(2026)).toBe(248);
  });

  it('refuses to guess', () => {
    expect(calendar.lastDate).toBe('2026-12-31');
    expect(() => calendar.isWorkingDay(businessDate('2027-01-04'))).toThrow(/outside the working calendar/);
    expect(() => calendar.nextWorkingDay(calendar.lastDate)).toThrow(RangeError);
    expect(() => calendar.isWorkingDay(businessDate('2024-12-31'))).toThrow(RangeError);
  });

  it('may be extended for a demonstration, and says so', () => {
    const demo = chinaCalendar({ provisionalThrough: 2028 });
    expect(demo.provisionalYears).toEqual([2027, 2028]);
    expect(demo.lastDate).toBe('2028-12-31');
    expect(demo.nextWorkingDay(businessDate('2026-12-31'))).toBe('2027-01-04');
    expect(demo.isWorkingDay(businessDate('2027-10-01'))).toBe(false);
  });
});
