import { type BusinessDate, type Fen, fen, subtractFen } from '@citycard/common';
import { activityOf, type ActivityGroup, amountsOf, salesByIssuer } from './activity.ts';
import { type Activity, type Destination, type FeeBase, feeOf } from './fee.ts';
import { type InstitutionShare, shareFee } from './shares.ts';
import { type Priced, type StoredTariff, tariffInForce } from './tariff-table.ts';

/** What a participant's pending account has to be priced for, with what was held from earlier days. */
export interface PendingLine {
  readonly participantNo: string;
  readonly periodFrom: BusinessDate;
  readonly groups: readonly ActivityGroup[];
  /** What came into the pending account and left it: everything but loads. */
  readonly activity: Activity;
  readonly grossFen: Fen;
  /** The part of gross that moved on the day itself; the rest was held from earlier days. */
  readonly onTheDayFen: Fen;
}

/** The part of a line that one tariff prices. */
export interface PricedPart {
  readonly tariff: StoredTariff;
  readonly activity: Activity;
  readonly before: FeeBase | undefined;
  readonly feeFen: Fen;
  readonly shares: readonly InstitutionShare[];
}

export interface PricedLine extends PendingLine {
  readonly parts: readonly PricedPart[];
  readonly feeFen: Fen;
  readonly netFen: Fen;
}

/** Why a line waits: nothing prices it, or what should cannot. */
export interface HeldLine {
  readonly kind: 'no-tariff-in-force' | 'pricing-failed';
  readonly reason: string;
}

export interface PricingTerms {
  readonly tariffs: readonly StoredTariff[];
  readonly date: BusinessDate;
  /** The base a tariff has counted for a participant in this calendar month before the day. */
  readonly before: (participantNo: string, tariff: StoredTariff) => FeeBase | undefined;
}

/**
 * Prices one line: every group by the tariff in force for its product, every tariff's part by itself, the fee of the line
 * is their sum. A line that cannot be priced is held whole, and touches nobody else's.
 */
export function priceLine(
  line: PendingLine,
  participant: Priced | undefined,
  terms: PricingTerms,
): PricedLine | HeldLine {
  const groupsOf = new Map<StoredTariff, ActivityGroup[]>();
  for (const group of line.groups) {
    const tariff = participant && tariffInForce(terms.tariffs, participant, terms.date, group);
    if (tariff === undefined) {
      // Nobody has to have a commission; the money of a load is not here and waits for nothing.
      if (group.deal === 'load') continue;
      const cards = group.product === undefined ? '' : ` for cards of product ${group.product}`;
      return { kind: 'no-tariff-in-force', reason: `no tariff is in force${cards}` };
    }
    const own = groupsOf.get(tariff);
    if (own === undefined) groupsOf.set(tariff, [group]);
    else own.push(group);
  }
  try {
    const parts = [...groupsOf].map(([tariff, groups]) => pricePart(line.participantNo, tariff, groups, terms));
    const feeFen = fen(parts.reduce((sum, part) => sum + part.feeFen, 0n));
    return { ...line, parts, feeFen, netFen: subtractFen(line.grossFen, feeFen) };
  } catch (error) {
    return { kind: 'pricing-failed', reason: error instanceof Error ? error.message : String(error) };
  }
}

function pricePart(
  participantNo: string,
  tariff: StoredTariff,
  groups: readonly ActivityGroup[],
  terms: PricingTerms,
): PricedPart {
  const activity = activityOf(groups);
  const before = tariff.period === 'month' ? terms.before(participantNo, tariff) : undefined;
  const amounts = tariff.rounding === 'transaction' ? amountsOf(groups) : undefined;
  const feeFen = feeOf(activity, tariff, {
    ...(before !== undefined && { before }),
    ...(amounts !== undefined && { amounts }),
  });
  const shares = shareFee(feeFen, tariff.shares, participantNo, salesByIssuer(groups));
  return { tariff, activity, before, feeFen, shares };
}

/** Where a priced line's pending amount goes: what is payable to the participant, and each share of its fee. */
export function destinationsOf(
  line: PricedLine,
  accountOf: (institution: InstitutionShare['institution']) => string,
): Destination[] {
  const shares = new Map<string, bigint>();
  for (const { institution, amountFen } of line.parts.flatMap((part) => part.shares)) {
    const account = accountOf(institution);
    shares.set(account, (shares.get(account) ?? 0n) + amountFen);
  }
  return [
    { account: `operator-payable:${line.participantNo}`, amountFen: line.netFen },
    ...[...shares]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([account, amount]) => ({ account, amountFen: fen(amount) })),
  ];
}

/** A pending account of a day, as a line to price. */
export function pendingLine(
  participantNo: string,
  periodFrom: BusinessDate,
  date: BusinessDate,
  groups: readonly ActivityGroup[],
): PendingLine {
  const sold = groups.filter(({ deal }) => deal !== 'load');
  const activity = activityOf(sold);
  const onTheDay = activityOf(sold.filter((group) => group.date === date));
  return {
    participantNo,
    periodFrom,
    groups,
    activity,
    grossFen: subtractFen(activity.salesFen, activity.refundFen),
    onTheDayFen: subtractFen(onTheDay.salesFen, onTheDay.refundFen),
  };
}
