import type { BusinessDate, Transaction } from '@citycard/common';
import type { CounterpartKind } from '../differences/index.ts';
import type { LookScope } from '../daily/in-step.ts';
import type { MatchState, MatchTerms } from './terms.ts';

/** Lines of a side as a query, with the columns of a file and, besides, `records` and `about` (an {@link About}, as JSON). */
export type LinesOf = (counterpart: string, day: BusinessDate) => string;

/** A kind of match: with whom, where the lines of both sides come from, by what they are found, and what a break is as work. */
export interface MatchPlan {
  readonly name: string;
  readonly title: string;
  /** Left out: the order says with whom. */
  readonly counterpartKind?: CounterpartKind;
  readonly terms: MatchTerms;
  /** Our lines of a day; left out, the file is sent. */
  readonly ours?: LinesOf;
  /** Their lines, where they are kept here. Left out, the file is sent; one that is sent beside kept lines explains and opens nothing. */
  readonly theirs?: LinesOf;
  /** One match for all counterparts of a day ({@link EVERYBODY}). */
  readonly everybody?: true;
  /** What has to be there before the lines are asked for, in the same transaction. */
  readonly prepare?: (tx: Transaction, counterpart: string, day: BusinessDate) => Promise<void>;
  /** All differences this plan would find for a counterpart and day are among these; left out, those whose subject begins with its name. */
  readonly scopes?: (counterpart: string, day: BusinessDate) => readonly LookScope[];
  /** What is said of a difference that is no more. */
  readonly endedReason?: string;
}

/** A plan whose lines are kept here on both sides. */
export type KeptPlan = MatchPlan & Required<Pick<MatchPlan, 'ours' | 'theirs' | 'counterpartKind'>>;

/** In place of a counterpart, for plans that look at all of them at once. */
export const EVERYBODY = 'all';

/**
 * What is known of a line besides what is compared: of what difference it is part when it is not equal. Of two lines, ours says it; what
 * theirs says as well is added to the evidence.
 */
export interface About {
  readonly subject: string;
  /** Left out: as the match has it. */
  readonly counterpartKind?: CounterpartKind;
  readonly counterpart?: string;
  readonly day?: string;
  /** By state, the kind of difference it is; null for none. States left out are kinds of the same name. */
  readonly kinds?: Readonly<Partial<Record<MatchState, string | null>>>;
  /** Amounts of the difference, where they are not those of the lines. */
  readonly oursFen?: number | null;
  readonly theirsFen?: number | null;
  readonly evidence: Readonly<Record<string, unknown>>;
}

/** Reads what we wrote ourselves. */
export const readAbout = (json: string): About => JSON.parse(json) as About;

/** A text as a literal of SQL: queries for COPY take no parameters. */
export const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;
