import { addDays, type BusinessDate } from '@citycard/common';

/** Who a tariff is for; the most particular one wins: participant, then industry, then everybody. */
export type TariffSubject =
  { readonly participantNo: string } | { readonly industry: number } | { readonly everybody: true };

/** A section of a marginal ladder: the part of the base up to `upTo` (null: all the rest) is charged `rate`. */
export interface LadderSection {
  /** Transactions (per-count) or fen (by-amount), as a decimal whole number. */
  readonly upTo: string | null;
  readonly rate: string;
}

/**
 * One row of the tariff table (domain.md F.3). Rates are decimal texts: fen per transaction (`per-count`), millionths of
 * the amount (`by-amount`), whole fen per settlement line (`fixed`).
 */
export interface Tariff {
  readonly subject: TariffSubject;
  readonly kind: 'per-count' | 'by-amount' | 'fixed';
  readonly rate?: string;
  readonly ladder?: readonly LadderSection[];
  readonly minFen?: bigint;
  readonly maxFen?: bigint;
  /** Whether a refund takes its part of the fee back with it; true when left out. */
  readonly feeReturned?: boolean;
  readonly validFrom: BusinessDate;
  /** The last day, included; absent when open-ended. */
  readonly validTo?: BusinessDate;
}

/** How a subject is named in the table and in errors. */
export function subjectName(subject: TariffSubject): string {
  if ('participantNo' in subject) return `participant:${subject.participantNo}`;
  if ('industry' in subject) return `industry:${subject.industry}`;
  return 'everybody';
}

const DECIMAL = /^\d{1,12}(\.\d{1,6})?$/;
const WHOLE = /^\d{1,18}$/;

/** What is wrong with one row by itself, or undefined. */
function tariffProblem(tariff: Tariff): string | undefined {
  const { kind, rate, ladder, minFen, maxFen, validFrom, validTo } = tariff;
  if ((rate === undefined) === (ladder === undefined)) return 'it has either one rate or a ladder';
  if (rate !== undefined && !DECIMAL.test(rate)) return `"${rate}" is not a rate`;
  if (kind === 'fixed' && !WHOLE.test(rate ?? '')) return 'a fixed fee is a whole number of fen, without a ladder';
  if (minFen !== undefined && minFen < 0n) return 'its minimum is below zero';
  if (maxFen !== undefined && maxFen < (minFen ?? 0n)) return 'its maximum is below its minimum';
  if (validTo !== undefined && validTo < validFrom) return 'it ends before it begins';
  return ladder === undefined ? undefined : ladderProblem(ladder);
}

function ladderProblem(ladder: readonly LadderSection[]): string | undefined {
  if (ladder.at(-1)?.upTo !== null) return 'the last section of its ladder has to be open (upTo: null)';
  let reached = 0n;
  for (const [index, { upTo, rate }] of ladder.entries()) {
    if (!DECIMAL.test(rate)) return `"${rate}" in its ladder is not a rate`;
    if (upTo === null) {
      if (index < ladder.length - 1) return 'only the last section of its ladder may be open';
      continue;
    }
    if (!WHOLE.test(upTo) || BigInt(upTo) <= reached) return 'the sections of its ladder have to rise';
    reached = BigInt(upTo);
  }
  return undefined;
}

/**
 * What is wrong with a whole table, or undefined: per subject the rows follow one another day by day, with neither a gap
 * nor an overlap, and only the last may be open-ended.
 */
export function tariffTableProblem(table: readonly Tariff[]): string | undefined {
  for (const subject of new Set(table.map((tariff) => subjectName(tariff.subject)))) {
    const rows = table.filter((tariff) => subjectName(tariff.subject) === subject);
    const problem = rows.map(tariffProblem).find((found) => found !== undefined) ?? sequenceProblem(rows);
    if (problem !== undefined) return `${subject}: ${problem}`;
  }
  return undefined;
}

function sequenceProblem(rows: readonly Tariff[]): string | undefined {
  const ordered = [...rows].sort((a, b) => (a.validFrom < b.validFrom ? -1 : 1));
  for (const [index, row] of ordered.entries()) {
    const next = ordered[index + 1];
    if (next === undefined) break;
    if (row.validTo === undefined || row.validTo >= next.validFrom) return `two rows overlap on ${next.validFrom}`;
    if (addDays(row.validTo, 1) !== next.validFrom) return `there is a gap after ${row.validTo}`;
  }
  return undefined;
}
