import { Type, type Static } from '@citycard/common';
import { acceptanceErrors } from './errors.ts';

const closed = { additionalProperties: false } as const;

/** Sides the acceptance kit can try. */
export type Kit = 'terminal' | 'operator' | 'city' | 'biller';

const KitName = Type.Union([
  Type.Literal('terminal'),
  Type.Literal('operator'),
  Type.Literal('city'),
  Type.Literal('biller'),
]);
/**
 * What became of one case. `not-claimed`: the candidate does not claim the function the case is about; `not-run`: it was
 * not its turn, because one case was asked for or the run was broken off.
 */
const OutcomeName = Type.Union([
  Type.Literal('passed'),
  Type.Literal('failed'),
  Type.Literal('not-run'),
  Type.Literal('not-claimed'),
]);

const CaseResult = Type.Object(
  {
    id: Type.String({ pattern: '^[a-z][a-z0-9-]{1,39}$' }),
    title: Type.String({ minLength: 1, maxLength: 120 }),
    /** Document and section that ask for it. */
    document: Type.String({ minLength: 1, maxLength: 120 }),
    outcome: OutcomeName,
    seconds: Type.Number({ minimum: 0, maximum: 1_000_000 }),
    /** Why it failed, for the maker of the candidate. */
    reason: Type.Optional(Type.String({ maxLength: 1000 })),
  },
  closed,
);

/** A report of the acceptance kit, as it is signed. */
export const AcceptanceReport = Type.Object(
  {
    format: Type.Literal('citycard-acceptance-report/1'),
    kit: KitName,
    /** Model of a terminal; participant number of anybody else. */
    candidate: Type.String({ pattern: '^[0-9A-Za-z.-]{2,32}$' }),
    /** Terminals: the version of the software that was tried. */
    softwareVersion: Type.Optional(Type.String({ pattern: '^[0-9A-Za-z.+_-]{1,32}$' })),
    /** Under what conditions: MAC algorithm, functions claimed, time limits. */
    conditions: Type.Record(Type.String({ maxLength: 40 }), Type.String({ maxLength: 200 }), { maxProperties: 20 }),
    startedAt: Type.String({ format: 'date-time' }),
    finishedAt: Type.String({ format: 'date-time' }),
    passed: Type.Boolean(),
    cases: Type.Array(CaseResult, { minItems: 1, maxItems: 200 }),
  },
  closed,
);
export type AcceptanceReport = Static<typeof AcceptanceReport>;
export type CaseResult = Static<typeof CaseResult>;

/** Passed: nothing failed, nothing was left out, and something was tried. */
export function isPassed(cases: readonly CaseResult[]): boolean {
  return (
    cases.some(({ outcome }) => outcome === 'passed') &&
    cases.every(({ outcome }) => outcome === 'passed' || outcome === 'not-claimed')
  );
}

/** Clocks of kit and installation may differ by this much. */
const CLOCKS_MAY_DIFFER_MS = 5 * 60_000;

/**
 * Holds a report to itself and to the cases this version of the kit has.
 *
 * @throws clearing.acceptance.verdict-differs, .cases-missing, .not-in-time
 */
export function requireWholeReport(
  report: AcceptanceReport,
  casesOf: (kit: Kit) => readonly string[],
  now: Date,
): void {
  const found = isPassed(report.cases);
  const word = (passed: boolean) => (passed ? 'passed' : 'not passed');
  if (report.passed !== found) throw acceptanceErrors.verdictDiffers({ said: word(report.passed), found: word(found) });
  const present = new Set(report.cases.map(({ id }) => id));
  const missing = casesOf(report.kit).filter((id) => !present.has(id));
  if (missing.length > 0) throw acceptanceErrors.casesMissing({ missing: missing.join(', ') });
  if (new Date(report.finishedAt).getTime() > now.getTime() + CLOCKS_MAY_DIFFER_MS)
    throw acceptanceErrors.notInTime({ finishedAt: report.finishedAt });
}
