import {
  fenToNumber,
  type HttpServer,
  idempotent,
  type Principal,
  rolesAllowed,
  transact,
  Type,
} from '@citycard/common';
import type { CityDeps } from '../deps.ts';
import { cityErrors } from '../errors.ts';
import { cityOfParticipant } from '../exchange.ts';
import { type CityDispute, listDisputes } from './dispute.ts';
import { openDispute, takeDisputeAnswer } from './ours.ts';
import { presentAgain } from './second-presentment.ts';
import { approveDecision, proposeDecision, takeDispute } from './theirs.ts';

const closed = { additionalProperties: false } as const;
const City = Type.String({ pattern: '^[0-9]{4}$' });
const No = Type.String({ pattern: '^[1-9][0-9]{0,17}$' });
const Words = Type.String({ minLength: 3, maxLength: 500 });
const Dispute = Type.Object(
  {
    sequence: Type.Integer({ minimum: 1, maximum: 99_999_999 }),
    /** From 0, the record's place in its file. */
    position: Type.Integer({ minimum: 0, maximum: 10_000_000 }),
    reasonCode: Type.String({ pattern: '^[A-Z][0-9]{2}$' }),
    words: Words,
  },
  closed,
);
const Decision = Type.Object({ accept: Type.Boolean(), words: Words }, closed);

/** Disputes of refusals, ours and other cities'. A city sees and answers its own. */
export function registerDisputeRoutes(server: HttpServer, deps: CityDeps): void {
  const { db } = deps;
  server.get(
    '/v1/dispute-reasons',
    {
      onRequest: rolesAllowed('finance-maker', 'finance-checker', 'platform', 'supervisor', 'auditor', 'city-partner'),
      schema: { summary: 'Reasons to dispute a refusal, and against which outcomes' },
    },
    async () => {
      const { rows } = await db.query<{ reasonCode: string; meaning: string; against: string[] }>(
        'select reason_code as "reasonCode", meaning, against from reconciliation.dispute_reason order by 1',
      );
      return { reasons: rows };
    },
  );
  server.get(
    '/v1/city-disputes',
    {
      onRequest: rolesAllowed('finance-maker', 'finance-checker', 'platform', 'supervisor', 'auditor', 'city-partner'),
      schema: {
        summary: 'Disputes with other cities, the newest first',
        querystring: Type.Object({ city: Type.Optional(City), open: Type.Optional(Type.Boolean()) }),
      },
    },
    async ({ query, principal }) => {
      const city = principal.roles.includes('city-partner') ? await ownCity(deps, principal) : query.city;
      const asked = { ...(city !== undefined && { city }), ...(query.open !== undefined && { open: query.open }) };
      return { disputes: (await listDisputes(db, asked)).map(shown) };
    },
  );
  ourRoutes(server, deps);
  theirRoutes(server, deps);
}

function ourRoutes(server: HttpServer, deps: CityDeps): void {
  const { db } = deps;
  server.post(
    '/v1/cities/:city/disputes',
    {
      onRequest: rolesAllowed('finance-maker'),
      schema: { summary: 'Dispute a refusal of a city', params: Type.Object({ city: City }), body: Dispute },
    },
    async ({ params, body, principal }, reply) =>
      reply.status(201).send(await transact(db, (tx) => openDispute(tx, principal, { city: params.city, ...body }))),
  );
  server.post(
    '/v1/city-disputes/:disputeNo/presentment',
    {
      onRequest: rolesAllowed('finance-maker'),
      schema: { summary: 'Present the record a second time', params: Type.Object({ disputeNo: No }) },
    },
    async ({ params, principal }) => transact(db, (tx) => presentAgain(tx, deps, principal, BigInt(params.disputeNo))),
  );
  server.post(
    '/v1/city-disputes/:disputeNo/answer',
    {
      onRequest: rolesAllowed('city-partner'),
      schema: { summary: 'The city’s word on our dispute', params: Type.Object({ disputeNo: No }), body: Decision },
    },
    async (request, reply) => {
      const { params, body, principal } = request;
      const city = await ownCity(deps, principal);
      const said = { disputeNo: BigInt(params.disputeNo), city, accepted: body.accept, words: body.words };
      const answer = await idempotent(db, request, async (tx) => ({
        status: 200,
        body: await takeDisputeAnswer(tx, principal, said),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
}

function theirRoutes(server: HttpServer, deps: CityDeps): void {
  const { db } = deps;
  server.post(
    '/v1/city-disputes',
    {
      onRequest: rolesAllowed('city-partner'),
      schema: { summary: 'A city disputes a refusal of ours', body: Dispute },
    },
    async ({ body, principal }, reply) => {
      const city = await ownCity(deps, principal);
      return reply.status(201).send(await transact(db, (tx) => takeDispute(tx, principal, { city, ...body })));
    },
  );
  server.post(
    '/v1/city-disputes/:disputeNo/decision',
    {
      onRequest: rolesAllowed('finance-maker'),
      schema: {
        summary: 'Propose how to end a dispute of a city',
        params: Type.Object({ disputeNo: No }),
        body: Decision,
      },
    },
    async ({ params, body, principal }, reply) => {
      const decision = { disputeNo: BigInt(params.disputeNo), ...body };
      return reply.status(201).send(await transact(db, (tx) => proposeDecision(tx, principal, decision)));
    },
  );
  server.post(
    '/v1/city-disputes/:disputeNo/decision/:approvalId',
    {
      onRequest: rolesAllowed('finance-checker'),
      schema: {
        summary: 'End it as the second person',
        params: Type.Object({ disputeNo: No, approvalId: No }),
        body: Decision,
      },
    },
    async (request, reply) => {
      const { params, body, principal } = request;
      const decision = { disputeNo: BigInt(params.disputeNo), ...body };
      const answer = await idempotent(db, request, async (tx) => ({
        status: 200,
        body: await approveDecision(tx, principal, decision, BigInt(params.approvalId)),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
}

async function ownCity(deps: CityDeps, principal: Principal): Promise<string> {
  const city = await cityOfParticipant(deps.db, principal.participantNo);
  if (city === undefined) throw cityErrors.notYourFiles({ city: 'of nobody' });
  return city;
}

const shown = ({ amountFen, ...rest }: CityDispute) => ({ ...rest, amountFen: fenToNumber(amountFen) });
