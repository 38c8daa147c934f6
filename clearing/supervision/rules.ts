import type { AlarmSeverity } from '../alarms/alarm.ts';

/** A number a supervisor may set, and the bounds beyond which the rule would say nothing, or everything. */
export interface Threshold {
  readonly unit: 'fen' | 'minutes' | 'hours' | 'days' | 'seconds' | 'records' | 'loads';
  readonly otherwise: number;
  readonly least: number;
  readonly most: number;
  readonly meaning: string;
}

export interface RuleDefinition {
  readonly severity: AlarmSeverity;
  /** Alarms of one case: all of the rule, or those about one subject. */
  readonly groupedBy: 'kind' | 'subject';
  readonly thresholds: Readonly<Record<string, Threshold>>;
  readonly escalateMinutes: number;
  readonly repeatMinutes: number;
  readonly meaning: string;
}

const fen = (otherwise: number, least: number, most: number, meaning: string): Threshold => ({
  unit: 'fen',
  otherwise,
  least,
  most,
  meaning,
});

/**
 * What is watched, with the thresholds the city begins with. The three rules called `other-…` are for alarms that the
 * program raises where something happens: they have no threshold, only a way up the roster.
 */
export const RULES = {
  'float-shortfall': {
    severity: 'critical',
    groupedBy: 'kind',
    thresholds: { aboveFen: fen(0, 0, 1_000_000, 'owed beyond what is there, migrations not yet covered left out') },
    escalateMinutes: 15,
    repeatMinutes: 60,
    meaning: 'Less money is there than is owed. No fee is withdrawn while it lasts.',
  },
  'unusual-load-pattern': {
    severity: 'warning',
    groupedBy: 'subject',
    thresholds: {
      terminalFen: fen(2_000_000, 100_000, 10_000_000, 'loaded at one terminal within five minutes'),
      cardLoads: { unit: 'loads', otherwise: 4, least: 2, most: 20, meaning: 'loads of one card within five minutes' },
    },
    escalateMinutes: 60,
    repeatMinutes: 240,
    meaning: 'One terminal loads more, or one card is loaded more often, than people do.',
  },
  'purse-far-from-card': {
    severity: 'warning',
    groupedBy: 'kind',
    thresholds: { aboveFen: fen(5_000, 100, 50_000, 'more on the card, as it said itself, than in its purse here') },
    escalateMinutes: 240,
    repeatMinutes: 1_440,
    meaning: 'A card says it holds more than we know of: loaded by nobody, or loaded and not reported.',
  },
  'agent-near-cap': {
    severity: 'warning',
    groupedBy: 'subject',
    thresholds: { roomFen: fen(500_000, 10_000, 100_000_000, 'left to load before the ledger refuses') },
    escalateMinutes: 120,
    repeatMinutes: 720,
    meaning: 'An agent has little left to load; at its cap its loads stop by themselves.',
  },
  'unmatched-bank-entry': {
    severity: 'warning',
    groupedBy: 'kind',
    thresholds: { afterDays: { unit: 'days', otherwise: 1, least: 0, most: 5, meaning: 'nobody recognised it' } },
    escalateMinutes: 480,
    repeatMinutes: 1_440,
    meaning: 'Money came or went at the bank and nobody knows why.',
  },
  'overdue-difference': {
    severity: 'warning',
    groupedBy: 'subject',
    thresholds: { afterDays: { unit: 'days', otherwise: 0, least: 0, most: 30, meaning: 'open after its due date' } },
    escalateMinutes: 240,
    repeatMinutes: 1_440,
    meaning: 'A difference with a counterpart is still open after the day it was due.',
  },
  'late-operator-upload': {
    severity: 'warning',
    groupedBy: 'subject',
    thresholds: {
      afterHours: { unit: 'hours', otherwise: 30, least: 6, most: 96, meaning: 'without a purchase record' },
    },
    escalateMinutes: 480,
    repeatMinutes: 1_440,
    meaning: 'An operator that uploads every day has uploaded nothing: holders have paid and nobody is paid.',
  },
  'forged-tac-cluster': {
    severity: 'critical',
    groupedBy: 'subject',
    thresholds: {
      records: {
        unit: 'records',
        otherwise: 3,
        least: 2,
        most: 20,
        meaning: 'with a wrong TAC from one SAM in two days',
      },
    },
    escalateMinutes: 30,
    repeatMinutes: 240,
    meaning: 'Records that no card has signed come from one place.',
  },
  'terminal-silent': {
    severity: 'warning',
    groupedBy: 'kind',
    thresholds: {
      afterHours: { unit: 'hours', otherwise: 24, least: 1, most: 168, meaning: 'since it was last heard' },
    },
    escalateMinutes: 1_440,
    repeatMinutes: 10_080,
    meaning: 'A terminal in use has not been heard.',
  },
  'cloned-card': {
    severity: 'critical',
    groupedBy: 'kind',
    thresholds: {
      clashes: {
        unit: 'records',
        otherwise: 1,
        least: 1,
        most: 5,
        meaning: 'of one card in seven days, each contradicting another',
      },
    },
    escalateMinutes: 60,
    repeatMinutes: 720,
    meaning: 'Two cards pay as one: rightly signed records claim the same counter.',
  },
  'hsm-away': {
    severity: 'critical',
    groupedBy: 'kind',
    thresholds: { afterSeconds: { unit: 'seconds', otherwise: 15, least: 2, most: 300, meaning: 'without an answer' } },
    escalateMinutes: 10,
    repeatMinutes: 30,
    meaning: 'The HSM does not answer: no load, no proof of a purchase, no signature.',
  },
  'large-movement': {
    severity: 'notice',
    groupedBy: 'kind',
    // First the cap of an anonymous card.
    thresholds: { fromFen: fen(100_000, 10_000, 10_000_000, 'of one movement on one card') },
    escalateMinutes: 1_440,
    repeatMinutes: 10_080,
    meaning: 'Listed in the daily report of large and suspicious transactions; raises no alarm.',
  },
  'other-critical': other('critical', 30, 120),
  'other-warning': other('warning', 240, 1_440),
  'other-notice': other('notice', 1_440, 10_080),
} as const satisfies Record<string, RuleDefinition>;

function other(severity: AlarmSeverity, escalateMinutes: number, repeatMinutes: number): RuleDefinition {
  const meaning = `Everything else that raises an alarm called ${severity}.`;
  return { severity, groupedBy: 'kind', thresholds: {}, escalateMinutes, repeatMinutes, meaning };
}

export type RuleName = keyof typeof RULES;
export const RULE_NAMES = Object.keys(RULES) as RuleName[];
export const isRuleName = (text: string): text is RuleName => Object.hasOwn(RULES, text);

/** Kinds of alarms whose cases are told apart by subject: rules of that sort, and days and payments the program stops at. */
export const GROUPED_BY_SUBJECT: readonly string[] = [
  ...RULE_NAMES.filter((name) => RULES[name].groupedBy === 'subject'),
  'float-difference',
  'clearing-day-stopped',
];
