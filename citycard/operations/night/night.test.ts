import type { NightDay, PastDay } from '@citycard/clearing';
import { businessDate } from '@citycard/common';
import { describe, expect, it } from 'vitest';
import { atCityTime, expectedStages, nextCityTime } from './expected.ts';
import { type NightFacts, STUCK_RULES, type StuckReason, whatIsStuck } from './stuck-rules.ts';

const at = (time: string) => new Date(`2026-11-22T${time}Z`);
const day = (over: Partial<NightDay> = {}): NightDay => ({
  date: businessDate('2026-11-22'),
  state: 'cut-off',
  since: at('16:00:00'),
  reached: [{ stage: 'cut-off', at: at('16:00:00') }],
  records: 2_000,
  undecided: 500,
  stopped: undefined,
  proposed: undefined,
  refusedPayments: 0,
  openPayments: 0,
  payOn: undefined,
  ...over,
});
const past = (records: number, validated: number): PastDay => ({
  date: businessDate('2026-11-21'),
  records,
  cutOffAt: new Date('2026-11-21T16:10:00Z'),
  seconds: { validated, priced: 60, netted: 10, approved: 600, instructed: 5 },
});

describe('the expected end', () => {
  it('goes by the pace of past days: by record where records count', () => {
    const stages = expectedStages(day(), [past(1_000, 100), past(1_000, 120), past(1_000, 900)], at('16:01:00'));
    expect(stages.map(({ stage, usualSeconds }) => [stage, usualSeconds])).toEqual([
      ['cut-off', null],
      ['validated', 240],
      ['priced', 120],
      ['netted', 10],
      ['approved', 600],
      ['instructed', 5],
    ]);
    expect(stages.at(-1)?.expectedAt).toEqual(at('16:16:15'));
  });

  it('is never in the past, and unknown when no day tells', () => {
    const late = expectedStages(day(), [past(1_000, 100)], at('18:00:00'));
    expect(late[1]?.expectedAt).toEqual(at('18:00:00'));
    expect(late.at(-1)?.expectedAt).toEqual(at('18:12:15'));
    expect(expectedStages(day(), [], at('18:00:00')).at(-1)).toMatchObject({ expectedAt: null, usualSeconds: null });
  });

  it('begins with the usual cut-off while the day is open', () => {
    const [cutOff] = expectedStages(day({ state: 'open', reached: [] }), [past(1_000, 100)], at('08:00:00'));
    expect(cutOff).toMatchObject({ at: null, expectedAt: at('16:10:00') });
  });

  it('keeps the clocks of the city', () => {
    expect(atCityTime('2026-11-23', '05:30')).toEqual(at('21:30:00'));
    expect(nextCityTime(at('16:00:00'), '05:30')).toEqual(at('21:30:00'));
    expect(nextCityTime(at('21:30:00'), '05:30')).toEqual(new Date('2026-11-23T21:30:00Z'));
  });
});

describe('what is stuck', () => {
  const facts = (over: Partial<NightFacts> = {}): NightFacts => ({
    now: at('16:30:00'),
    days: [],
    hsmSilentSince: undefined,
    failedJobs: [],
    standingParts: [],
    refusedFiles: 0,
    usualValidationSeconds: 60,
    usualCutOff: undefined,
    today: '2026-11-23',
    ...over,
  });
  const stopped = (code: string) => ({ code, sentence: 'It stopped.', at: at('16:05:00') });
  const cases: Record<StuckReason, Partial<NightFacts>> = {
    'hsm-away': { hsmSilentSince: at('16:20:00') },
    'part-stands-still': { standingParts: [{ part: 'validation', since: at('16:10:00') }] },
    'books-differ': { days: [day({ undecided: 0, stopped: stopped('clearing-day.proof-failed') })] },
    'calendar-ends': { days: [day({ state: 'priced', stopped: stopped('clearing-day.calendar-ends') })] },
    'day-fails': { days: [day({ undecided: 0, stopped: stopped('unexpected') })] },
    'payments-refused': { days: [day({ state: 'instructed', refusedPayments: 2 })] },
    'records-undecided': { days: [day()] },
    'day-before': {
      days: [
        day({ date: businessDate('2026-11-21'), undecided: 0, state: 'settled' }),
        day({ undecided: 0, state: 'settled' }),
      ],
    },
    'not-cut-off': { days: [day({ state: 'open', undecided: 0 })] },
    'approval-missing': { days: [day({ state: 'netted' })] },
    'approval-unconfirmed': { days: [day({ state: 'netted', proposed: { at: at('16:10:00'), by: 'maker' } })] },
    'bank-silent': {
      days: [day({ state: 'instructed', openPayments: 1, payOn: businessDate('2026-11-22') })],
    },
    'jobs-failed': { failedJobs: [{ queue: 'reports', failed: 1, since: at('16:00:00') }] },
    'files-refused': { refusedFiles: 3 },
  };

  it.each(Object.entries(cases))('%s is found by what shows it, and by that alone', (reason, over) => {
    expect(whatIsStuck(facts(over)).map((one) => one.reason)).toEqual([reason]);
  });

  it('is nothing on a quiet night, and the HSM comes before what it holds up', () => {
    expect(whatIsStuck(facts({ days: [day({ since: at('16:29:00') })] }))).toEqual([]);
    const away = whatIsStuck(facts({ days: [day()], hsmSilentSince: at('16:20:00'), refusedFiles: 1 }));
    expect(away.map(({ reason }) => reason)).toEqual(['hsm-away', 'files-refused']);
    expect(STUCK_RULES).toHaveLength(Object.keys(cases).length);
  });
});
