import { addDays, type BusinessDate, businessDate, fen } from '@citycard/common';
import { describe, expect, it } from 'vitest';
import { isSettlementDay, type Rhythm, rhythmText } from './rhythm.ts';

const since = businessDate('2026-11-01'); // a Sunday
const daysUntil = (rhythm: Rhythm, last: string, unsettled = 1): string[] => {
  const days: BusinessDate[] = [];
  for (let day = since; day <= last; day = addDays(day, 1)) {
    if (isSettlementDay(rhythm, day, since, fen(unsettled))) days.push(day);
  }
  return days.map((day) => day.slice(5));
};

describe('the rhythms of settlement', () => {
  it.each<[string, Rhythm, string[]]>([
    ['every 10 days', { every: 'days', days: 10 }, ['11-10', '11-20', '11-30', '12-10']],
    [
      'every 14 days and at the end of the month',
      { every: 'days', days: 14, monthEnd: true },
      ['11-14', '11-28', '11-30', '12-12'],
    ],
    [
      'every Monday, Friday',
      { every: 'week', weekdays: [5, 1] },
      [
        '11-02',
        '11-06',
        '11-09',
        '11-13',
        '11-16',
        '11-20',
        '11-23',
        '11-27',
        '11-30',
        '12-04',
        '12-07',
        '12-11',
        '12-14',
      ],
    ],
    ['monthly on day 5, the last day', { every: 'month', days: [32, 5] }, ['11-05', '11-30', '12-05']],
    ['monthly on day 31', { every: 'month', days: [31] }, []],
    ['at the end of the quarter', { every: 'quarter' }, []],
    ['from 0.02 yuan on and at the end of the month', { every: 'amount', limitFen: 2, monthEnd: true }, ['11-30']],
  ])('%s', (text, rhythm, days) => {
    expect(daysUntil(rhythm, '2026-12-15')).toEqual(days);
    expect(rhythmText(rhythm)).toBe(text);
  });

  it('an amount counts from its limit on, owed or owing', () => {
    const rhythm: Rhythm = { every: 'amount', limitFen: 100 };
    const on = (unsettled: number) => isSettlementDay(rhythm, since, since, fen(unsettled));
    expect([99, 100, -99, -100].map(on)).toEqual([false, true, false, true]);
  });

  it('quarters end where quarters end', () => {
    const ends = ['2026-12-31', '2027-03-31', '2027-06-30', '2027-09-30', '2027-01-31', '2027-06-29'].map((day) =>
      isSettlementDay({ every: 'quarter' }, businessDate(day), since, fen(1)),
    );
    expect(ends).toEqual([true, true, true, true, false, false]);
  });
});
