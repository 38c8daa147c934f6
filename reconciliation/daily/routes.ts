import {
  answers,
  addDays,
  businessDate,
  cityDate,
  type Database,
  type HttpServer,
  idempotent,
  recordAct,
  rolesAllowed,
  transact,
  Type,
} from '@citycard/common';
import { approveSettleAfterEqual, proposeSettleAfterEqual } from '@citycard/clearing';
import { lookStandings, orderLooks } from './daily-look.ts';
import { dailyErrors } from './errors.ts';
import { approvePatience, PATIENCE_SUBJECTS, patienceInForce, proposePatience } from './patience.ts';
import * as said from './answers.ts';

const closed = { additionalProperties: false } as const;
const tags = ['reconciliation'];
const ApprovalId = Type.String({ pattern: '^[1-9][0-9]{0,17}$' });
const DayParams = Type.Object({ date: Type.String({ format: 'date' }) });
const Patience = {
  subject: Type.Union(PATIENCE_SUBJECTS.map((subject) => Type.Literal(subject))),
  days: Type.Integer({ minimum: 0, maximum: 90 }),
};
const AfterEqual = {
  participantNo: Type.String({ pattern: '^[0-9A-Za-z.-]{4,15}$' }),
  afterEqual: Type.Boolean(),
  from: Type.String({ format: 'date' }),
};
const reading = { onRequest: rolesAllowed('finance-maker', 'finance-checker', 'platform', 'supervisor', 'auditor') };
const making = { onRequest: rolesAllowed('finance-maker') };
const checking = { onRequest: rolesAllowed('finance-checker') };

/** The daily looks (docs/reconciliation.md, "Day by day"): how far they are, ordering them anew, and what they are patient with. */
export function registerDailyRoutes(server: HttpServer, { db }: { readonly db: Database }): void {
  server.get(
    '/v1/reconciliation/days',
    {
      ...reading,
      schema: {
        tags,
        summary: 'The newest daily looks: state, differences found, opened, ended',
        ...answers(said.Looks),
      },
    },
    async () => ({ looks: await lookStandings(db) }),
  );
  server.get(
    '/v1/reconciliation/days/:date',
    { ...reading, schema: { tags, summary: 'The daily looks of one day', params: DayParams } },
    async ({ params }) => ({ looks: await lookStandings(db, businessDate(params.date)) }),
  );
  server.post(
    '/v1/reconciliation/days/:date',
    { ...making, schema: { tags, summary: 'Have a day looked at once more', params: DayParams } },
    async ({ params, principal }, reply) => {
      const date = businessDate(params.date);
      if (date > addDays(cityDate(new Date()), -1)) throw dailyErrors.dayNotOver({ date });
      await transact(db, async (tx) => {
        await orderLooks(tx, date, principal.id);
        await recordAct(tx, principal, { act: 'order-reconciliation', subject: date });
      });
      return reply.status(202).send({ looks: await lookStandings(db, date) });
    },
  );
  patienceRoutes(server, db);
  afterEqualRoutes(server, db);
}

function patienceRoutes(server: HttpServer, db: Database): void {
  server.get(
    '/v1/reconciliation/patience',
    { ...reading, schema: { tags, summary: 'Days a side may be late before that is a difference, by subject' } },
    async () => ({ days: await patienceInForce(db) }),
  );
  server.post(
    '/v1/reconciliation/patience',
    { ...making, schema: { tags, summary: 'Propose other days of patience', body: Type.Object(Patience, closed) } },
    async ({ body, principal }, reply) =>
      reply.status(201).send(await transact(db, (tx) => proposePatience(tx, principal, body))),
  );
  server.post(
    '/v1/reconciliation/patience/approval',
    {
      ...checking,
      schema: {
        tags,
        summary: 'Set proposed days of patience: the second person says the same',
        body: Type.Object({ ...Patience, approvalId: ApprovalId }, closed),
      },
    },
    async ({ body: { approvalId, ...change }, principal }) =>
      transact(db, (tx) => approvePatience(tx, principal, BigInt(approvalId), change)),
  );
}

function afterEqualRoutes(server: HttpServer, db: Database): void {
  const changeOf = (body: { participantNo: string; afterEqual: boolean; from: string }) => ({
    ...body,
    from: businessDate(body.from),
  });
  server.post(
    '/v1/settle-after-equal',
    {
      ...making,
      schema: {
        tags,
        summary: 'Propose that a participant is settled only after both sides are equal, or no longer so',
        body: Type.Object(AfterEqual, closed),
      },
    },
    async (request, reply) => {
      const answer = await idempotent(db, request, async (tx) => ({
        status: 201,
        body: await proposeSettleAfterEqual(tx, request.principal, changeOf(request.body)),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
  server.post(
    '/v1/settle-after-equal/approval',
    {
      ...checking,
      schema: {
        tags,
        summary: 'Agree that a participant is settled only after equal, or no longer so',
        body: Type.Object({ ...AfterEqual, approvalId: ApprovalId }, closed),
      },
    },
    async (request, reply) => {
      const { approvalId, ...body } = request.body;
      const answer = await idempotent(db, request, async (tx) => {
        await approveSettleAfterEqual(tx, request.principal, BigInt(approvalId), changeOf(body));
        return { status: 200, body };
      });
      return reply.status(answer.status).send(answer.body);
    },
  );
}
