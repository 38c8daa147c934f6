import { answers, type Database, type HttpServer, type Role, rolesAllowed, transact, Type } from '@citycard/common';
import { acknowledgeCase, answerCase, closeCase } from './case-acts.ts';
import { type CaseState, listCases, showCase } from './cases.ts';
import { type AddressSeal, listChannels, setChannel, setContact } from './channels.ts';
import { listNotices, readNotice } from './notices.ts';
import { requireOwnSide } from './own-side.ts';
import { endDuty, planDuty, roster } from './roster.ts';
import * as said from './answers.ts';

const closed = { additionalProperties: false } as const;
const Number18 = Type.String({ pattern: '^[1-9][0-9]{0,17}$' });
const CaseParams = Type.Object({ caseNo: Number18 });
const Words = Type.Object({ words: Type.String({ minLength: 3, maxLength: 2_000 }) }, closed);
const PrincipalId = Type.String({ minLength: 1, maxLength: 100 });
const ChannelName = Type.String({ pattern: '^[a-z][a-z0-9-]{0,30}$' });
const Instant = Type.String({ format: 'date-time' });
const STATES: readonly CaseState[] = ['open', 'acknowledged', 'closed'];
const READERS: readonly Role[] = ['supervisor', 'auditor', 'platform', 'finance-maker', 'finance-checker'];
const reading = { onRequest: rolesAllowed(...READERS) };
const supervising = { onRequest: rolesAllowed('supervisor') };
const keeping = { onRequest: rolesAllowed('supervisor', 'platform') };
const ADDRESS_LENGTH = 254;
const DAY_MS = 86_400_000;

interface AlarmRouteDeps {
  readonly db: Database;
  /** Seals what reaches a person; without it nobody can be given an address. */
  readonly seal: AddressSeal;
}

/** Cases over HTTP: seen by many, answered by the company, acknowledged and closed by supervisors alone. */
export function registerCaseRoutes(server: HttpServer, { db }: { readonly db: Database }): void {
  server.get(
    '/v1/alarm-cases',
    {
      ...reading,
      schema: {
        summary: 'Cases, those that moved last first',
        querystring: Type.Object({
          state: Type.Optional(
            Type.Union([Type.Literal('open'), Type.Literal('acknowledged'), Type.Literal('closed')]),
          ),
        }),
        ...answers(said.Cases),
      },
    },
    async ({ query }) => ({
      cases: await listCases(db, query.state === undefined ? STATES.slice(0, 2) : [query.state]),
    }),
  );
  server.get(
    '/v1/alarm-cases/:caseNo',
    {
      ...reading,
      schema: {
        summary: 'A case, what was done with it, its newest alarms',
        params: CaseParams,
        ...answers(said.OneCase),
      },
    },
    async ({ params }) => showCase(db, BigInt(params.caseNo)),
  );
  server.post(
    '/v1/alarm-cases/:caseNo/acknowledgement',
    {
      ...supervising,
      schema: { summary: 'Take note of a case: it goes no further up the roster', params: CaseParams },
    },
    async ({ params, principal }, reply) => {
      await transact(db, (tx) => acknowledgeCase(tx, principal, BigInt(params.caseNo)));
      return reply.status(204).send();
    },
  );
  server.post(
    '/v1/alarm-cases/:caseNo/answers',
    {
      onRequest: rolesAllowed('supervisor', 'platform', 'finance-maker', 'finance-checker'),
      schema: { summary: 'Say something to a case; it stays as open as it was', params: CaseParams, body: Words },
    },
    async ({ params, body, principal }, reply) => {
      await transact(db, (tx) => answerCase(tx, principal, BigInt(params.caseNo), body.words));
      return reply.status(204).send();
    },
  );
  server.post(
    '/v1/alarm-cases/:caseNo/closing',
    { ...supervising, schema: { summary: 'Close a case with a finding', params: CaseParams, body: Words } },
    async ({ params, body, principal }, reply) => {
      await transact(db, (tx) => closeCase(tx, principal, BigInt(params.caseNo), body.words));
      return reply.status(204).send();
    },
  );
  noticeRoutes(server, db);
}

function noticeRoutes(server: HttpServer, db: Database): void {
  server.get(
    '/v1/notices',
    {
      onRequest: rolesAllowed('supervisor', 'auditor', 'platform'),
      schema: {
        summary: 'What was sent to whom, when, and read by whom',
        querystring: Type.Object({ caseNo: Type.Optional(Number18) }),
        ...answers(said.Notices),
      },
    },
    async ({ query }) => ({
      notices: await listNotices(db, query.caseNo === undefined ? {} : { caseNo: BigInt(query.caseNo) }),
    }),
  );
  server.get(
    '/v1/notices/mine',
    {
      onRequest: rolesAllowed('supervisor', 'platform', 'finance-maker', 'finance-checker'),
      schema: { summary: 'What was sent to whoever asks', ...answers(said.Notices) },
    },
    async ({ principal }) => ({ notices: await listNotices(db, { principalId: principal.id }) }),
  );
  server.post(
    '/v1/notices/:noticeNo/reading',
    {
      onRequest: rolesAllowed('supervisor', 'platform', 'finance-maker', 'finance-checker'),
      schema: { summary: 'Say that one has read a message', params: Type.Object({ noticeNo: Number18 }) },
    },
    async ({ params, principal }, reply) => {
      await transact(db, (tx) => readNotice(tx, principal, BigInt(params.noticeNo)));
      return reply.status(204).send();
    },
  );
}

/** Roster, channels and addresses over HTTP. */
export function registerRosterRoutes(server: HttpServer, { db, seal }: AlarmRouteDeps): void {
  server.get(
    '/v1/duties',
    {
      ...reading,
      schema: {
        summary: 'Who is on duty, and by which channels they are reached',
        querystring: Type.Object({ from: Type.Optional(Instant), to: Type.Optional(Instant) }),
        ...answers(said.Duties),
      },
    },
    async ({ query }) => {
      const from = query.from === undefined ? new Date() : new Date(query.from);
      const to = query.to === undefined ? new Date(from.getTime() + 7 * DAY_MS) : new Date(query.to);
      return { duties: await roster(db, from, to) };
    },
  );
  server.post(
    '/v1/duties',
    {
      ...keeping,
      schema: {
        summary: 'Put somebody on duty',
        body: Type.Object(
          {
            level: Type.Integer({ minimum: 0, maximum: 2 }),
            principalId: PrincipalId,
            beginsAt: Instant,
            endsAt: Instant,
          },
          closed,
        ),
      },
    },
    async ({ body, principal }, reply) => {
      const duty = { ...body, beginsAt: new Date(body.beginsAt), endsAt: new Date(body.endsAt) };
      const planned = await transact(db, async (tx) => {
        await requireOwnSide(tx, principal, { principalId: body.principalId });
        return planDuty(tx, principal, duty);
      });
      return reply.status(201).send(planned);
    },
  );
  server.post(
    '/v1/duties/:shiftNo/end',
    { ...keeping, schema: { summary: 'End a duty now', params: Type.Object({ shiftNo: Number18 }) } },
    async ({ params, principal }, reply) => {
      const shiftNo = BigInt(params.shiftNo);
      await transact(db, async (tx) => {
        await requireOwnSide(tx, principal, { shiftNo });
        await endDuty(tx, principal, shiftNo);
      });
      return reply.status(204).send();
    },
  );
  channelRoutes(server, { db, seal });
}

function channelRoutes(server: HttpServer, { db, seal }: AlarmRouteDeps): void {
  server.get('/v1/notice-channels', { ...reading, schema: { summary: 'Ways by which messages go out' } }, async () => ({
    channels: await listChannels(db),
  }));
  server.put(
    '/v1/notice-channels/:channel',
    {
      ...keeping,
      schema: {
        summary: 'Set a way up by which messages go out',
        params: Type.Object({ channel: ChannelName }),
        body: Type.Object(
          {
            kind: Type.Union([Type.Literal('webhook'), Type.Literal('sms'), Type.Literal('email')]),
            endpoint: Type.String({ maxLength: 500 }),
            sender: Type.Optional(Type.String({ maxLength: ADDRESS_LENGTH })),
          },
          closed,
        ),
      },
    },
    async ({ params, body, principal }, reply) => {
      await transact(db, async (tx) => {
        await requireOwnSide(tx, principal, { channel: params.channel });
        await setChannel(tx, principal, { ...params, ...body });
      });
      return reply.status(204).send();
    },
  );
  server.put(
    '/v1/duty-contacts/:principalId/:channel',
    {
      ...keeping,
      schema: {
        summary: 'Say how somebody on duty is reached; the address is sealed and never shown again',
        params: Type.Object({ principalId: PrincipalId, channel: ChannelName }),
        body: Type.Object({ address: Type.String({ minLength: 1, maxLength: ADDRESS_LENGTH }) }, closed),
      },
    },
    async ({ params, body, principal }, reply) => {
      await transact(db, async (tx) => {
        await requireOwnSide(tx, principal, { principalId: params.principalId });
        await setContact(tx, principal, { ...params, address: body.address }, seal);
      });
      return reply.status(204).send();
    },
  );
}
