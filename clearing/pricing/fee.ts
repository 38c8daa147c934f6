import { Decimal, type Fen, fen, ZERO_FEN } from '@citycard/common';
import type { Leg } from '../ledger/posting.ts';
import type { Tariff } from './tariff.ts';

/** What a participant's pending account took in and gave back in the days that one settlement line covers. */
export interface Activity {
  readonly salesCount: bigint;
  readonly salesFen: Fen;
  readonly refundCount: bigint;
  readonly refundFen: Fen;
}

/** What a fee is taken of; below zero when more was given back than taken. */
export interface FeeBase {
  readonly count: bigint;
  readonly amountFen: Fen;
}

/** So many transactions of one amount. */
export interface AmountCount {
  readonly amountFen: Fen;
  readonly salesCount: bigint;
  readonly refundCount: bigint;
}

export interface FeeCircumstances {
  /** The base the same tariff has counted before in the calendar month; absent when nothing was. */
  readonly before?: FeeBase;
  /** The activity by amount, for a tariff that rounds per transaction. */
  readonly amounts?: readonly AmountCount[];
}

/** Wide enough for any int8 amount times a rate with six decimals, so that the only rounding is the one named below. */
const Exact = Decimal.clone({ precision: 60 });
const MILLION = 1_000_000;

/** What the fee is taken of: a refund reduces it where the contract gives its fee back. */
export function feeBase(activity: Activity, tariff: Tariff): FeeBase {
  if (tariff.feeReturned === false) return { count: activity.salesCount, amountFen: activity.salesFen };
  return {
    count: activity.salesCount - activity.refundCount,
    amountFen: fen(activity.salesFen - activity.refundFen),
  };
}

/**
 * The fee of one settlement line, in whole fen (domain.md F.3): exact until the end, then rounded half up once, then held
 * between minimum and maximum; or all of that per transaction where the tariff says so. Never below zero, and never
 * above it where the company pays (`out`).
 *
 * A tariff that counts over the month charges what the month owes with this line less what it owed before it, which is
 * below zero when refunds of the line outweigh its sales.
 *
 * @throws Error when the tariff rounds per transaction and the amounts are not given.
 */
export function feeOf(activity: Activity, tariff: Tariff, circumstances: FeeCircumstances = {}): Fen {
  const fee = amountOf(activity, tariff, circumstances);
  return tariff.direction === 'out' ? fen(-fee) : fee;
}

function amountOf(activity: Activity, tariff: Tariff, circumstances: FeeCircumstances): Fen {
  if (tariff.rounding === 'transaction') return feeOfTransactions(tariff, circumstances.amounts);
  const { count, amountFen } = feeBase(activity, tariff);
  const { before } = circumstances;
  if (tariff.period !== 'month' || before === undefined) return feeOfBase({ count, amountFen }, tariff);
  const until = { count: before.count + count, amountFen: fen(before.amountFen + amountFen) };
  return fen(feeOfBase(until, tariff) - feeOfBase(before, tariff));
}

function feeOfBase({ count, amountFen }: FeeBase, tariff: Tariff): Fen {
  const exact = exactFee(tariff, count < 0n ? 0n : count, amountFen < 0n ? 0n : amountFen);
  const rounded = BigInt(exact.toDecimalPlaces(0, Decimal.ROUND_HALF_UP).toFixed(0));
  const atLeast = tariff.minFen !== undefined && rounded < tariff.minFen ? tariff.minFen : rounded;
  return fen(tariff.maxFen !== undefined && atLeast > tariff.maxFen ? tariff.maxFen : atLeast);
}

/** Transactions of one amount have one fee, so a line of a million costs as many sums as it has amounts. */
function feeOfTransactions(tariff: Tariff, amounts: readonly AmountCount[] | undefined): Fen {
  if (amounts === undefined) throw new Error('a fee per transaction needs the amounts of the transactions');
  let total = 0n;
  for (const { amountFen, salesCount, refundCount } of amounts) {
    const times = tariff.feeReturned === false ? salesCount : salesCount - refundCount;
    if (times !== 0n) total += times * feeOfBase({ count: 1n, amountFen }, tariff);
  }
  return total < 0n ? ZERO_FEN : fen(total);
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
  return sectionsOf(base, tariff).reduce(
    (total, { part, rate }) => total.plus(new Exact(part.toString()).times(rate)),
    new Exact(0),
  );
}

/** How much of a base falls into each section of a ladder, as far as the base reaches. */
export function sectionsOf(base: bigint, tariff: Pick<Tariff, 'ladder' | 'rate'>): { part: bigint; rate: string }[] {
  const ladder = tariff.ladder ?? [{ upTo: null, rate: tariff.rate ?? '0' }];
  const sections: { part: bigint; rate: string }[] = [];
  let charged = 0n;
  for (const { upTo, rate } of ladder) {
    const end = upTo === null || BigInt(upTo) > base ? base : BigInt(upTo);
    sections.push({ part: end - charged, rate });
    charged = end;
    if (charged === base) break;
  }
  return sections;
}

/** Where a part of a pending account goes; below zero when it comes from there. */
export interface Destination {
  readonly account: string;
  readonly amountFen: Fen;
}

/**
 * The transfers that move a participant's pending account to where its parts belong: what is payable to it and the shares
 * of the fee. Each destination gets exactly its amount and pending gives exactly their sum, whatever the signs.
 */
export function pricingLegs(participantNo: string, destinations: readonly Destination[]): Leg[] {
  const pending = `operator-pending:${participantNo}`;
  return destinations.flatMap(({ account, amountFen }): Leg[] => {
    if (amountFen === 0n) return [];
    return amountFen > 0n
      ? [{ debit: pending, credit: account, amount: amountFen }]
      : [{ debit: account, credit: pending, amount: fen(-amountFen) }];
  });
}
