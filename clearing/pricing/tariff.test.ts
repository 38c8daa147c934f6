import { businessDate, transact } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUS, startTestCity, TAXI } from '../day/test-city.ts';
import { type Tariff, tariffTableProblem } from './tariff.ts';
import { addTariff, listTariffs, tariffInForce } from './tariff-table.ts';

const date = businessDate;
const row = (from: string, to?: string, extra: Partial<Tariff> = {}): Tariff => ({
  subject: { participantNo: BUS },
  kind: 'by-amount',
  rate: '3000',
  validFrom: date(from),
  ...(to !== undefined && { validTo: date(to) }),
  ...extra,
});

describe('a tariff table', () => {
  it('is right when its rows follow one another day by day', () => {
    expect(tariffTableProblem([row('2027-01-01'), row('2026-01-01', '2026-12-31')])).toBeUndefined();
  });

  it.each([
    ['a gap', [row('2026-01-01', '2026-06-29'), row('2026-07-01')], 'gap after 2026-06-29'],
    ['an overlap', [row('2026-01-01', '2026-07-01'), row('2026-07-01')], 'overlap on 2026-07-01'],
    ['two open rows', [row('2026-01-01'), row('2026-07-01')], 'overlap on 2026-07-01'],
    ['an end before its beginning', [row('2026-02-01', '2026-01-31')], 'ends before it begins'],
    ['no rate', [{ ...row('2026-01-01'), rate: '-1' }], 'not a rate'],
    ['a maximum below the minimum', [row('2026-01-01', undefined, { minFen: 5n, maxFen: 4n })], 'below its minimum'],
  ] as const)('is refused with %s', (_name, table, problem) => {
    expect(tariffTableProblem(table)).toContain(problem);
  });

  it.each([
    [
      'falling sections',
      [
        { upTo: '100', rate: '1' },
        { upTo: '50', rate: '1' },
        { upTo: null, rate: '1' },
      ],
      'have to rise',
    ],
    ['no open end', [{ upTo: '100', rate: '1' }], 'has to be open'],
    [
      'a gap',
      [
        { from: '0', upTo: '100', rate: '1' },
        { from: '150', upTo: null, rate: '1' },
      ],
      'gap before section 2 of its ladder: 100 to 150 have no rate',
    ],
    [
      'an overlap',
      [
        { from: '0', upTo: '100', rate: '1' },
        { from: '90', upTo: null, rate: '1' },
      ],
      'section 2 of its ladder overlaps the one before: 90 to 100 have two rates',
    ],
    [
      'an open section inside',
      [
        { upTo: null, rate: '1' },
        { upTo: null, rate: '1' },
      ],
      'only the last',
    ],
  ] as const)('is refused with a ladder of %s', (_name, ladder, problem) => {
    const { rate: _rate, ...without } = row('2026-01-01');
    expect(tariffTableProblem([{ ...without, ladder }])).toContain(problem);
  });
});

describe('shares and rounding', () => {
  it.each([
    ['sum to less than all', { shares: [{ to: 'company', percent: '99.9' }] }, 'sum to 99.9, not to 100'],
    ['leave the rest open', { shares: [{ to: 'company', fixedFen: 5n }] }, 'who gets the rest'],
    [
      'name one holder twice',
      {
        shares: [
          { to: 'issuer', percent: '50' },
          { to: 'issuer', percent: '50' },
        ],
      },
      'issuer has two shares',
    ],
    ['are two things at once', { shares: [{ to: 'company', percent: '1', fixedFen: 1n }] }, 'percent or fixedFen'],
    ['round per transaction over the month', { rounding: 'transaction', period: 'month' }, 'over the month'],
  ] as const)('are refused when they %s', (_name, extra, problem) => {
    expect(tariffTableProblem([row('2026-01-01', undefined, extra as Partial<Tariff>)])).toContain(problem);
  });
});

describe('the stored tariff table', () => {
  let city: Awaited<ReturnType<typeof startTestCity>>;
  beforeAll(async () => {
    city = await startTestCity();
  });
  afterAll(async () => {
    await city.stop();
  });
  const add = (tariff: Tariff) => transact(city.db, (tx) => addTariff(tx, tariff));

  it('ends the row before, refuses gaps, and the most particular row wins', async () => {
    await add(row('2026-01-01'));
    await add(row('2026-01-01'));
    await add(row('2026-12-01', '2026-12-31', { rate: '2000' }));
    await expect(add(row('2027-01-02'))).rejects.toMatchObject({ code: 'clearing-day.tariff-refused' });
    await expect(add(row('2026-12-15'))).rejects.toMatchObject({ code: 'clearing-day.tariff-refused' });
    await add(row('2026-01-01', undefined, { subject: { industry: 2 }, rate: '9000' }));
    const table = await listTariffs(city.db);
    expect(table.filter((tariff) => 'participantNo' in tariff.subject)).toHaveLength(2);
    const rate = (participantNo: string, industry: number, day: string) =>
      tariffInForce(table, { participantNo, industry }, date(day))?.rate;
    expect(rate(BUS, 1, '2026-11-30')).toBe('3000');
    expect(rate(BUS, 1, '2026-12-01')).toBe('2000');
    expect(rate(TAXI, 2, '2026-12-01')).toBe('9000');
    expect(rate('904458041110002', 1, '2026-12-01')).toBe('5000');
    expect(rate(BUS, 1, '2025-12-31')).toBeUndefined();
  });

  it('finds the row whose conditions hold and say most, and none of purchases for a load', () => {
    const of = (rate: string, extra: Partial<Tariff>): Tariff => row('2026-01-01', undefined, { rate, ...extra });
    const table = [
      of('1', {}),
      of('2', { product: '0100' }),
      of('3', { recordIndustry: 5 }),
      of('4', { deal: 'bill' }),
      of('5', { deal: 'bill', product: '0100' }),
      of('6', { subject: { everybody: true }, deal: 'load' }),
    ];
    const rate = (sold: Parameters<typeof tariffInForce>[3]) =>
      tariffInForce(table, { participantNo: BUS, industry: 1 }, date('2026-02-01'), sold)?.rate;
    expect(rate({ deal: 'purchase' })).toBe('1');
    expect(rate({ deal: 'purchase', product: '0100' })).toBe('2');
    expect(rate({ deal: 'purchase', product: '0100', recordIndustry: 5 })).toBe('3');
    expect(rate({ deal: 'bill', recordIndustry: 5 })).toBe('4');
    expect(rate({ deal: 'bill', product: '0100' })).toBe('5');
    expect(rate({ deal: 'load', product: '0100' })).toBe('6');
    expect(tariffTableProblem(table)).toBeUndefined();
  });

  it('cannot be given a gap or an overlap behind the program’s back', async () => {
    const insert = (from: string, to: string | null) =>
      city.db.query(
        `insert into clearing.tariff (industry, kind, rate, valid_from, valid_to) values (9, 'fixed', 1, $1, $2)`,
        [from, to],
      );
    await insert('2026-01-01', '2026-01-31');
    await expect(insert('2026-01-31', null)).rejects.toThrow('tariff_no_overlap');
    await expect(insert('2026-02-02', null)).rejects.toThrow('gap');
    await insert('2026-02-01', null);
  });
});
