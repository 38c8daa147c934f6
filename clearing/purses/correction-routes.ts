import {
  businessDate,
  type Database,
  fen,
  type HttpServer,
  idempotent,
  rolesAllowed,
  transact,
  Type,
} from '@citycard/common';
import { cardNo } from './card-number.ts';
import { approveCorrection, correctionsOf, type CorrectionTerms, proposeCorrection } from './correction.ts';
import { correctionErrors } from './correction-errors.ts';

const closed = { additionalProperties: false } as const;
const Id = Type.String({ pattern: '^[0-9]{1,18}$' });
const CardParams = Type.Object({ cardNo: Type.String({ maxLength: 24 }) });
const Terms = {
  caseNo: Type.String({ pattern: '^[0-9A-Za-z._-]{1,40}$' }),
  amountFen: Type.Integer({ minimum: 1, maximum: 100_000_000 }),
  payer: Type.Union([Type.Literal('company'), Type.Literal('operator')]),
  purchase: Type.Optional(
    Type.Object(
      {
        cardNo: Type.String({ pattern: '^[0-9]{19}$' }),
        businessDate: Type.String({ format: 'date' }),
        intakeId: Id,
        index: Type.Integer({ minimum: 0, maximum: 2_147_483_647 }),
      },
      closed,
    ),
  ),
  reason: Type.String({ minLength: 3, maxLength: 200 }),
};

interface SaidTerms {
  caseNo: string;
  amountFen: number;
  payer: 'company' | 'operator';
  purchase?: { cardNo: string; businessDate: string; intakeId: string; index: number };
  reason: string;
}

/** Money given back to a card because something was wrong: two persons, then pending credit. */
export function registerCorrectionRoutes(server: HttpServer, { db }: { readonly db: Database }): void {
  server.get(
    '/v1/cards/:cardNo/corrections',
    {
      onRequest: rolesAllowed('clerk', 'finance-maker', 'finance-checker', 'supervisor', 'auditor'),
      schema: { summary: 'What a card was given back, by case', params: CardParams },
    },
    async ({ params }) => ({
      corrections: await transact(db, (tx) => correctionsOf(tx, cardNo(params.cardNo))),
    }),
  );
  server.post(
    '/v1/cards/:cardNo/corrections',
    {
      onRequest: rolesAllowed('finance-maker'),
      schema: {
        summary: 'Propose to give something back to a card',
        params: CardParams,
        body: Type.Object(Terms, closed),
      },
    },
    async (request, reply) => {
      const terms = termsOf(request.params.cardNo, request.body);
      const answer = await idempotent(db, request, async (tx) => ({
        status: 201,
        body: await proposeCorrection(tx, request.principal, terms),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
  server.post(
    '/v1/cards/:cardNo/corrections/approval',
    {
      onRequest: rolesAllowed('finance-checker'),
      schema: {
        summary: 'The second person says the same: it becomes pending credit',
        params: CardParams,
        body: Type.Object({ ...Terms, approvalId: Id }, closed),
      },
    },
    async (request, reply) => {
      const { approvalId, ...said } = request.body;
      const terms = termsOf(request.params.cardNo, said);
      const answer = await idempotent(db, request, async (tx) => ({
        status: 200,
        body: await approveCorrection(tx, request.principal, BigInt(approvalId), terms),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
}

/** Numbers of residents' cases: their credits are decided there, or one that was refused could be approved here. */
const RESERVED = /^RC[0-9]+(\.[0-9]+)?$/;

function termsOf(card: string, { purchase, ...said }: SaidTerms): CorrectionTerms {
  if (RESERVED.test(said.caseNo)) throw correctionErrors.caseReserved({ caseNo: said.caseNo });
  return {
    cardNo: cardNo(card),
    caseNo: said.caseNo,
    amountFen: fen(said.amountFen),
    payer: said.payer,
    reason: said.reason,
    ...(purchase !== undefined && {
      purchase: {
        cardNo: purchase.cardNo,
        businessDate: businessDate(purchase.businessDate),
        intakeId: BigInt(purchase.intakeId),
        index: purchase.index,
      },
    }),
  };
}
