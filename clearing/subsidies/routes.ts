import { answers, type Database, type HttpServer, idempotent, rolesAllowed, transact, Type } from '@citycard/common';
import { Readable } from 'node:stream';
import { approveClaim, findClaim, listClaims, proposeClaim, verifyClaim, withdrawClaim } from './claim.ts';
import { claimCsv } from './lines.ts';
import { linesOfClaim } from './lines-of-claim.ts';
import * as said from './answers.ts';

const ClaimParams = Type.Object({ claimNo: Type.String({ pattern: '^[1-9][0-9]{0,17}$' }) });
const NewClaim = Type.Object(
  {
    month: Type.String({ pattern: '^[0-9]{4}-(0[1-9]|1[0-2])$' }),
    category: Type.String({ pattern: '^[a-z][a-z0-9-]{0,19}$' }),
  },
  { additionalProperties: false },
);

const LinesAsked = Type.Object(
  {
    flagged: Type.Optional(Type.Boolean()),
    after: Type.Optional(
      Type.String({ pattern: '^[0-9]{19,20}[.][0-9]{4}-[0-9]{2}-[0-9]{2}[.][0-9]{1,18}[.][0-9]{1,10}$' }),
    ),
  },
  { additionalProperties: false },
);

/** Claims on the finance bureau: made by one person from the rides of a month, approved by another, read by supervisors. */
export function registerSubsidyRoutes(server: HttpServer, { db }: { readonly db: Database }): void {
  const reading = { onRequest: rolesAllowed('finance-maker', 'finance-checker', 'supervisor', 'auditor') };
  const making = { onRequest: rolesAllowed('finance-maker') };
  server.get(
    '/v1/subsidy-claims',
    { ...reading, schema: { summary: 'Claims on the finance bureau, the newest first', ...answers(said.Claims) } },
    async () => ({ claims: await listClaims(db) }),
  );
  server.get(
    '/v1/subsidy-claims/:claimNo',
    {
      ...reading,
      schema: { summary: 'One claim with the shares of operators', params: ClaimParams, ...answers(said.Claim) },
    },
    ({ params }) => findClaim(db, BigInt(params.claimNo)),
  );
  server.get(
    '/v1/subsidy-claims/:claimNo/rides',
    { ...reading, schema: { summary: 'The claim file: every ride, as CSV', params: ClaimParams } },
    async ({ params }, reply) => {
      const { claimNo } = await findClaim(db, BigInt(params.claimNo));
      return reply.type('text/csv; charset=utf-8').send(Readable.from(claimCsv(db, claimNo)));
    },
  );
  server.get(
    '/v1/subsidy-claims/:claimNo/lines',
    {
      ...reading,
      schema: {
        summary: 'Its rides, a page at a time; of `flagged` those left out, improbable or taken back',
        params: ClaimParams,
        querystring: LinesAsked,
        ...answers(said.Lines),
      },
    },
    async ({ params, query }) => {
      const { claimNo } = await findClaim(db, BigInt(params.claimNo));
      return linesOfClaim(db, claimNo, { flagged: query.flagged ?? false, after: query.after });
    },
  );
  server.get(
    '/v1/subsidy-claims/:claimNo/verification',
    {
      ...reading,
      schema: { summary: 'Work every ride of a claim out again', params: ClaimParams, ...answers(said.Verification) },
    },
    ({ params }) => transact(db, (tx) => verifyClaim(tx, BigInt(params.claimNo))),
  );
  server.post(
    '/v1/subsidy-claims',
    {
      ...making,
      schema: { summary: 'Make the claim of a month and category', body: NewClaim, ...answers(said.Claim, 201) },
    },
    async (request, reply) => {
      const { month, category } = request.body;
      const answer = await idempotent(db, request, async (tx) => ({
        status: 201,
        body: await proposeClaim(tx, request.principal, month, category),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
  server.post(
    '/v1/subsidy-claims/:claimNo/approval',
    {
      onRequest: rolesAllowed('finance-checker'),
      schema: {
        summary: 'The second person agrees: the bureau owes the claim',
        params: ClaimParams,
        ...answers(said.Claim),
      },
    },
    async (request, reply) => {
      const answer = await idempotent(db, request, async (tx) => ({
        status: 200,
        body: await approveClaim(tx, request.principal, BigInt(request.params.claimNo)),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
  server.delete(
    '/v1/subsidy-claims/:claimNo',
    { ...making, schema: { summary: 'Withdraw a proposed claim', params: ClaimParams } },
    async ({ params, principal }, reply) => {
      await transact(db, (tx) => withdrawClaim(tx, principal, BigInt(params.claimNo)));
      return reply.status(204).send();
    },
  );
}
