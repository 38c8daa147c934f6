import {
  businessDate,
  type Database,
  fen,
  type HttpServer,
  idempotent,
  type Principal,
  rolesAllowed,
  type Static,
  transact,
  Type,
} from '@citycard/common';
import { AGENT_ACTIONS, approveAction, proposeAction } from './act.ts';
import { compareStatement } from './compare.ts';
import { agentErrors } from './errors.ts';
import { type AgentStatement, keepStatement } from './statement.ts';
import { agentHead, agentHeads } from './view.ts';

const closed = { additionalProperties: false } as const;
const tags = ['agents'];
const ParticipantNo = Type.String({ pattern: '^[0-9A-Za-z.-]{4,15}$' });
const Params = Type.Object({ participantNo: ParticipantNo, date: Type.String({ format: 'date' }) });
const DifferenceParams = Type.Object({ differenceNo: Type.String({ pattern: '^[1-9][0-9]{0,17}$' }) });
const Amount = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const Total = Type.Object({ count: Type.Integer({ minimum: 0, maximum: 10_000_000 }), amountFen: Amount }, closed);
/** About 150 bytes each: what fits a body comfortably. */
const MOST_LINES = 100_000;
const StatementBody = Type.Object(
  {
    loads: Total,
    cancellations: Total,
    lines: Type.Array(
      Type.Object(
        {
          kind: Type.Union([Type.Literal('load'), Type.Literal('cancel')]),
          terminalNo: Type.String({ pattern: '^[!-~]{1,8}$' }),
          batchNo: Type.String({ pattern: '^[0-9]{6}$' }),
          traceNo: Type.String({ pattern: '^[0-9]{6}$' }),
          cardNo: Type.String({ pattern: '^[0-9]{19}$' }),
          amountFen: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
          onlineCounter: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535 })),
        },
        closed,
      ),
      { maxItems: MOST_LINES },
    ),
  },
  closed,
);
const Action = Type.Object(
  {
    action: Type.Union(AGENT_ACTIONS.map((action) => Type.Literal(action))),
    reason: Type.String({ minLength: 3, maxLength: 200, pattern: '^\\P{Cc}+$' }),
  },
  closed,
);

const STAFF = ['finance-maker', 'finance-checker', 'supervisor', 'auditor'] as const;

/** Day files of load agents, their comparison, and what two persons do about a line (docs/reconciliation.md, "Agents and billers"). */
export function registerAgentRoutes(server: HttpServer, { db }: { readonly db: Database }): void {
  const reading = { onRequest: rolesAllowed(...STAFF, 'agent-partner') };
  const path = '/v1/agents/:participantNo/statements/:date';
  server.get(
    '/v1/agent-statements',
    { ...reading, schema: { tags, summary: 'Day files, the newest first; agents see their own' } },
    async ({ principal }) => ({ statements: await agentHeads(db, principal.participantNo) }),
  );
  server.get(
    path,
    {
      ...reading,
      schema: { tags, summary: 'A day file: totals of both sides, after make-up, settlement', params: Params },
    },
    async ({ params, principal }) => {
      refuseOthers(principal, params.participantNo);
      return agentHead(db, params.participantNo, businessDate(params.date));
    },
  );
  server.post(
    path,
    {
      onRequest: rolesAllowed('agent-partner'),
      bodyLimit: 32 * 1024 * 1024,
      schema: {
        tags,
        summary: 'Deliver the file of a day; it is compared line by line',
        params: Params,
        body: StatementBody,
      },
    },
    async ({ params, body, principal }, reply) => {
      refuseOthers(principal, params.participantNo);
      const date = businessDate(params.date);
      await transact(db, async (tx) => {
        await keepStatement(tx, params.participantNo, date, statementOf(body));
        await compareStatement(tx, params.participantNo, date);
      });
      return reply.status(201).send(await agentHead(db, params.participantNo, date));
    },
  );
  server.post(
    '/v1/agent-lines/:differenceNo/action',
    {
      onRequest: rolesAllowed('finance-maker'),
      schema: {
        tags,
        summary: 'Propose what is done about a line that differs',
        params: DifferenceParams,
        body: Action,
      },
    },
    async (request, reply) => {
      const { params, body, principal } = request;
      const answer = await idempotent(db, request, async (tx) => ({
        status: 201,
        body: await proposeAction(tx, principal, BigInt(params.differenceNo), body),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
  server.post(
    '/v1/agent-lines/:differenceNo/action/approval',
    {
      onRequest: rolesAllowed('finance-checker'),
      schema: {
        tags,
        summary: 'Agree, and it is done: loads posted or void, credits booked',
        params: DifferenceParams,
      },
    },
    async (request, reply) => {
      const { params, principal } = request;
      const answer = await idempotent(db, request, async (tx) => ({
        status: 200,
        body: await approveAction(tx, principal, BigInt(params.differenceNo)),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
}

function refuseOthers(principal: Principal, participantNo: string): void {
  const { participantNo: own, roles } = principal;
  if (STAFF.some((role) => roles.includes(role))) return;
  if (own !== participantNo) throw agentErrors.notYours({ own: own ?? 'nobody' });
}

function statementOf({ loads, cancellations, lines }: Static<typeof StatementBody>): AgentStatement {
  const total = ({ count, amountFen }: { count: number; amountFen: number }) => ({ count, amountFen: fen(amountFen) });
  return {
    loads: total(loads),
    cancellations: total(cancellations),
    lines: lines.map(({ onlineCounter, ...line }) => ({
      ...line,
      amountFen: fen(line.amountFen),
      ...(onlineCounter !== undefined && { onlineCounter }),
    })),
  };
}
