import { addDays, type BusinessDate } from '@citycard/common';

/** A row that holds from its first to its last day, both included; without a last day it holds until further notice. */
export interface Dated {
  readonly validFrom: BusinessDate;
  readonly validTo?: BusinessDate;
}

/** Whether a row is in force on a day. */
export const holdsOn = (row: Dated, date: BusinessDate): boolean =>
  row.validFrom <= date && (row.validTo === undefined || date <= row.validTo);

/**
 * What is wrong with the rows of one subject, naming the days, or undefined: they follow one another day by day, with
 * neither a gap nor an overlap, and only the last may be open-ended.
 */
export function sequenceProblem(rows: readonly Dated[]): string | undefined {
  const wrongWay = rows.find((row) => row.validTo !== undefined && row.validTo < row.validFrom);
  if (wrongWay !== undefined) {
    return `the row from ${wrongWay.validFrom} ends before it begins (${wrongWay.validTo ?? ''})`;
  }
  const ordered = [...rows].sort((a, b) => (a.validFrom < b.validFrom ? -1 : 1));
  for (const [index, row] of ordered.entries()) {
    const next = ordered[index + 1];
    if (next === undefined) break;
    if (row.validTo === undefined || row.validTo >= next.validFrom) {
      const end = row.validTo === undefined ? 'has no last day' : `lasts until ${row.validTo}`;
      return `two rows overlap on ${next.validFrom}: the row from ${row.validFrom} ${end}`;
    }
    const missing = addDays(row.validTo, 1);
    if (missing !== next.validFrom) {
      const last = addDays(next.validFrom, -1);
      const days = missing === last ? `${missing} has` : `${missing} to ${last} have`;
      return `there is a gap after ${row.validTo}: ${days} no row, the next begins on ${next.validFrom}`;
    }
  }
  return undefined;
}

/**
 * The rows of one subject once `added` replace everything from `from` on: rows that begin then or later go, and the row
 * that would last into it ends the day before.
 */
export function replacedFrom<T extends Dated>(rows: readonly T[], from: BusinessDate, added: readonly T[]): T[] {
  const kept = rows
    .filter((row) => row.validFrom < from)
    .map((row) => (holdsOn(row, from) ? { ...row, validTo: addDays(from, -1) } : row));
  return [...kept, ...added];
}
