import type { NightDay } from '@citycard/clearing';

/** What is looked at to see what is stuck. */
export interface NightFacts {
  readonly now: Date;
  /** Days that are not closed, oldest first. */
  readonly days: readonly NightDay[];
  /** What the HSM said last: since when it has not answered; undefined while it does. */
  readonly hsmSilentSince: Date | undefined;
  readonly failedJobs: readonly { readonly queue: string; readonly failed: number; readonly since: Date | undefined }[];
  /** Parts that work by themselves and have not given their sign in time, in no process. */
  readonly standingParts: readonly { readonly part: string; readonly since: Date | null }[];
  /** Files another city has refused for good. */
  readonly refusedFiles: number;
  /** Seconds validation usually takes for so many records; undefined while no past day tells. */
  readonly usualValidationSeconds: number | undefined;
  /** When the open day is usually cut off. */
  readonly usualCutOff: Date | undefined;
  /** Today's date of the city. */
  readonly today: string;
}

export type StuckReason =
  | 'hsm-away'
  | 'part-stands-still'
  | 'books-differ'
  | 'calendar-ends'
  | 'day-fails'
  | 'day-before'
  | 'records-undecided'
  | 'not-cut-off'
  | 'approval-missing'
  | 'approval-unconfirmed'
  | 'payments-refused'
  | 'bank-silent'
  | 'jobs-failed'
  | 'files-refused';

export interface Stuck {
  readonly reason: StuckReason;
  readonly subject: string;
  readonly since: Date | undefined;
}

interface StuckRule {
  readonly reason: StuckReason;
  /** Who can do the one safe thing. */
  readonly role: 'platform' | 'finance-maker' | 'finance-checker';
  /** Where in the portal it is done or looked at. */
  readonly page: (subject: string) => string;
  readonly found: (facts: NightFacts) => readonly Omit<Stuck, 'reason'>[];
}

/** Without a past day to tell: what a person should be asked to look at. */
const LONG_VALIDATION_SECONDS = 900;
/** A cut-off this late after its usual time is late. */
const LATE_CUT_OFF_MS = 2 * 3_600_000;
/** Jobs run at once; a stage that waits this long waits for something. */
const STAGE_WAITS_MS = 60_000;

const ofDays = (days: readonly NightDay[], since: (day: NightDay) => Date | undefined = (day) => day.since) =>
  days.map((day) => ({ subject: day.date, since: since(day) }));
const stoppedWith = (day: NightDay, codes: readonly string[]) =>
  day.stopped !== undefined && codes.includes(day.stopped.code);
const BOOKS = ['clearing-day.evidence-broken', 'clearing-day.proof-failed'];
const CALENDAR = ['clearing-day.calendar-ends'];
const dayPage = (date: string) => `/finance/days/${date}`;

/**
 * Why the night does not go on, the most urgent first: for each reason what shows it and the one thing that is safe to do. The
 * sentences to each reason stand in the portal (`platform.night.reasons`), in both languages.
 */
export const STUCK_RULES: readonly StuckRule[] = [
  {
    reason: 'hsm-away',
    role: 'platform',
    page: () => '/platform/hsm',
    found: ({ hsmSilentSince }) => (hsmSilentSince === undefined ? [] : [{ subject: 'HSM', since: hsmSilentSince }]),
  },
  {
    reason: 'part-stands-still',
    role: 'platform',
    page: () => '/platform/services',
    found: ({ standingParts }) =>
      standingParts.map(({ part, since }) => ({ subject: part, since: since ?? undefined })),
  },
  {
    reason: 'books-differ',
    role: 'platform',
    page: () => '/platform/audit',
    found: ({ days }) =>
      ofDays(
        days.filter((day) => stoppedWith(day, BOOKS)),
        (day) => day.stopped?.at,
      ),
  },
  {
    reason: 'calendar-ends',
    role: 'finance-maker',
    page: () => '/finance/calendar',
    found: ({ days }) =>
      ofDays(
        days.filter((day) => stoppedWith(day, CALENDAR)),
        (day) => day.stopped?.at,
      ),
  },
  {
    reason: 'day-fails',
    role: 'platform',
    page: () => '/platform/queues',
    found: ({ days }) =>
      ofDays(
        days.filter((day) => day.stopped !== undefined && !stoppedWith(day, [...BOOKS, ...CALENDAR])),
        (day) => day.stopped?.at,
      ),
  },
  {
    reason: 'payments-refused',
    role: 'finance-maker',
    page: dayPage,
    found: ({ days }) => ofDays(days.filter(({ refusedPayments }) => refusedPayments > 0)),
  },
  {
    reason: 'records-undecided',
    role: 'platform',
    page: () => '/platform/jobs',
    // With the HSM away it is the HSM's reason.
    found: ({ days, now, hsmSilentSince, usualValidationSeconds }) =>
      ofDays(
        days.filter(
          ({ state, undecided, since }) =>
            state === 'cut-off' &&
            undecided > 0 &&
            hsmSilentSince === undefined &&
            now.getTime() - since.getTime() >
              1000 * Math.max(LONG_VALIDATION_SECONDS, 3 * (usualValidationSeconds ?? 0)),
        ),
      ),
  },
  {
    reason: 'day-before',
    role: 'platform',
    page: () => '/platform/night',
    found: ({ days, now }) =>
      ofDays(
        days.filter(
          (day, at) =>
            at > 0 &&
            ['cut-off', 'validated', 'priced', 'settled'].includes(day.state) &&
            day.undecided === 0 &&
            day.stopped === undefined &&
            days[at - 1]?.state === day.state &&
            now.getTime() - day.since.getTime() > STAGE_WAITS_MS,
        ),
      ),
  },
  {
    reason: 'not-cut-off',
    role: 'finance-maker',
    page: dayPage,
    found: ({ days, now, usualCutOff, today }) =>
      ofDays(
        days.filter(
          ({ state, date }) =>
            state === 'open' &&
            date < today &&
            (usualCutOff === undefined || now.getTime() - usualCutOff.getTime() > LATE_CUT_OFF_MS),
        ),
        () => usualCutOff,
      ),
  },
  {
    reason: 'approval-missing',
    role: 'finance-maker',
    page: dayPage,
    found: ({ days }) => ofDays(days.filter(({ state, proposed }) => state === 'netted' && proposed === undefined)),
  },
  {
    reason: 'approval-unconfirmed',
    role: 'finance-checker',
    page: dayPage,
    found: ({ days }) =>
      ofDays(
        days.filter(({ state, proposed }) => state === 'netted' && proposed !== undefined),
        (day) => day.proposed?.at,
      ),
  },
  {
    reason: 'bank-silent',
    role: 'finance-maker',
    page: dayPage,
    found: ({ days, today }) =>
      ofDays(
        days.filter(
          ({ state, openPayments, payOn }) =>
            state === 'instructed' && openPayments > 0 && payOn !== undefined && payOn < today,
        ),
      ),
  },
  {
    reason: 'jobs-failed',
    role: 'platform',
    page: () => '/platform/queues',
    found: ({ failedJobs }) =>
      failedJobs.filter(({ failed }) => failed > 0).map(({ queue, since }) => ({ subject: queue, since })),
  },
  {
    reason: 'files-refused',
    role: 'platform',
    page: () => '/platform/files?state=refused',
    found: ({ refusedFiles }) => (refusedFiles === 0 ? [] : [{ subject: String(refusedFiles), since: undefined }]),
  },
];

/** What is stuck, the most urgent first, each with who can do what about it, and where. */
export function whatIsStuck(
  facts: NightFacts,
): (Stuck & { readonly role: StuckRule['role']; readonly page: string })[] {
  return STUCK_RULES.flatMap(({ reason, role, page, found }) =>
    found(facts).map((one) => ({ reason, ...one, role, page: page(one.subject) })),
  );
}
