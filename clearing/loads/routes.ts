import {
  answers,
  businessDate,
  cityDate,
  type Database,
  fen,
  type HttpServer,
  idempotent,
  rolesAllowed,
  transact,
  Type,
} from '@citycard/common';
import { cardNo } from '../purses/card-number.ts';
import { approveCredits, findCreditFile, proposeCredits, withdrawCredits } from '../purses/pending-credit.ts';
import { approveLimit, type LimitChange, listLimits, proposeLimit } from './limit-change.ts';
import { LOAD_LIMIT_NAMES, type LoadLimitName } from './limits.ts';
import { approveUndecidedLoad, proposeUndecidedLoad } from './undecided.ts';
import * as said from './answers.ts';

const closed = { additionalProperties: false } as const;
const Id = Type.String({ pattern: '^[0-9]{1,18}$' });
const Amount = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });

const Limit = {
  limitName: Type.Union(LOAD_LIMIT_NAMES.map((name) => Type.Literal(name))),
  validFrom: Type.String({ format: 'date' }),
  /** Left out: no limit from that day on. */
  amountFen: Type.Optional(Amount),
};
const Evidence = Type.String({ minLength: 1, maxLength: 500 });
const LoadParams = Type.Object({ cardNo: Type.String({ maxLength: 24 }), loadId: Id });
const FileParams = Type.Object({ fileId: Id });

/** Lines of one request; a larger file is cut, each part booked on its own. */
const MOST_LINES = 20_000;
const LINE_BYTES = 160;
const Credits = Type.Object(
  {
    payer: Type.String({ pattern: '^[0-9A-Za-z.-]{4,15}$' }),
    account: Type.String({ pattern: '^bank-(custody|receiving):[0-9A-Za-z.-]{1,40}$' }),
    bankReference: Type.String({ pattern: '^[!-~]{1,35}$' }),
    reason: Type.String({ minLength: 1, maxLength: 60, pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]+$' }),
    lines: Type.Array(
      Type.Object(
        {
          key: Type.String({ pattern: '^[0-9A-Za-z._-]{1,40}$' }),
          cardNo: Type.String({ maxLength: 24 }),
          amountFen: Amount,
        },
        closed,
      ),
      { minItems: 1, maxItems: MOST_LINES },
    ),
  },
  closed,
);

const making = { onRequest: rolesAllowed('finance-maker') };
const checking = { onRequest: rolesAllowed('finance-checker') };

/** What people decide about loads: their limits, loads nobody can prove, and credits waiting to be loaded. Two persons each. */
export function registerLoadRoutes(server: HttpServer, { db }: { readonly db: Database }): void {
  limitRoutes(server, db);
  undecidedRoutes(server, db);
  creditRoutes(server, db);
}

function limitRoutes(server: HttpServer, db: Database): void {
  const change = (body: { limitName: LoadLimitName; validFrom: string; amountFen?: number }): LimitChange => ({
    limitName: body.limitName,
    validFrom: businessDate(body.validFrom),
    amountFen: body.amountFen === undefined ? undefined : fen(body.amountFen),
  });
  server.get(
    '/v1/load-limits',
    {
      onRequest: rolesAllowed('finance-maker', 'finance-checker', 'supervisor', 'auditor'),
      schema: { summary: 'Limits of loads by the day they begin', ...answers(said.LimitsInForce) },
    },
    async () => ({ limits: await transact(db, listLimits), names: [...LOAD_LIMIT_NAMES] }),
  );
  server.post(
    '/v1/load-limits',
    {
      ...making,
      schema: { summary: 'Propose a limit of loads from a later day on', body: Type.Object(Limit, closed) },
    },
    async (request, reply) => {
      const answer = await idempotent(db, request, async (tx) => ({
        status: 201,
        body: await proposeLimit(tx, request.principal, change(request.body), cityDate(new Date())),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
  server.post(
    '/v1/load-limits/approval',
    {
      ...checking,
      schema: {
        summary: 'Set a proposed limit: the second person says the same',
        body: Type.Object({ ...Limit, approvalId: Id }, closed),
      },
    },
    async (request, reply) => {
      const { approvalId, ...limit } = request.body;
      const answer = await idempotent(db, request, async (tx) => {
        await approveLimit(tx, request.principal, BigInt(approvalId), change(limit), cityDate(new Date()));
        return { status: 200, body: limit };
      });
      return reply.status(answer.status).send(answer.body);
    },
  );
}

function undecidedRoutes(server: HttpServer, db: Database): void {
  server.post(
    '/v1/undecided-loads/:cardNo/:loadId',
    {
      ...making,
      schema: {
        summary: 'Propose that this load is the one on the card',
        params: LoadParams,
        body: Type.Object({ evidence: Evidence }, closed),
      },
    },
    async (request, reply) => {
      const { params, body, principal } = request;
      const answer = await idempotent(db, request, async (tx) => ({
        status: 201,
        body: await proposeUndecidedLoad(tx, principal, {
          cardNo: cardNo(params.cardNo),
          loadId: BigInt(params.loadId),
          evidence: body.evidence,
        }),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
  server.post(
    '/v1/undecided-loads/:cardNo/:loadId/approval',
    {
      ...checking,
      schema: {
        summary: 'Post the load; all others of its counter are void',
        params: LoadParams,
        body: Type.Object({ approvalId: Id, evidence: Evidence }, closed),
      },
    },
    async (request, reply) => {
      const { params, body, principal } = request;
      const answer = await idempotent(db, request, async (tx) => {
        const decision = { cardNo: cardNo(params.cardNo), loadId: BigInt(params.loadId), evidence: body.evidence };
        await approveUndecidedLoad(tx, principal, BigInt(body.approvalId), decision);
        return { status: 200, body: { loadId: decision.loadId, state: 'posted' } };
      });
      return reply.status(answer.status).send(answer.body);
    },
  );
}

function creditRoutes(server: HttpServer, db: Database): void {
  server.post(
    '/v1/credit-files',
    {
      ...making,
      bodyLimit: MOST_LINES * LINE_BYTES,
      schema: { summary: 'Propose credits to many cards, paid by an employer or an office', body: Credits },
    },
    async (request, reply) => {
      const { lines, ...rest } = request.body;
      const file = { ...rest, lines: lines.map((line) => ({ ...line, amountFen: fen(line.amountFen) })) };
      const answer = await idempotent(db, request, async (tx) => ({
        status: 201,
        body: await proposeCredits(tx, request.principal, file),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
  server.get(
    '/v1/credit-files/:fileId',
    {
      onRequest: rolesAllowed('finance-maker', 'finance-checker', 'supervisor', 'auditor'),
      schema: { summary: 'What became of a file of credits', params: FileParams },
    },
    async ({ params }) => transact(db, (tx) => findCreditFile(tx, BigInt(params.fileId))),
  );
  const decide = (path: string, guard: object, summary: string, act: typeof approveCredits) =>
    server.post(path, { ...guard, schema: { summary, params: FileParams } }, async (request, reply) => {
      const answer = await idempotent(db, request, async (tx) => ({
        status: 200,
        body: await act(tx, request.principal, BigInt(request.params.fileId)),
      }));
      return reply.status(answer.status).send(answer.body);
    });
  decide('/v1/credit-files/:fileId/approval', checking, 'Book the credits: the second person', approveCredits);
  decide('/v1/credit-files/:fileId/withdrawal', making, 'Give a proposed file up', withdrawCredits);
}
