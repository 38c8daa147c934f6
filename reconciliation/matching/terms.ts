/** What becomes of a line. */
export const MATCH_STATES = ['equal', 'only-ours', 'only-theirs', 'amount', 'duplicate', 'late', 'in-doubt'] as const;
export type MatchState = (typeof MATCH_STATES)[number];

/** Columns of a side that can be (part of) a key. A file has those its plan names; more are refused. */
export const KEY_COLUMNS = ['reference', 'group', 'card', 'terminal'] as const;
export type KeyColumn = (typeof KEY_COLUMNS)[number];

/** A way of finding what belongs together; passes are tried in order, each on what those before left over. */
export interface MatchPass {
  readonly name: string;
  /** Lines with the same values here may belong together; a line without one of them is left to later passes. */
  readonly on: readonly KeyColumn[];
  /**
   * `1-1` pairs lines. The others compare the sums of all lines with one key: `1-n` is one line of ours against several of theirs,
   * `n-1` the reverse, `n-m` any number.
   */
  readonly cardinality: '1-1' | '1-n' | 'n-1' | 'n-m';
  /** Whether the same key is the same thing. Then other amounts or days are a difference; if not, only lines that fit are taken. */
  readonly certain: boolean;
}

export interface MatchTerms {
  readonly passes: readonly MatchPass[];
  /** Amounts further apart than so many whole fen differ. */
  readonly toleranceFen: number;
  /** Their day is at most so many days before ours, and at most so many after. */
  readonly daysBefore: number;
  readonly daysAfter: number;
}

/** A line as it is decided about. */
export interface Line {
  /** Place in its file, from 1, the header not counted. */
  readonly line: number;
  readonly amount: bigint;
  /** How many records it stands for, where a side counts them; zero otherwise. */
  readonly records: number;
  /** Days since 1970-01-01. */
  readonly day: number;
  /** The side it comes from cannot say yet whether it happened. */
  readonly doubt: boolean;
}

/** Lines found to belong together, or one that stands alone. */
export interface Decision {
  readonly state: MatchState;
  readonly ours: readonly Line[];
  readonly theirs: readonly Line[];
}
