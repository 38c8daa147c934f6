import { businessDate, fen } from '@citycard/common';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Activity, feeOf, pricingLegs } from './fee.ts';
import { shareFee } from './shares.ts';
import type { FeeShare, Tariff } from './tariff.ts';

const base = { subject: { everybody: true }, validFrom: businessDate('2026-01-01') } as const;
const sales = (count: number, amount: number, refundCount = 0, refunds = 0): Activity => ({
  salesCount: BigInt(count),
  salesFen: fen(amount),
  refundCount: BigInt(refundCount),
  refundFen: fen(refunds),
});

describe('fees, golden cases', () => {
  const byAmount: Tariff = { ...base, kind: 'by-amount', rate: '5000' }; // 0.5 %
  it.each([
    ['exact', sales(1, 20_000), byAmount, 100n],
    ['half a fen rounds up', sales(1, 100), byAmount, 1n],
    ['less than half rounds down', sales(1, 99), byAmount, 0n],
    ['one and a half rounds up', sales(1, 300), byAmount, 2n],
    ['a refund takes its fee back', sales(2, 20_000, 1, 10_000), byAmount, 50n],
    ['unless the contract keeps it', sales(2, 20_000, 1, 10_000), { ...byAmount, feeReturned: false }, 100n],
    ['more refunds than sales cost nothing', sales(1, 100, 1, 900), byAmount, 0n],
    ['a minimum', sales(1, 100), { ...byAmount, minFen: 30n }, 30n],
    ['a maximum', sales(1, 10_000_000), { ...byAmount, maxFen: 1_000n }, 1_000n],
    ['per count', sales(7, 1_400), { ...base, kind: 'per-count', rate: '1.5' }, 11n],
    ['fixed', sales(1, 100), { ...base, kind: 'fixed', rate: '2500' }, 2500n],
    ['a commission', sales(3, 550_000, 1, 30_000), { ...byAmount, direction: 'out', rate: '2000' }, -1_040n],
    ['a commission, at most', sales(1, 550_000), { ...byAmount, direction: 'out', maxFen: 500n }, -500n],
  ] as const)('%s', (_name, activity, tariff, expected) => {
    expect(feeOf(activity, tariff as Tariff)).toBe(expected);
  });

  it('charges each part of a ladder at its own rate', () => {
    const ladder = [
      { upTo: '100000', rate: '6000' },
      { upTo: '1000000', rate: '4000' },
      { upTo: null, rate: '2000' },
    ];
    const tariff: Tariff = { ...base, kind: 'by-amount', ladder };
    expect(feeOf(sales(1, 100_000), tariff)).toBe(600n);
    expect(feeOf(sales(1, 100_250), tariff)).toBe(601n);
    expect(feeOf(sales(1, 2_000_000), tariff)).toBe(600n + 3_600n + 2_000n);
    const counted: Tariff = {
      ...base,
      kind: 'per-count',
      ladder: [
        { upTo: '10', rate: '3' },
        { upTo: null, rate: '0.5' },
      ],
    };
    expect(feeOf(sales(13, 1), counted)).toBe(32n);
  });
});

/** Each row can be added up by hand: the base in its sections, the rate, half a fen up. */
describe('ladders over the month, fees per transaction', () => {
  const ladder: Tariff = {
    ...base,
    kind: 'by-amount',
    period: 'month',
    ladder: [
      { from: '0', upTo: '100000', rate: '6000' },
      { from: '100000', upTo: '1000000', rate: '4000' },
      { from: '1000000', upTo: null, rate: '2000' },
    ],
  };
  const before = (amountFen: number, count = 1) => ({ count: BigInt(count), amountFen: fen(amountFen) });

  it.each([
    ['the first day of the month', undefined, 80_000, 480n],
    ['a day that crosses the first step', before(80_000), 50_000, 240n],
    ['a day inside the second section', before(130_000), 70_000, 280n],
    ['a day across the second step', before(900_000), 200_000, 600n],
    ['a day of refunds gives back what the month paid last', before(130_000), -50_000, -240n],
  ] as const)('%s', (_name, seen, amount, expected) => {
    const activity = amount >= 0 ? sales(1, amount) : sales(0, 0, 1, -amount);
    expect(feeOf(activity, ladder, seen === undefined ? {} : { before: seen })).toBe(expected);
  });

  it('charges a fixed fee, a minimum and a maximum of the month once', () => {
    const fixed: Tariff = { ...base, kind: 'fixed', rate: '30000', period: 'month' };
    expect(feeOf(sales(1, 5), fixed)).toBe(30_000n);
    expect(feeOf(sales(9, 900), fixed, { before: before(5) })).toBe(0n);
    const capped: Tariff = { ...base, kind: 'by-amount', rate: '10000', minFen: 100n, maxFen: 500n, period: 'month' };
    expect(feeOf(sales(1, 1_000), capped)).toBe(100n);
    expect(feeOf(sales(1, 20_000), capped, { before: before(1_000) })).toBe(110n);
    expect(feeOf(sales(1, 90_000), capped, { before: before(21_000) })).toBe(290n);
  });

  it('rounds, and holds to the minimum, transaction by transaction where the contract says so', () => {
    const amounts = [
      { amountFen: fen(100), salesCount: 3n, refundCount: 0n }, // 0.5 fen each: 1
      { amountFen: fen(150), salesCount: 2n, refundCount: 1n }, // 0.75 fen each: 1
      { amountFen: fen(20_000), salesCount: 1n, refundCount: 0n }, // 100
    ];
    const tariff: Tariff = { ...base, kind: 'by-amount', rate: '5000', rounding: 'transaction' };
    expect(feeOf(sales(6, 20_600, 1, 150), tariff, { amounts })).toBe(3n + 1n + 100n);
    expect(feeOf(sales(6, 20_600, 1, 150), { ...tariff, feeReturned: false }, { amounts })).toBe(3n + 2n + 100n);
    expect(feeOf(sales(6, 20_600, 1, 150), { ...tariff, minFen: 5n, maxFen: 50n }, { amounts })).toBe(15n + 5n + 50n);
    expect(feeOf(sales(6, 20_600, 1, 150), { ...base, kind: 'by-amount', rate: '5000' })).toBe(102n);
  });

  it('the days of a month sum to the fee of the month, however it is divided into days', () => {
    const day = fc.integer({ min: 0, max: 300_000 });
    fc.assert(
      fc.property(fc.array(day, { minLength: 1, maxLength: 31 }), (days) => {
        let soFar = 0;
        let charged = 0n;
        for (const amount of days) {
          charged += feeOf(sales(1, amount), ladder, { before: before(soFar) });
          soFar += amount;
        }
        expect(charged).toBe(feeOf(sales(1, soFar), ladder));
      }),
    );
  });
});

describe('shares of a fee', () => {
  const half = [
    { to: 'company', percent: '50' },
    { to: 'issuer', percent: '50' },
  ] as const;
  const home = [{ issuerCity: '', salesFen: fen(1_000) }];
  const mixed = [
    { issuerCity: '', salesFen: fen(600) },
    { issuerCity: '4520', salesFen: fen(400) },
  ];

  it.each([
    ['all of it is the company’s', 101n, undefined, home, ['company 101']],
    ['the odd fen goes to the first of equals', 101n, half, mixed, ['company 81', 'city:4520 20']],
    ['our own cards are issued by the company', 101n, half, home, ['company 101']],
    [
      'thirds',
      100n,
      [
        { to: 'company', percent: '33.3333' },
        { to: 'participant:A001', percent: '33.3333' },
        { to: 'operator', percent: '33.3334' },
      ],
      home,
      ['company 33', 'participant:A001 33', 'participant:B001 34'],
    ],
    [
      'a fixed part first, then the rest',
      100n,
      [
        { to: 'participant:A001', fixedFen: 30n },
        { to: 'company', percent: '100' },
      ],
      home,
      ['participant:A001 30', 'company 70'],
    ],
    [
      'a fixed part as far as the fee reaches',
      20n,
      [
        { to: 'participant:A001', fixedFen: 30n },
        { to: 'company', percent: '100' },
      ],
      home,
      ['participant:A001 20'],
    ],
    ['a fee taken back', -101n, half, mixed, ['company -81', 'city:4520 -20']],
  ] as const)('%s', (_name, fee, shares, issuers, expected) => {
    const parts = shareFee(fen(fee), shares, 'B001', issuers);
    expect(parts.map(({ institution, amountFen }) => `${institution} ${amountFen}`)).toEqual(expected);
  });

  it('always are the whole', () => {
    const to = fc.constantFrom<FeeShare['to']>('operator', 'issuer', 'participant:A001');
    fc.assert(
      fc.property(
        fc.bigInt(-(10n ** 12n), 10n ** 12n),
        fc.integer({ min: 0, max: 1_000_000 }),
        to,
        fc.array(fc.bigInt(0n, 10n ** 9n), { maxLength: 4 }),
        (fee, units, other, sold) => {
          const percent = (of: number) => `${Math.floor(of / 10_000)}.${String(of % 10_000).padStart(4, '0')}`;
          const shares = [
            { to: 'company', percent: percent(units) },
            { to: other, percent: percent(1_000_000 - units) },
          ] as const;
          const issuers = sold.map((salesFen, index) => ({ issuerCity: `452${index}`, salesFen: fen(salesFen) }));
          const parts = shareFee(fen(fee), shares, 'B001', issuers);
          expect(parts.reduce((sum, { amountFen }) => sum + amountFen, 0n)).toBe(fee);
          for (const { amountFen } of parts) expect(fee < 0n ? amountFen <= 0n : amountFen >= 0n).toBe(true);
        },
      ),
    );
  });
});

describe('parts equal the whole', () => {
  const amount = fc.bigInt(-(10n ** 15n), 10n ** 15n);
  it('moves exactly gross out of pending, every share to its account and the rest to payable', () => {
    fc.assert(
      fc.property(amount, fc.bigInt(-(10n ** 13n), 10n ** 13n), amount, (net, fee, share) => {
        const change = new Map<string, bigint>();
        const destinations = [
          { account: 'operator-payable:P1', amountFen: fen(net) },
          { account: 'fee-income:main', amountFen: fen(fee) },
          { account: 'operator-payable:P2', amountFen: fen(share) },
        ];
        for (const leg of pricingLegs('P1', destinations)) {
          expect(leg.amount > 0n).toBe(true);
          change.set(leg.debit, (change.get(leg.debit) ?? 0n) - leg.amount);
          change.set(leg.credit, (change.get(leg.credit) ?? 0n) + leg.amount);
        }
        expect(change.get('operator-pending:P1') ?? 0n).toBe(-(net + fee + share));
        for (const { account, amountFen } of destinations) expect(change.get(account) ?? 0n).toBe(amountFen);
      }),
    );
  });

  it('charges a ladder of equal rates like one rate, and never charges more than the exact fee plus half a fen', () => {
    const rate = fc.integer({ min: 0, max: 1_000_000 });
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 15n), rate, fc.bigInt(1n, 10n ** 15n), (salesFen, ppm, step) => {
        const activity = sales(1, 0);
        const whole = { ...activity, salesFen: fen(salesFen) };
        const one = feeOf(whole, { ...base, kind: 'by-amount', rate: `${ppm}` });
        const ladder = [
          { upTo: `${step}`, rate: `${ppm}` },
          { upTo: null, rate: `${ppm}` },
        ];
        expect(feeOf(whole, { ...base, kind: 'by-amount', ladder })).toBe(one);
        const twiceMillionths = 2n * salesFen * BigInt(ppm);
        expect(one).toBe((twiceMillionths + 1_000_000n) / 2_000_000n);
      }),
    );
  });
});
