import {
  answers,
  addDays,
  type BusinessDate,
  type HttpServer,
  recordAct,
  rolesAllowed,
  transact,
  Type,
} from '@citycard/common';
import { calendarInForce } from '../calendar/in-force.ts';
import { calendarDays } from '../calendar/working-days.ts';
import { floatPosition } from '../float/float-position.ts';
import { listObligations, listPositions, listSettlements } from '../netting/net-day.ts';
import { daySummary } from '../reports/day-summary.ts';
import { readReports } from '../reports/day-reports.ts';
import { listMessages } from '../settlement/instruct.ts';
import { registerSettlementRoutes } from '../settlement/routes.ts';
import { listSheets, sheetsSha256 } from '../settlement/sheets.ts';
import { dayErrors } from './errors.ts';
import { cutOff, listDays, readDay } from './days.ts';
import type { ClearingDayDeps } from './deps.ts';
import { DateParams, dateOf } from './date-of-path.ts';
import { listStages } from './evidence.ts';
import * as said from './answers.ts';

const READERS = ['finance-maker', 'finance-checker', 'supervisor', 'auditor'] as const;

/** Two years: what a calendar on paper shows. */
const LONGEST_CALENDAR_DAYS = 731;
const Range = Type.Object({ from: DateParams.properties.date, to: DateParams.properties.date });

export interface ClearingDayRouteDeps extends ClearingDayDeps {
  /** Called after a cut-off or an approval, so that jobs go on at once; see registerClearingJobs. */
  readonly wake?: () => Promise<void>;
}

/**
 * The clearing day over HTTP: days and their evidence, cut-off, approval of the sheets by two persons, payment messages
 * for the bank, float and summary. Roles as in docs/interfaces.md.
 */
export function registerClearingDayRoutes(server: HttpServer, deps: ClearingDayRouteDeps): void {
  const { db } = deps;
  const reading = { onRequest: rolesAllowed(...READERS) };
  const making = { onRequest: rolesAllowed('finance-maker') };
  const wake = () => {
    void deps.wake?.();
  };

  server.get(
    '/v1/clearing-days',
    { ...reading, schema: { summary: 'Business days, newest first', ...answers(said.Days) } },
    async () => ({
      days: await listDays(db),
    }),
  );
  server.get(
    '/v1/clearing-days/:date',
    {
      ...reading,
      schema: {
        summary: 'A business day: stages with evidence, sheets, positions',
        params: DateParams,
        ...answers(said.Day),
      },
    },
    async ({ params }) => describeDay(deps, dateOf(params)),
  );
  server.post(
    '/v1/clearing-days/:date/cut-off',
    {
      ...making,
      schema: { summary: 'Cut off the open day and open the next', params: DateParams, ...answers(said.Cut, 202) },
    },
    async ({ params, principal }, reply) => {
      const date = dateOf(params);
      const result = await transact(db, async (tx) => {
        const cut = await cutOff(tx, date);
        if (!cut.repeated) await recordAct(tx, principal, { act: 'cut-off', subject: date });
        return cut;
      });
      wake();
      return reply.status(202).send(result);
    },
  );
  server.get(
    '/v1/clearing-days/:date/reports',
    { ...reading, schema: { summary: 'The reports of a closed day, as they were made', params: DateParams } },
    async ({ params }) => ({ reports: await readReports(db, dateOf(params)) }),
  );

  server.get(
    '/v1/working-days',
    {
      ...reading,
      schema: {
        summary: 'Which days banks work, weekends, holidays and days made up for',
        querystring: Range,
        ...answers(said.WorkingDays),
      },
    },
    async ({ query }) => {
      const [from, to] = [dateOf({ date: query.from }), dateOf({ date: query.to })];
      if (from > to || addDays(from, LONGEST_CALENDAR_DAYS) < to)
        throw dayErrors.rangeBad({ from, to, most: LONGEST_CALENDAR_DAYS });
      const calendar = await calendarInForce(db, deps.calendar);
      return { announcedUntil: calendar.announcedUntil, days: calendarDays(calendar, from, to) };
    },
  );

  registerSettlementRoutes(server, { ...deps, wake });
  server.get(
    '/v1/float/:date',
    {
      ...reading,
      schema: { summary: 'The float identity at the end of a day', params: DateParams, ...answers(said.FloatOfDay) },
    },
    async ({ params }) => {
      const { date } = await readDay(db, dateOf(params));
      return floatPosition(db, date);
    },
  );
  server.get(
    '/v1/days/:date/summary',
    { ...reading, schema: { summary: 'What happened on a day', params: DateParams, ...answers(said.Summary) } },
    async ({ params }) => daySummary(db, dateOf(params)),
  );
}

async function describeDay(deps: ClearingDayRouteDeps, date: BusinessDate) {
  const { db } = deps;
  const day = await readDay(db, date);
  const sheets = await listSheets(db, date);
  return {
    ...day,
    stages: await listStages(db, date),
    sheets,
    sheetsSha256: sheetsSha256(sheets),
    positions: await listPositions(db, date),
    obligations: await listObligations(db, date),
    settlements: await listSettlements(db, date),
    messages: await listMessages(db, date),
  };
}
