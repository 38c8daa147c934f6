import { answers, type Database, type HttpServer, rolesAllowed, transact, Type } from '@citycard/common';
import { History, Terminal, Terminals } from './answers.ts';
import { registerChangeRoutes } from './changes/routes.ts';
import type { ChangeDeps } from './changes/kinds.ts';
import { estateErrors } from './errors.ts';
import { registerListRoutes } from '../lists/routes.ts';
import { listTerminals, terminalHistory, viewTerminal, type TerminalView } from './listing.ts';
import { registerModelRoutes } from './model-routes.ts';
import { registerTerminal, registerTerminals } from './registration.ts';
import { readRegistration } from './registration-row.ts';
import { Functions, GroupName, Industry, Mac, Model, ParticipantNo, SamNo, TerminalNo } from './request-fields.ts';
import { registerTerminalStepRoutes } from './step-routes.ts';

export interface TerminalRouteDeps extends Omit<ChangeDeps, 'passedReport'>, Partial<Pick<ChangeDeps, 'passedReport'>> {
  readonly db: Database;
}

/** What one request may register: its answer names every row. */
const MOST_ROWS = 20_000;
const BULK_BYTES = 16 * 1024 * 1024;
const PAGE = 100;
const LARGEST_PAGE = 1000;

const Registration = Type.Object(
  {
    terminalNo: TerminalNo,
    participantNo: ParticipantNo,
    industry: Industry,
    samNo: Type.Optional(SamNo),
    functions: Functions,
    macAlgorithm: Mac,
    model: Type.Optional(Model),
    groupName: Type.Optional(GroupName),
    tlsOnly: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);

/** The terminal estate over HTTP: register, look, key, assign, provision, take out of service; models, parameters, lists. */
export function registerTerminalRoutes(server: HttpServer, deps: TerminalRouteDeps): void {
  // Without a reader of acceptance reports nothing is accepted.
  const changeDeps = { ...deps, passedReport: deps.passedReport ?? (() => Promise.resolve(undefined)) };
  registrationRoutes(server, deps);
  readingRoutes(server, deps.db);
  registerTerminalStepRoutes(server, deps.db);
  registerChangeRoutes(server, deps.db, changeDeps);
  registerModelRoutes(server, deps.db);
  registerListRoutes(server, deps.db);
}

function registrationRoutes(server: HttpServer, { db, demo }: Pick<TerminalRouteDeps, 'db' | 'demo'>): void {
  const platform = { onRequest: rolesAllowed('platform') };
  server.post(
    '/v1/terminals',
    { ...platform, schema: { summary: 'Register a terminal', body: Registration } },
    async ({ body, principal }, reply) => {
      await transact(db, (tx) => registerTerminal(tx, principal, body, { demo }));
      return reply.status(201).send({ terminalNo: body.terminalNo });
    },
  );
  server.post(
    '/v1/terminal-registrations',
    {
      ...platform,
      bodyLimit: BULK_BYTES,
      schema: {
        summary: 'Register many terminals; rows that cannot be are answered with what is wrong with each',
        body: Type.Object(
          {
            allOrNothing: Type.Boolean(),
            // Loosely typed, so that one bad row does not refuse the others unread.
            rows: Type.Array(Type.Record(Type.String({ maxLength: 40 }), Type.Unknown()), {
              minItems: 1,
              maxItems: MOST_ROWS,
            }),
          },
          { additionalProperties: false },
        ),
      },
    },
    async ({ body, principal }) => {
      const read = body.rows.map(readRegistration);
      const good = read.flatMap((row) => ('terminal' in row ? [row.terminal] : []));
      const unreadable = read.length - good.length;
      const barred = body.allOrNothing && unreadable > 0;
      const outcomes = await transact(db, (tx) =>
        registerTerminals(tx, principal, good, { demo, allOrNothing: body.allOrNothing, dryRun: barred }),
      );
      let next = 0;
      const all = read.map((row) =>
        'terminal' in row ? outcomes[next++] : { outcome: 'refused' as const, error: row.error },
      );
      const bad = all.flatMap((one, index) =>
        one?.outcome === 'refused'
          ? [{ row: index + 1, terminalNo: nameOf(body.rows[index]), code: one.error.code, problem: one.error.message }]
          : [],
      );
      const nothing = body.allOrNothing && bad.length > 0;
      const count = (outcome: string) => all.filter((one) => one?.outcome === outcome).length;
      return {
        rows: all.length,
        registered: nothing ? 0 : count('registered'),
        unchanged: count('unchanged'),
        refused: bad.length,
        bad,
      };
    },
  );
}

const nameOf = (row: Record<string, unknown> | undefined): string => String(row?.['terminalNo'] ?? '').slice(0, 20);

function readingRoutes(server: HttpServer, db: Database): void {
  const readers = {
    onRequest: rolesAllowed('platform', 'auditor', 'supervisor', 'operator-partner', 'agent-partner', 'biller-partner'),
  };
  const Params = Type.Object({ terminalNo: TerminalNo });
  const Count = Type.Integer({ minimum: 0 });
  server.get(
    '/v1/terminals',
    {
      ...readers,
      schema: {
        summary: 'Terminals, by number; partners see their own',
        querystring: Type.Object(
          {
            participantNo: Type.Optional(ParticipantNo),
            status: Type.Optional(
              Type.Union([Type.Literal('active'), Type.Literal('suspended'), Type.Literal('retired')]),
            ),
            industry: Type.Optional(Industry),
            model: Type.Optional(Model),
            groupName: Type.Optional(GroupName),
            silentHours: Type.Optional(Count),
            hotlistOlderThanHours: Type.Optional(Count),
            parametersOtherThan: Type.Optional(Count),
            softwareNotAccepted: Type.Optional(Type.Boolean()),
            withoutKey: Type.Optional(Type.Boolean()),
            cursor: Type.Optional(Type.String({ maxLength: 40 })),
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: LARGEST_PAGE })),
          },
          { additionalProperties: false },
        ),
        ...answers(Terminals),
      },
    },
    async ({ query, principal }) => {
      const limit = query.limit ?? PAGE;
      const { cursor, silentHours, hotlistOlderThanHours, parametersOtherThan, participantNo, ...rest } = query;
      const whose = principal.kind === 'partner' ? (principal.participantNo ?? '') : participantNo;
      const terminals = await listTerminals(
        db,
        {
          ...rest,
          ...(whose !== undefined && { participantNo: whose }),
          ...(silentHours !== undefined && { silentSince: hoursAgo(silentHours) }),
          ...(hotlistOlderThanHours !== undefined && { lackingSince: hoursAgo(hotlistOlderThanHours) }),
          ...(parametersOtherThan !== undefined && { parametersOtherThan: BigInt(parametersOtherThan) }),
        },
        { after: readCursor(cursor), limit },
      );
      const last = terminals.length === limit ? terminals.at(-1)?.terminalNo : undefined;
      return { terminals, ...(last !== undefined && { cursor: Buffer.from(last).toString('base64url') }) };
    },
  );
  server.get(
    '/v1/terminals/:terminalNo',
    { ...readers, schema: { summary: 'A terminal', params: Params, ...answers(Terminal) } },
    async ({ params, principal, headers }, reply) => {
      const view = await viewTerminal(db, params.terminalNo);
      if (principal.kind === 'partner' && principal.participantNo !== view.participantNo)
        throw estateErrors.notYours({ terminalNo: params.terminalNo });
      const tag = entityTag(view);
      void reply.header('etag', tag);
      if (headers['if-none-match'] === tag) return reply.status(304).send();
      return view;
    },
  );
  server.get(
    '/v1/terminals/:terminalNo/history',
    {
      onRequest: rolesAllowed('platform', 'auditor', 'supervisor'),
      schema: {
        summary: 'What happened to a terminal: acts, owners, SAMs, parameters',
        params: Params,
        ...answers(History),
      },
    },
    async ({ params }) => terminalHistory(db, params.terminalNo),
  );
}

const hoursAgo = (hours: number): Date => new Date(Date.now() - hours * 3_600_000);

function readCursor(cursor: string | undefined): string {
  if (cursor === undefined) return '';
  const after = Buffer.from(cursor, 'base64url').toString('latin1');
  if (!/^[0-9A-Za-z]{8}$/.test(after)) throw estateErrors.badCursor();
  return after;
}

/** The number of what people have decided, then what the terminal did since; If-Match compares the first part only. */
function entityTag(view: TerminalView): string {
  const done = [view.lastSeenAt, view.hotlistConfirmedAt, view.parametersConfirmedAt, view.hotlistLackingSince];
  const latest = Math.max(...done.map((at) => at?.getTime() ?? 0));
  return `"${view.revision}.${latest.toString(36)}"`;
}
