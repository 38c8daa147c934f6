import { type Fen, fen } from '@citycard/common';
import type { CardAlgorithm, KeyRef } from '@citycard/hsm-sim';
import { HOME_CITY } from '../purses/card-number.ts';
import { rootKey } from '../purses/root-key.ts';

/** The parameters of validation (terminal-interface.md §3). */
export interface ValidationRules {
  readonly homeCity: string;
  /** A record may be this much later than its receipt: clocks of terminals run ahead. */
  readonly clockToleranceMs: number;
  /** A record may be this much older than its receipt. */
  readonly recordAgeDays: number;
  /** For cards whose purse is unknown; a known purse has a cap of its own. */
  readonly purseCapFen: Fen;
  /** After this long every terminal must hold a hotlist entry, whatever it says. */
  readonly hotlistGraceMs: number;
  /**
   * How long a gray record is held before a balance may speak for it. Balances are hints and the record of another
   * purchase with its counter may still be on a bus; a month later it is not.
   */
  readonly grayWaitMs: number;
  /** The root of the TAC keys, by the algorithm of the card's personalisation record. */
  readonly tacKey: (algorithm: CardAlgorithm) => KeyRef;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

export const DEFAULT_RULES: ValidationRules = {
  homeCity: HOME_CITY,
  clockToleranceMs: 10 * MINUTE_MS,
  recordAgeDays: 90,
  purseCapFen: fen(100_000),
  hotlistGraceMs: DAY_MS,
  grayWaitMs: 30 * DAY_MS,
  tacKey: (algorithm) => rootKey('DTK', algorithm),
};
