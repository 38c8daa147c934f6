import type { Dated } from '../terms/dated.ts';
import { sequenceProblem } from '../terms/dated.ts';
import { type Subject, subjectName } from '../terms/subject.ts';

export type TariffSubject = Subject;

/** A section of a marginal ladder: the part of the base up to `upTo` (null: all the rest) is charged `rate`. */
export interface LadderSection {
  /** Where the section begins; when given it has to be where the one before ends. */
  readonly from?: string;
  /** Transactions (per-count) or fen (by-amount), as a decimal whole number. */
  readonly upTo: string | null;
  readonly rate: string;
}

/** A part of the fee for one institution: a percentage of it, or so many fen of it before percentages are taken. */
export interface FeeShare {
  readonly to: ShareHolder;
  readonly percent?: string;
  readonly fixedFen?: bigint;
}

/**
 * Who may have a share: the company, the participant the fee is taken from, whoever issued the cards (the company for our
 * own, another city for its own), or a participant by number.
 */
export type ShareHolder = 'company' | 'operator' | 'issuer' | `participant:${string}`;

/** What a fee may be for: a purchase, a load whose cash an agent took, a bill paid to a biller. */
export type Deal = 'purchase' | 'load' | 'bill';

/**
 * One row of the tariff table (domain.md F.3). Rates are decimal texts: fen per transaction (`per-count`), millionths of
 * the amount (`by-amount`), whole fen per settlement line (`fixed`).
 */
export interface Tariff extends Dated {
  readonly subject: TariffSubject;
  /** Main and sub type of the card, two hexadecimal digits each; all cards when left out. */
  readonly product?: string;
  /** Purchases and bills when left out; loads have a fee only where a row names them. */
  readonly deal?: Deal;
  /** Only purchases whose record bears this industry, whatever the participant's own is. */
  readonly recordIndustry?: number;
  /** `in` (when left out): the participant pays it. `out`: the company pays it to the participant, a commission. */
  readonly direction?: 'in' | 'out';
  readonly kind: 'per-count' | 'by-amount' | 'fixed';
  readonly rate?: string;
  readonly ladder?: readonly LadderSection[];
  readonly minFen?: bigint;
  readonly maxFen?: bigint;
  /** Whether a refund takes its part of the fee back with it; true when left out. */
  readonly feeReturned?: boolean;
  /** Half a fen is rounded up once per settlement line (when left out), or once per transaction. */
  readonly rounding?: 'line' | 'transaction';
  /** What ladder, minimum, maximum and a fixed fee count over: each day by itself (when left out), or the calendar month. */
  readonly period?: 'day' | 'month';
  /** All of it is the company's when left out. */
  readonly shares?: readonly FeeShare[];
}

/** What a tariff is for, as the table and errors name it; rows of one name follow one another by date. */
export function tariffName({ subject, ...condition }: TariffKey): string {
  const { product, deal, recordIndustry } = condition;
  const soldIn = recordIndustry === undefined ? undefined : `sold-in:${recordIndustry}`;
  return [subjectName(subject), product, deal, soldIn].filter((part) => part !== undefined).join('/');
}

/** Whom a row is for and on which conditions. */
export type TariffKey = Pick<Tariff, 'subject' | 'product' | 'deal' | 'recordIndustry'>;

const DECIMAL = /^\d{1,12}(\.\d{1,6})?$/;
const WHOLE = /^\d{1,18}$/;
const PERCENT = /^\d{1,3}(\.\d{1,4})?$/;
/** Percentages carry four decimals. */
const PERCENT_UNITS = 10_000n;

/** What is wrong with one row by itself, or undefined. */
export function tariffProblem(tariff: Tariff): string | undefined {
  const { kind, rate, ladder, minFen, maxFen, validFrom, validTo, rounding, period, shares } = tariff;
  if (tariff.deal === 'load' && tariff.recordIndustry !== undefined)
    return 'a load has no record of an industry: a rule of loads cannot name one';
  if ((rate === undefined) === (ladder === undefined)) return 'it has either one rate or a ladder';
  if (rate !== undefined && !DECIMAL.test(rate)) return `"${rate}" is not a rate`;
  if (kind === 'fixed' && !WHOLE.test(rate ?? '')) return 'a fixed fee is a whole number of fen, without a ladder';
  if (minFen !== undefined && minFen < 0n) return 'its minimum is below zero';
  if (maxFen !== undefined && maxFen < (minFen ?? 0n)) return 'its maximum is below its minimum';
  if (validTo !== undefined && validTo < validFrom) return 'it ends before it begins';
  if (rounding === 'transaction') {
    if (kind === 'fixed') return 'a fixed fee is one per settlement line and cannot be rounded per transaction';
    if (kind === 'per-count' && ladder !== undefined) return 'a ladder of counts has no meaning for one transaction';
    if (period === 'month') return 'what is rounded per transaction does not count over the month';
  }
  return (ladder && ladderProblem(ladder)) ?? (shares && sharesProblem(shares));
}

function ladderProblem(ladder: readonly LadderSection[]): string | undefined {
  const place = (index: number) => `section ${index + 1} of its ladder`;
  let reached = 0n;
  for (const [index, { from, upTo, rate }] of ladder.entries()) {
    if (!DECIMAL.test(rate)) return `"${rate}" in its ladder (section ${index + 1}) is not a rate`;
    if (from !== undefined) {
      if (!WHOLE.test(from)) return `${place(index)} begins at "${from}", which is not a whole number`;
      const begins = BigInt(from);
      if (begins > reached) return `there is a gap before ${place(index)}: ${reached} to ${begins} have no rate`;
      if (begins < reached) return `${place(index)} overlaps the one before: ${begins} to ${reached} have two rates`;
    }
    if (upTo === null) {
      if (index < ladder.length - 1) return `only the last section of its ladder may be open, not section ${index + 1}`;
      return undefined;
    }
    if (!WHOLE.test(upTo) || BigInt(upTo) <= reached) {
      return `the sections of its ladder have to rise: section ${index + 1} ends at ${upTo}, the one before at ${reached}`;
    }
    reached = BigInt(upTo);
  }
  return `the last section of its ladder has to be open (upTo: null): above ${reached} there is no rate`;
}

function sharesProblem(shares: readonly FeeShare[]): string | undefined {
  const twice = shares.find(({ to }, index) => shares.findIndex((other) => other.to === to) !== index);
  if (twice !== undefined) return `${twice.to} has two shares`;
  let units = 0n;
  for (const { to, percent, fixedFen } of shares) {
    if ((percent === undefined) === (fixedFen === undefined)) return `the share of ${to} is either percent or fixedFen`;
    if (fixedFen !== undefined && fixedFen <= 0n) return `the share of ${to} is not above zero`;
    if (percent === undefined) continue;
    if (!PERCENT.test(percent)) return `"${percent}" of ${to} is not a percentage with at most four decimals`;
    units += percentUnits(percent);
  }
  const percents = shares.some(({ percent }) => percent !== undefined);
  if (!percents) return 'its shares leave open who gets the rest: one of them has to be a percentage';
  if (units !== 100n * PERCENT_UNITS)
    return `the percentages of its shares sum to ${decimalPercent(units)}, not to 100`;
  return undefined;
}

/** A percentage in ten-thousandths of a percent. */
export function percentUnits(percent: string): bigint {
  const [whole = '0', part = ''] = percent.split('.');
  return BigInt(whole) * PERCENT_UNITS + BigInt(part.padEnd(4, '0'));
}

const decimalPercent = (units: bigint): string =>
  `${units / PERCENT_UNITS}.${(units % PERCENT_UNITS).toString().padStart(4, '0')}`.replace(/\.?0+$/, '');

/**
 * What is wrong with a whole table, or undefined: per subject and product the rows follow one another day by day, with
 * neither a gap nor an overlap, and only the last may be open-ended. The answer names the subject, the row and the place.
 */
export function tariffTableProblem(table: readonly Tariff[]): string | undefined {
  for (const name of new Set(table.map(tariffName))) {
    const rows = table.filter((tariff) => tariffName(tariff) === name);
    for (const row of rows) {
      const problem = tariffProblem(row);
      if (problem !== undefined) return `${name}, the row from ${row.validFrom}: ${problem}`;
    }
    const problem = sequenceProblem(rows);
    if (problem !== undefined) return `${name}: ${problem}`;
  }
  return undefined;
}
