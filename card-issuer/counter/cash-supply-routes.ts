import { type Database, fen, type HttpServer, idempotent, rolesAllowed, Type } from '@citycard/common';
import { answers, FenAnswer, Numbered } from '../answers.ts';
import {
  approveCashSupply,
  cashSuppliesOf,
  proposeCashSupply,
  receiveCashSupply,
  refuseCashSupply,
} from './cash-supply.ts';

const closed = { additionalProperties: false } as const;
const Id = Type.String({ pattern: '^[0-9]{1,18}$' });
const ShiftParams = Type.Object({ shiftId: Id });
const SupplyParams = Type.Object({ shiftId: Id, supplyId: Id });
/** Fen; more than a million yuan in one till is a typing mistake. */
const most = 100_000_000;
const Order = Type.Object(
  {
    amountFen: Type.Integer({ minimum: 1, maximum: most }),
    from: Type.String({ pattern: '^[a-z-]{1,20}:[0-9A-Za-z.-]{1,40}$' }),
  },
  closed,
);
const Count = Type.Object({ countedFen: Type.Integer({ minimum: 0, maximum: most }) }, closed);

const SupplyAnswer = Type.Object({
  supplyId: Numbered,
  shiftId: Numbered,
  amountFen: FenAnswer,
  from: Type.String(),
  state: Type.String(),
  clerk: Type.String(),
  proposedBy: Type.String(),
  approvedBy: Type.Optional(Type.String()),
  countedFen: Type.Optional(FenAnswer),
  slip: Type.String(),
});

/** Cash brought to tills: ordered and approved by finance, counted by the clerk. */
export function registerCashSupplyRoutes(server: HttpServer, { db }: { readonly db: Database }): void {
  const path = '/v1/shifts/:shiftId/cash-supplies';
  server.post(
    path,
    {
      onRequest: rolesAllowed('finance-maker'),
      schema: { summary: 'Order cash for an open till', params: ShiftParams, body: Order },
    },
    async (request, reply) => {
      const { amountFen, from } = request.body;
      const order = { shiftId: BigInt(request.params.shiftId), amountFen: fen(amountFen), from };
      const answer = await idempotent(db, request, async (tx) => ({
        status: 201,
        body: await proposeCashSupply(tx, request.principal, order),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
  server.get(
    path,
    {
      onRequest: rolesAllowed('clerk', 'finance-maker', 'finance-checker', 'auditor', 'supervisor'),
      schema: {
        summary: 'Cash brought to a till',
        params: ShiftParams,
        ...answers(Type.Object({ supplies: Type.Array(SupplyAnswer) })),
      },
    },
    async (request) => ({ supplies: await cashSuppliesOf(db, BigInt(request.params.shiftId)) }),
  );
  server.post(
    `${path}/:supplyId/approval`,
    {
      onRequest: rolesAllowed('finance-checker'),
      schema: { summary: 'Let the cash go: it is in transit now', params: SupplyParams },
    },
    async (request, reply) => {
      const answer = await idempotent(db, request, async (tx) => ({
        status: 200,
        body: await approveCashSupply(tx, request.principal, whichOf(request.params)),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
  const counts = [
    ['receipt', 'The clerk has counted the cash and takes it', receiveCashSupply],
    ['refusal', 'The clerk sends all of it back', refuseCashSupply],
  ] as const;
  for (const [word, summary, work] of counts) {
    server.post(
      `${path}/:supplyId/${word}`,
      {
        onRequest: rolesAllowed('clerk'),
        schema: { summary, params: SupplyParams, body: Count, ...answers(SupplyAnswer) },
      },
      async (request, reply) => {
        const answer = await idempotent(db, request, async (tx) => ({
          status: 200,
          body: await work(tx, request.principal, whichOf(request.params), fen(request.body.countedFen)),
        }));
        return reply.status(answer.status).send(answer.body);
      },
    );
  }
}

const whichOf = ({ shiftId, supplyId }: { readonly shiftId: string; readonly supplyId: string }) => ({
  shiftId: BigInt(shiftId),
  supplyId: BigInt(supplyId),
});
