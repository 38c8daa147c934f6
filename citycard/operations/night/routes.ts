import { nightDays, pastPace } from '@citycard/clearing';
import {
  answers,
  businessDate,
  cityDate,
  type Database,
  type HttpServer,
  type QueueWatch,
  rolesAllowed,
  Type,
  type WorkingCalendar,
} from '@citycard/common';
import { refusedDeliveries } from '@citycard/reconciliation';
import type { HsmWatchState } from '../hsm/hsm-probe.ts';
import { knownProcesses } from '../processes/processes.ts';
import { standingParts, workingParts } from '../processes/working-parts.ts';
import { atCityTime, expectedStages, nextCityTime, usualCutOff } from './expected.ts';
import { whatIsStuck } from './stuck-rules.ts';

export interface NightDeps {
  readonly db: Database;
  readonly hsm: () => HsmWatchState;
  readonly queues: QueueWatch | undefined;
  readonly calendar: WorkingCalendar;
  /** Times of day of the city, `HH:MM`: until when the bank takes payments for the day, and when the first bus leaves. */
  readonly bankCutOff: string;
  readonly firstBus: string;
}

/** Silence of the HSM that counts: shorter ones are a restart. */
const HSM_SILENT_MS = 15_000;

const Maybe = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()]);
const Stage = Type.Object({
  stage: Type.String(),
  at: Maybe(Type.String()),
  expectedAt: Maybe(Type.String()),
  usualSeconds: Maybe(Type.Number()),
});

/** The night in one answer: where the days stand, when tonight ends, what is stuck and what to do about it. */
export function registerNightRoutes(server: HttpServer, deps: NightDeps): void {
  server.get(
    '/v1/operations/night',
    {
      onRequest: rolesAllowed('platform', 'auditor', 'supervisor', 'finance-maker', 'finance-checker'),
      schema: {
        summary: 'Days that are not closed, when tonight’s is expected to be instructed, and what is stuck',
        ...answers(
          Type.Object({
            now: Type.String(),
            tonight: Maybe(
              Type.Object({
                date: Type.String(),
                state: Type.String(),
                records: Type.Integer(),
                undecided: Type.Integer(),
                stages: Type.Array(Stage),
                machinesEndAt: Maybe(Type.String()),
                firstBusAt: Type.String(),
                beforeFirstBus: Maybe(Type.Boolean()),
                bankAt: Maybe(Type.String()),
                bankCutOffAt: Maybe(Type.String()),
                beforeBankCutOff: Maybe(Type.Boolean()),
                pastDays: Type.Integer(),
              }),
            ),
            days: Type.Array(
              Type.Object({
                date: Type.String(),
                state: Type.String(),
                since: Type.String(),
                records: Type.Integer(),
                undecided: Type.Integer(),
                openPayments: Type.Integer(),
                refusedPayments: Type.Integer(),
              }),
            ),
            stuck: Type.Array(
              Type.Object({
                reason: Type.String(),
                subject: Type.String(),
                since: Type.Optional(Type.String()),
                role: Type.String(),
                page: Type.String(),
              }),
            ),
          }),
        ),
      },
    },
    () => describeNight(deps, new Date()),
  );
}

/** The day the night is about: the oldest that the machines or the bank still wait for, else the one that is open. */
const TONIGHT = ['cut-off', 'validated', 'priced', 'netted', 'approved'];

export async function describeNight(deps: NightDeps, now: Date): Promise<object> {
  const { db } = deps;
  const [days, past, counts, refusedFiles, processes] = await Promise.all([
    nightDays(db),
    pastPace(db),
    deps.queues?.counts() ?? [],
    refusedDeliveries(db),
    knownProcesses(db),
  ]);
  const tonight = days.find(({ state }) => TONIGHT.includes(state)) ?? days.find(({ state }) => state === 'open');
  const stages = tonight === undefined ? [] : expectedStages(tonight, past, now);
  const timeOf = (stage: string) => stages.find((one) => one.stage === stage);
  const endOf = (stage: string) => timeOf(stage)?.at ?? timeOf(stage)?.expectedAt ?? null;
  const machinesEndAt = endOf('netted');
  const bankAt = endOf('instructed');
  const firstBusAt = nextCityTime(timeOf('cut-off')?.expectedAt ?? now, deps.firstBus);
  const payOn = tonight === undefined ? undefined : (tonight.payOn ?? nextWorkingDay(deps.calendar, tonight.date));
  const bankCutOffAt = payOn === undefined ? null : atCityTime(payOn, deps.bankCutOff);
  const { silentSince } = deps.hsm();
  const stuck = whatIsStuck({
    now,
    days,
    hsmSilentSince:
      silentSince !== undefined && now.getTime() - silentSince.getTime() > HSM_SILENT_MS ? silentSince : undefined,
    failedJobs: counts.map(({ queue, counts: { failed }, lastFailure }) => ({ queue, failed, since: lastFailure?.at })),
    standingParts: standingParts(workingParts(processes)),
    refusedFiles,
    usualValidationSeconds: timeOf('validated')?.usualSeconds ?? undefined,
    usualCutOff: tonight?.state === 'open' ? usualCutOff(tonight.date, past) : undefined,
    today: cityDate(now),
  });
  return {
    now,
    tonight:
      tonight === undefined
        ? null
        : {
            date: tonight.date,
            state: tonight.state,
            records: tonight.records,
            undecided: tonight.undecided,
            stages,
            machinesEndAt,
            firstBusAt,
            beforeFirstBus: machinesEndAt === null ? null : machinesEndAt < firstBusAt,
            bankAt,
            bankCutOffAt,
            beforeBankCutOff: bankAt === null || bankCutOffAt === null ? null : bankAt < bankCutOffAt,
            pastDays: past.length,
          },
    days: days.map(({ date, state, since, records, undecided, openPayments, refusedPayments }) => ({
      date,
      state,
      since,
      records,
      undecided,
      openPayments,
      refusedPayments,
    })),
    stuck,
  };
}

/** Undefined beyond the announced years: nobody knows which days banks work then. */
function nextWorkingDay(calendar: WorkingCalendar, date: string): string | undefined {
  const day = businessDate(date);
  return day >= calendar.firstDate && day < calendar.lastDate ? calendar.nextWorkingDay(day) : undefined;
}
