import { type AcceptanceReport, type CaseResult, isPassed, type Kit } from '@citycard/clearing';

/** The report of a run, as it will be recorded and signed. */
export function reportOf(run: {
  readonly kit: Kit;
  readonly candidate: string;
  readonly softwareVersion?: string;
  readonly conditions: Readonly<Record<string, string>>;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly cases: readonly CaseResult[];
}): AcceptanceReport {
  const { kit, candidate, softwareVersion, conditions, cases } = run;
  return {
    format: 'citycard-acceptance-report/1',
    kit,
    candidate,
    ...(softwareVersion === undefined ? {} : { softwareVersion }),
    conditions: { ...conditions },
    startedAt: run.startedAt.toISOString(),
    finishedAt: run.finishedAt.toISOString(),
    passed: isPassed(cases),
    cases: [...cases],
  };
}

/** How patient the kit was: a report of an impatient run says less. */
export function patienceOf({ limitMs, quietMs }: { readonly limitMs: number; readonly quietMs: number }) {
  return { stepLimitSeconds: String(limitMs / 1000), quietSeconds: String(quietMs / 1000) };
}
