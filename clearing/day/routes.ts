import {
  type BusinessDate,
  businessDate,
  type HttpServer,
  recordAct,
  rolesAllowed,
  transact,
  Type,
} from '@citycard/common';
import { floatPosition } from '../float/float-position.ts';
import { listObligations, listPositions } from '../netting/net-day.ts';
import { daySummary } from '../reports/day-summary.ts';
import { readReports } from '../reports/day-reports.ts';
import {
  approveReinstruction,
  approveSettlement,
  proposeReinstruction,
  proposeSettlement,
} from '../settlement/approval.ts';
import { listMessages, messageXml } from '../settlement/instruct.ts';
import { listSheets, sheetsSha256 } from '../settlement/sheets.ts';
import { cutOff, listDays, readDay } from './days.ts';
import type { ClearingDayDeps } from './deps.ts';
import { dayErrors } from './errors.ts';
import { listStages } from './evidence.ts';

const DateParams = Type.Object({ date: Type.String({ pattern: '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$' }) });
const ApprovalParams = Type.Object({
  date: DateParams.properties.date,
  approvalId: Type.String({ pattern: '^[1-9]\\d{0,17}$' }),
});
const ApprovalBody = Type.Object({ sheetsSha256: Type.String({ pattern: '^[0-9a-f]{64}$' }) });

const READERS = ['finance-maker', 'finance-checker', 'supervisor', 'auditor'] as const;

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
  const checking = { onRequest: rolesAllowed('finance-checker') };
  const banking = { onRequest: rolesAllowed('bank-partner') };
  const wake = () => {
    void deps.wake?.();
  };

  server.get('/v1/clearing-days', { ...reading, schema: { summary: 'Business days, newest first' } }, async () => ({
    days: await listDays(db),
  }));
  server.get(
    '/v1/clearing-days/:date',
    { ...reading, schema: { summary: 'A business day: stages with evidence, sheets, positions', params: DateParams } },
    async ({ params }) => describeDay(deps, dateOf(params)),
  );
  server.post(
    '/v1/clearing-days/:date/cut-off',
    { ...making, schema: { summary: 'Cut off the open day and open the next', params: DateParams } },
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
  server.post(
    '/v1/clearing-days/:date/approval',
    { ...making, schema: { summary: 'Propose the day’s sheets', params: DateParams, body: ApprovalBody } },
    async ({ params, body, principal }, reply) => {
      const date = dateOf(params);
      const proposal = await transact(db, (tx) => proposeSettlement(tx, principal, date, body.sheetsSha256));
      return reply.status(201).send(proposal);
    },
  );
  server.post(
    '/v1/clearing-days/:date/approval/:approvalId',
    { ...checking, schema: { summary: 'Confirm the proposed sheets', params: ApprovalParams } },
    async ({ params, principal }) => {
      const [date, approvalId] = [dateOf(params), BigInt(params.approvalId)];
      const approved = await transact(db, (tx) => approveSettlement(tx, principal, date, approvalId));
      wake();
      return approved;
    },
  );
  server.post(
    '/v1/clearing-days/:date/reinstruction',
    { ...making, schema: { summary: 'Propose to instruct refused payments again', params: DateParams } },
    async ({ params, principal }, reply) => {
      const date = dateOf(params);
      const proposal = await transact(db, (tx) => proposeReinstruction(tx, principal, date));
      return reply.status(201).send(proposal);
    },
  );
  server.post(
    '/v1/clearing-days/:date/reinstruction/:approvalId',
    { ...checking, schema: { summary: 'Confirm and instruct refused payments again', params: ApprovalParams } },
    async ({ params, principal }) =>
      approveReinstruction(db, principal, dateOf(params), BigInt(params.approvalId), deps),
  );
  server.get(
    '/v1/clearing-days/:date/reports',
    { ...reading, schema: { summary: 'The reports of a closed day, as they were made', params: DateParams } },
    async ({ params }) => ({ reports: await readReports(db, dateOf(params)) }),
  );

  server.get(
    '/v1/settlement/instructions',
    {
      ...banking,
      schema: {
        summary: 'Payment messages with payments still out',
        querystring: Type.Object({ status: Type.Optional(Type.Literal('pending')) }),
      },
    },
    async () => listMessages(db),
  );
  server.get(
    '/v1/settlement/instructions/:messageId',
    {
      ...banking,
      schema: { summary: 'The pain.001', params: Type.Object({ messageId: Type.String({ maxLength: 35 }) }) },
    },
    async ({ params }, reply) => {
      const xml = await messageXml(db, params.messageId);
      return reply.type('application/xml; charset=utf-8').send(xml);
    },
  );

  server.get(
    '/v1/float/:date',
    { ...reading, schema: { summary: 'The float identity at the end of a day', params: DateParams } },
    async ({ params }) => {
      const { date } = await readDay(db, dateOf(params));
      return floatPosition(db, date);
    },
  );
  server.get(
    '/v1/days/:date/summary',
    { ...reading, schema: { summary: 'What happened on a day', params: DateParams } },
    async ({ params }) => daySummary(db, dateOf(params)),
  );
}

/** The day of the path. @throws CityCardError `clearing-day.unknown` for a day that no calendar has. */
function dateOf({ date }: { readonly date: string }): BusinessDate {
  try {
    return businessDate(date);
  } catch (cause) {
    throw dayErrors.unknown({ date }, cause);
  }
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
    messages: await listMessages(db, date),
  };
}
