import { Decimal, type Fen, fen, subtractFen, ZERO_FEN } from '@citycard/common';
import type { Leg } from '../ledger/posting.ts';
import type { Tariff } from './tariff.ts';

/** What a participant's pending account took in and gave back in the days that one settlement line covers. */
export interface Activity {
  readonly salesCount: bigint;
  readonly salesFen: Fen;
  readonly refundCount: bigint;
  readonly refundFen: Fen;
}

/** Wide enough for any int8 amount times a rate with six decimals, so that the only rounding is the one named below. */
const Exact = Decimal.clone({ precision: 60 });
const MILLION = 1_000_000;

/**
 * The fee of one settlement line, in whole fen: exact until the end, then rounded half up once, then held between minimum
 * and maximum (domain.md F.3). Never below zero. A refund reduces the base where the contract gives its fee back.
 */
export function feeOf(activity: Activity, tariff: Tariff): Fen {
  const returned = tariff.feeReturned ?? true;
  const count = returned ? activity.salesCount - activity.refundCount : activity.salesCount;
  const amount: bigint = returned ? activity.salesFen - activity.refundFen : activity.salesFen;
  const exact = exactFee(tariff, count < 0n ? 0n : count, amount < 0n ? 0n : amount);
  const rounded = BigInt(exact.toDecimalPlaces(0, Decimal.ROUND_HALF_UP).toFixed(0));
  const atLeast = tariff.minFen !== undefined && rounded < tariff.minFen ? tariff.minFen : rounded;
  return fen(tariff.maxFen !== undefined && atLeast > tariff.maxFen ? tariff.maxFen : atLeast);
}

function exactFee(tariff: Tariff, count: bigint, amount: bigint): Decimal {
  switch (tariff.kind) {
    case 'fixed':
      return new Exact(tariff.rate ?? 0);
    case 'per-count':
      return marginal(count, tariff);
    case 'by-amount':
      return marginal(amount, tariff).dividedBy(MILLION);
  }
}

/** Each part of the base at the rate of the section it falls in; one rate is a ladder of one section. */
function marginal(base: bigint, tariff: Tariff): Decimal {
  const ladder = tariff.ladder ?? [{ upTo: null, rate: tariff.rate ?? '0' }];
  let total = new Exact(0);
  let charged = 0n;
  for (const { upTo, rate } of ladder) {
    const end = upTo === null || BigInt(upTo) > base ? base : BigInt(upTo);
    total = total.plus(new Exact((end - charged).toString()).times(rate));
    charged = end;
    if (charged === base) break;
  }
  return total;
}

/**
 * The transfers that empty a participant's pending account of `grossFen`: the fee to our income, the rest to what we owe.
 * Gross may be below zero (more refunds than sales) and the fee above gross (a minimum fee): the payable account then
 * goes down by the difference. Together the legs always move exactly gross, fee and gross − fee.
 */
export function pricingLegs(participantNo: string, grossFen: Fen, feeFen: Fen): Leg[] {
  const pending = `operator-pending:${participantNo}`;
  const payable = `operator-payable:${participantNo}`;
  const income = 'fee-income:main';
  const feeFromPending = grossFen <= 0n ? ZERO_FEN : feeFen < grossFen ? feeFen : grossFen;
  const rest = subtractFen(grossFen, feeFromPending);
  const feeFromPayable = subtractFen(feeFen, feeFromPending);
  return [
    { debit: pending, credit: payable, amount: rest },
    { debit: payable, credit: pending, amount: fen(-rest) },
    { debit: pending, credit: income, amount: feeFromPending },
    { debit: payable, credit: income, amount: feeFromPayable },
  ].filter((leg) => leg.amount > 0n);
}
