import { type BusinessDate, type Database, type Fen, fen, type Transaction } from '@citycard/common';
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
  /** A record held for this reason longer than so many days is refused by rule; undefined: two persons decide. */
  readonly refusedAfterDays: Readonly<Record<RefusedByRule, number | undefined>>;
  /** The company pays for a purchase its purse could not pay for so many days; undefined: two persons decide. */
  readonly shortWrittenOffDays: number | undefined;
  /** How long another city is waited for: until people are told, may decide, and until the record is refused. */
  readonly silentCityDays: Readonly<Record<'alarm' | 'held' | 'refused', number | undefined>>;
  /** People are told of records held longer than this. */
  readonly heldAlarmDays: number | undefined;
  /** Operators are told of a missing record this long after the gap was seen: most are on their way. */
  readonly missingListedMs: number;
  /** The root of the TAC keys, by the algorithm of the card's personalisation record. */
  readonly tacKey: (algorithm: CardAlgorithm) => KeyRef;
}

/** Reasons for being held that a rule may end. */
export type RefusedByRule = 'gray' | 'conflict' | 'inspection';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** What people may set, each from a day on (clearing.validation_rule). */
export const RULE_NAMES = [
  'clock-tolerance-minutes',
  'record-age-days',
  'hotlist-grace-hours',
  'gray-wait-days',
  'gray-refused-days',
  'conflict-refused-days',
  'inspection-refused-days',
  'short-written-off-days',
  'held-alarm-days',
  'missing-listed-hours',
  'city-alarm-days',
  'city-held-days',
  'city-refused-days',
] as const;
export type RuleName = (typeof RULE_NAMES)[number];

/** Rules that may be taken away, so that persons decide alone; the others always have a number. */
export const OPTIONAL_RULES: ReadonlySet<RuleName> = new Set<RuleName>([
  'gray-refused-days',
  'conflict-refused-days',
  'inspection-refused-days',
  'short-written-off-days',
  'held-alarm-days',
  'city-alarm-days',
  'city-held-days',
  'city-refused-days',
]);

/** The rules by the day they hold on. */
export interface RuleBook {
  on(date: BusinessDate): ValidationRules;
}

interface RuleRow {
  rule_name: RuleName;
  valid_from: BusinessDate;
  value: number | null;
}

/**
 * The rules of every day, as two persons have set them. A record is judged by those of the business day of its receipt, whenever
 * it is judged.
 *
 * @param instead what a caller decides itself
 */
export async function readRuleBook(
  db: Database | Transaction,
  instead: Partial<ValidationRules> = {},
): Promise<RuleBook> {
  const { rows } = await (db as Database).query<RuleRow>(
    'select rule_name, valid_from, value from clearing.validation_rule order by valid_from desc',
  );
  const known = new Map<BusinessDate, ValidationRules>();
  return {
    on: (date) => {
      const found = known.get(date) ?? { ...rulesOf(rows, date), ...instead };
      known.set(date, found);
      return found;
    },
  };
}

function rulesOf(rows: readonly RuleRow[], date: BusinessDate): ValidationRules {
  const optional = (name: RuleName): number | undefined =>
    rows.find((row) => row.rule_name === name && row.valid_from <= date)?.value ?? undefined;
  const number = (name: RuleName): number => {
    const value = optional(name);
    if (value === undefined) throw new Error(`no rule ${name} holds on ${date}`);
    return value;
  };
  return {
    homeCity: HOME_CITY,
    clockToleranceMs: number('clock-tolerance-minutes') * MINUTE_MS,
    recordAgeDays: number('record-age-days'),
    purseCapFen: fen(100_000),
    hotlistGraceMs: number('hotlist-grace-hours') * HOUR_MS,
    grayWaitMs: number('gray-wait-days') * DAY_MS,
    refusedAfterDays: {
      gray: optional('gray-refused-days'),
      conflict: optional('conflict-refused-days'),
      inspection: optional('inspection-refused-days'),
    },
    shortWrittenOffDays: optional('short-written-off-days'),
    silentCityDays: {
      alarm: optional('city-alarm-days'),
      held: optional('city-held-days'),
      refused: optional('city-refused-days'),
    },
    heldAlarmDays: optional('held-alarm-days'),
    missingListedMs: number('missing-listed-hours') * HOUR_MS,
    tacKey: (algorithm) => rootKey('DTK', algorithm),
  };
}
