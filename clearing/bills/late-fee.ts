import { type BusinessDate, Decimal, type Fen, fen, ZERO_FEN } from '@citycard/common';
import type { BillDocument } from '../industries/document.ts';

const DAY_MS = 86_400_000;
const MILLION = 1_000_000;
const Exact = Decimal.clone({ precision: 60 });

/**
 * The late fee on a day, in whole fen: a part of the principal for every day behind the due date and the grace days, rounded
 * half up once, and never more than the cap. Zero up to the last day of grace.
 */
export function lateFeeOn(
  day: BusinessDate,
  principal: Fen,
  dueDate: BusinessDate,
  rule: NonNullable<BillDocument['lateFee']>,
): Fen {
  const late = Math.round((Date.parse(day) - Date.parse(dueDate)) / DAY_MS) - rule.graceDays;
  if (late <= 0) return ZERO_FEN;
  const parts = Math.min(late * rule.partsPerMillionPerDay, rule.capPartsPerMillion);
  const exact = new Exact(principal.toString()).times(parts).dividedBy(MILLION);
  return fen(exact.toDecimalPlaces(0, Decimal.ROUND_HALF_UP).toFixed(0));
}
