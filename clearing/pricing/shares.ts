import { allocate, type Fen, fen } from '@citycard/common';
import { type FeeShare, percentUnits } from './tariff.ts';

/** Who has a share of a fee, without a doubt: the company, a participant by number, another city by code. */
export type Institution = 'company' | `participant:${string}` | `city:${string}`;

export interface InstitutionShare {
  readonly institution: Institution;
  readonly amountFen: Fen;
}

/** How much of the sales a fee was taken of were paid with cards of an issuer; `''` is the home city. */
export interface IssuerSales {
  readonly issuerCity: string;
  readonly salesFen: Fen;
}

/**
 * Splits a fee between institutions so that the parts are the whole (domain.md F.3): fixed amounts first, as far as the
 * fee reaches, then percentages of the rest by the largest remainder. The issuer's percentage goes to the cities whose cards
 * were used, by what was sold to them. A fee below zero is taken back in the same way.
 */
export function shareFee(
  feeFen: Fen,
  shares: readonly FeeShare[] | undefined,
  operatorNo: string,
  issuers: readonly IssuerSales[],
): InstitutionShare[] {
  const sums = new Map<Institution, bigint>();
  const add = (institution: Institution, amount: bigint) =>
    sums.set(institution, (sums.get(institution) ?? 0n) + amount);
  if (shares === undefined) {
    add('company', feeFen);
    return listed(sums);
  }
  const sign = feeFen < 0n ? -1n : 1n;
  let rest = feeFen * sign;
  for (const { to, fixedFen } of shares) {
    if (fixedFen === undefined) continue;
    const amount = fixedFen < rest ? fixedFen : rest;
    for (const part of split(fen(amount * sign), holders(to, 1n, operatorNo, issuers))) add(...part);
    rest -= amount;
  }
  const weighted = shares.flatMap(({ to, percent }) =>
    percent === undefined ? [] : holders(to, percentUnits(percent), operatorNo, issuers),
  );
  for (const part of split(fen(rest * sign), weighted)) add(...part);
  return listed(sums);
}

type Weighted = readonly [institution: Institution, weight: bigint];

/** Who stands behind a share, weighed: an issuer's weight is divided by sales, so every other weight is multiplied by them. */
function holders(
  to: FeeShare['to'],
  weight: bigint,
  operatorNo: string,
  issuers: readonly IssuerSales[],
): readonly Weighted[] {
  const sold = issuers.filter(({ salesFen }) => salesFen > 0n);
  const total = sold.reduce((sum, { salesFen }) => sum + salesFen, 0n);
  const scale = total === 0n ? 1n : total;
  if (to === 'company') return [['company', weight * scale]];
  if (to === 'operator') return [[`participant:${operatorNo}`, weight * scale]];
  if (to !== 'issuer') return [[to, weight * scale]];
  if (total === 0n) return [['company', weight]];
  return sold.map(({ issuerCity, salesFen }) => [
    issuerCity === '' ? 'company' : `city:${issuerCity}`,
    weight * salesFen,
  ]);
}

function split(amountFen: Fen, weighted: readonly Weighted[]): [Institution, bigint][] {
  if (amountFen === 0n) return [];
  const parts = allocate(
    amountFen,
    weighted.map(([, weight]) => weight),
  );
  return weighted.map(([institution], index) => [institution, parts[index] ?? 0n]);
}

const listed = (sums: ReadonlyMap<Institution, bigint>): InstitutionShare[] =>
  [...sums]
    .filter(([, amount]) => amount !== 0n)
    .map(([institution, amount]) => ({ institution, amountFen: fen(amount) }));
