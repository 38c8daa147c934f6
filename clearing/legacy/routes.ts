import {
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
import { openFormerIssuer } from './bookings.ts';
import { coverageOfFormerIssuers } from './coverage.ts';
import { approveTransfer, proposeTransfer } from './transfer.ts';

const closed = { additionalProperties: false } as const;
const IssuerParams = Type.Object({ participantNo: Type.String({ pattern: '^[0-9A-Za-z.-]{4,15}$' }) });
const Transfer = Type.Object(
  {
    account: Type.String({ pattern: '^bank-(custody|receiving):[0-9A-Za-z.-]{1,40}$' }),
    bankReference: Type.String({ pattern: '^[!-~]{1,35}$' }),
    amountFen: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
    bookedOn: Type.String({ format: 'date' }),
  },
  closed,
);

/** Former issuers of migrated cards: opened by the platform, paid up by two people of finance, seen by who supervises. */
export function registerFormerIssuerRoutes(server: HttpServer, { db }: { readonly db: Database }): void {
  server.get(
    '/v1/former-issuers',
    {
      onRequest: rolesAllowed('finance-maker', 'finance-checker', 'supervisor', 'auditor', 'platform'),
      schema: { summary: 'What former issuers have paid for and what stands uncovered, by age' },
    },
    async () => ({ formerIssuers: await coverageOfFormerIssuers(db, cityDate(new Date())) }),
  );
  server.put(
    '/v1/former-issuers/:participantNo',
    {
      onRequest: rolesAllowed('platform'),
      schema: { summary: 'Open a participant as former issuer of migrated cards', params: IssuerParams },
    },
    async (request, reply) => {
      await transact(db, (tx) => openFormerIssuer(tx, request.principal, request.params.participantNo));
      return reply.status(204).send();
    },
  );
  server.post(
    '/v1/former-issuers/:participantNo/transfers',
    {
      onRequest: rolesAllowed('finance-maker'),
      schema: { summary: 'Propose to book a payment of a former issuer', params: IssuerParams, body: Transfer },
    },
    async (request, reply) => {
      const { account, bankReference, amountFen, bookedOn } = request.body;
      const answer = await idempotent(db, request, async (tx) => ({
        status: 201,
        body: await proposeTransfer(tx, request.principal, {
          participantNo: request.params.participantNo,
          account,
          bankReference,
          amountFen: fen(amountFen),
          bookedOn: businessDate(bookedOn),
        }),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
  server.post(
    '/v1/former-issuer-transfers/:approvalId/approval',
    {
      onRequest: rolesAllowed('finance-checker'),
      schema: {
        summary: 'Book it: the second person has seen the entry of the bank',
        params: Type.Object({ approvalId: Type.String({ pattern: '^[0-9]{1,18}$' }) }),
      },
    },
    async (request, reply) => {
      const answer = await idempotent(db, request, async (tx) => ({
        status: 200,
        body: await approveTransfer(tx, request.principal, BigInt(request.params.approvalId)),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
}
