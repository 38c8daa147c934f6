import type { BusinessDate } from '@citycard/common';
import type { Movement } from '../day/movements.ts';
import type { PairChange, PairMethod } from './counterparties.ts';
import type { PartCode } from './parts.ts';
import type { Party } from './positions.ts';
import type { SettlementTerms } from './settlement-terms.ts';

/** What was sold, given back and charged in a period. */
interface Turnover {
  readonly periodFrom: BusinessDate;
  readonly salesCount: bigint;
  readonly salesFen: bigint;
  readonly refundCount: bigint;
  readonly refundFen: bigint;
  readonly feeFen: bigint;
}

/** What pricing says of a participant's day; zeros when it had nothing to price. */
export interface DayLine extends Turnover {
  readonly netFen: bigint;
}

/** What an earlier sheet carried forward, and from which day on. */
export interface Carried {
  readonly sheetNo: string;
  readonly part: PartCode;
  /** With whom it is settled, of parts 61, 71 and 72. */
  readonly counterparty?: Party;
  readonly amountFen: bigint;
  readonly since: BusinessDate;
}

/** One sheet's worth: what is due to a participant for one part, and why it is not paid with this day when it is not. */
export interface Due extends Turnover {
  readonly part: PartCode;
  /** With whom it is settled, of parts 61, 71 and 72. */
  readonly counterparty?: Party;
  /** The account of ours that owes it. */
  readonly paysFrom: string;
  readonly otherFen: bigint;
  readonly carriedInFen: bigint;
  readonly payableFen: bigint;
  /** The sheets that are carried into this one. */
  readonly carriedSheets: readonly string[];
  readonly rhythm: string;
  /** Set when the terms say to wait; what else may stand in the way of a payment is for settlement to say. */
  readonly waits?: string;
}

/** A netted day as it is for one participant. */
export interface Day {
  readonly date: BusinessDate;
  readonly line: DayLine | undefined;
  readonly moved: readonly Movement[];
  readonly carried: readonly Carried[];
  readonly terms: Omit<SettlementTerms, 'subject'>;
  /** What changed between the participant and each counterparty it is settled with by itself. */
  readonly pairs: ReadonlyMap<Party, PairChange>;
  /** How what was carried for a counterparty is settled with it now; undefined when it is not any more. */
  readonly pairMethod: (counterparty: Party) => PairMethod | undefined;
}

export type Part = Omit<Due, 'rhythm' | 'waits'>;
type Unfinished = Omit<Part, 'periodFrom' | 'carriedInFen' | 'payableFen' | 'carriedSheets'>;
export type Sums = Omit<Unfinished, 'part' | 'paysFrom'>;

export const NOTHING = { salesCount: 0n, salesFen: 0n, refundCount: 0n, refundFen: 0n, feeFen: 0n };

/** A part with what is carried into it, and what is payable with that. */
export function finished(part: Unfinished, { date, line }: Day, carried: readonly Carried[]): Part {
  const carriedInFen = carried.reduce((sum, { amountFen }) => sum + amountFen, 0n);
  const since = [line?.periodFrom ?? date, ...carried.map((each) => each.since)].sort()[0] ?? date;
  const payableFen = part.salesFen - part.refundFen - part.feeFen + part.otherFen + carriedInFen;
  const carriedSheets = carried.map(({ sheetNo }) => sheetNo);
  return { ...part, periodFrom: since, carriedInFen, payableFen, carriedSheets };
}
