import { businessDate, fen } from '@citycard/common';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Activity, feeOf, pricingLegs } from './fee.ts';
import type { Tariff } from './tariff.ts';

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
