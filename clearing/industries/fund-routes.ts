import { type Database, fen, type HttpServer, idempotent, rolesAllowed, Type } from '@citycard/common';
import { INDUSTRY_CODE, industryOfCode } from './code.ts';
import { approveFundCredits, orderFundCredits } from './fund-credits.ts';
import { approveFundPayment, fundPosition, proposeFundPayment } from './fund-payments.ts';

const closed = { additionalProperties: false } as const;
const CodeParams = Type.Object({ code: Type.String({ pattern: INDUSTRY_CODE }) });
const Reference = Type.String({ pattern: '^[!-~]{1,40}$' });
const Amount = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
/** Lines of one list: what fits the body and one transaction comfortably. */
const MOST_LINES = 10_000;
const CreditList = Type.Object(
  {
    reference: Reference,
    lines: Type.Array(Type.Object({ cardNo: Type.String({ pattern: '^310[0-9]{16}$' }), amountFen: Amount }, closed), {
      minItems: 1,
      maxItems: MOST_LINES,
    }),
  },
  closed,
);
const Payment = Type.Object(
  { participantNo: Type.String({ pattern: '^[0-9A-Za-z.-]{4,15}$' }), reference: Reference, amountFen: Amount },
  closed,
);

/** Funds that are not float: credited, paid out by the fund itself, and seen; every step of money by two people. */
export function registerFundRoutes(server: HttpServer, { db }: { readonly db: Database }): void {
  const making = { onRequest: rolesAllowed('finance-maker') };
  const checking = { onRequest: rolesAllowed('finance-checker') };
  server.get(
    '/v1/industries/:code/fund',
    {
      onRequest: rolesAllowed('finance-maker', 'finance-checker', 'supervisor', 'auditor'),
      schema: { summary: 'What a fund holds for people and what it owes', params: CodeParams },
    },
    ({ params }) => fundPosition(db, industryOfCode(params.code)),
  );
  server.post(
    '/v1/industries/:code/fund-credits',
    {
      ...making,
      bodyLimit: 2 * 1024 * 1024,
      schema: { summary: 'Hand in what a fund credits to cards', params: CodeParams, body: CreditList },
    },
    async (request, reply) => {
      const { body, params, principal } = request;
      const list = {
        industry: industryOfCode(params.code),
        reference: body.reference,
        lines: body.lines.map(({ cardNo, amountFen }) => ({ cardNo, amountFen: fen(amountFen) })),
      };
      const answer = await idempotent(db, request, async (tx) => ({
        status: 201,
        body: await orderFundCredits(tx, principal, list),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
  server.post(
    '/v1/fund-credits/:listNo/approval',
    {
      ...checking,
      schema: {
        summary: 'Book the list',
        params: Type.Object({ listNo: Type.String({ pattern: '^[0-9]{1,18}$' }) }),
      },
    },
    async (request, reply) => {
      const answer = await idempotent(db, request, async (tx) => ({
        status: 200,
        body: await approveFundCredits(tx, request.principal, BigInt(request.params.listNo)),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
  server.post(
    '/v1/industries/:code/fund-payments',
    {
      ...making,
      schema: { summary: 'Propose to book that a fund has paid what it owes', params: CodeParams, body: Payment },
    },
    async (request, reply) => {
      const { body, params, principal } = request;
      const payment = { ...body, industry: industryOfCode(params.code), amountFen: fen(body.amountFen) };
      const answer = await idempotent(db, request, async (tx) => ({
        status: 201,
        body: await proposeFundPayment(tx, principal, payment),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
  server.post(
    '/v1/fund-payments/:approvalId/approval',
    {
      ...checking,
      schema: {
        summary: 'Book it',
        params: Type.Object({ approvalId: Type.String({ pattern: '^[0-9]{1,18}$' }) }),
      },
    },
    async (request, reply) => {
      const answer = await idempotent(db, request, async (tx) => ({
        status: 200,
        body: await approveFundPayment(tx, request.principal, BigInt(request.params.approvalId)),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
}
