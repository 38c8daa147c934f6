import {
  businessDate,
  type HttpServer,
  idempotent,
  type Principal,
  rolesAllowed,
  type Static,
  transact,
  type Transaction,
  Type,
} from '@citycard/common';
import { stepCard } from '../cards/step.ts';
import { reportFound, reportLossFormally } from '../counter/loss.ts';
import { returnCard } from '../counter/return.ts';
import { bringOldBalances } from '../legacy/convert.ts';
import { documentKindNames, type ResidentDeps } from '../residents/index.ts';
import { approveHeirPayment, HEIR_PAPERS, payHeirs, proposeHeirPayment } from './heirs.ts';
import {
  endRepresentative,
  enterRepresentative,
  PAPERS,
  personIndexOf,
  representativesOf,
  representedActs,
  requireRepresentative,
} from './representative.ts';

const closed = { additionalProperties: false } as const;
const CardParams = Type.Object({ cardNo: Type.String({ pattern: '^[0-9]{19}$' }) });
const ResidentParams = Type.Object({ residentId: Type.String({ pattern: '^[0-9]{1,18}$' }) });
const ApprovalParams = Type.Object({ approvalId: Type.String({ pattern: '^[0-9]{1,18}$' }) });
const Person = Type.Object(
  {
    kind: Type.Union(documentKindNames.map((kind) => Type.Literal(kind))),
    number: Type.String({ minLength: 4, maxLength: 32 }),
  },
  closed,
);
const Entry = Type.Object(
  {
    kind: Type.Union([Type.Literal('guardian'), Type.Literal('proxy')]),
    name: Type.String({ minLength: 1, maxLength: 60 }),
    document: Person,
    scope: Type.Array(Type.Union(representedActs.map((act) => Type.Literal(act))), { minItems: 1, uniqueItems: true }),
    validTo: Type.String({ format: 'date' }),
    paper: Type.Union([...PAPERS.guardian, ...PAPERS.proxy].map((paper) => Type.Literal(paper))),
    paperReference: Type.String({ minLength: 1, maxLength: 60 }),
  },
  closed,
);
const Claim = Type.Object(
  {
    paper: Type.Union(HEIR_PAPERS.map((paper) => Type.Literal(paper))),
    paperReference: Type.String({ minLength: 1, maxLength: 60 }),
    heirs: Type.Array(
      Type.Object(
        {
          name: Type.String({ minLength: 1, maxLength: 60 }),
          documentNo: Type.String({ minLength: 4, maxLength: 32 }),
        },
        closed,
      ),
      { minItems: 1, maxItems: 20 },
    ),
    cardHandedIn: Type.Boolean(),
  },
  closed,
);
const ShiftId = Type.Integer({ minimum: 1 });

/** Guardians, proxies and heirs at the counter. */
export function registerRepresentativeRoutes(server: HttpServer, deps: ResidentDeps): void {
  registerRoutes(server, deps);
  actRoutes(server, deps);
  heirRoutes(server, deps);
}

function registerRoutes(server: HttpServer, deps: ResidentDeps): void {
  const guard = { onRequest: rolesAllowed('clerk', 'registrar') };
  server.post(
    '/v1/residents/:residentId/representatives',
    {
      ...guard,
      schema: {
        summary: 'Enter who may act for a resident, for what and until when',
        params: ResidentParams,
        body: Entry,
      },
    },
    async (request, reply) => {
      const { validTo, ...entry } = request.body;
      const residentId = BigInt(request.params.residentId);
      const entered = await enterRepresentative(deps, request.principal, residentId, {
        ...entry,
        validTo: businessDate(validTo),
      });
      return reply.status(201).send(entered);
    },
  );
  server.get(
    '/v1/residents/:residentId/representatives',
    { ...guard, schema: { summary: 'Representatives of a resident, masked', params: ResidentParams } },
    async (request) => ({ representatives: await representativesOf(deps, BigInt(request.params.residentId)) }),
  );
  server.post(
    '/v1/representatives/:representativeId/end',
    { ...guard, schema: { params: Type.Object({ representativeId: Type.String({ pattern: '^[0-9]{1,18}$' }) }) } },
    async (request, reply) => {
      await transact(deps.db, (tx) =>
        endRepresentative(tx, request.principal, BigInt(request.params.representativeId)),
      );
      return reply.status(204).send();
    },
  );
}

/** What a representative does for the holder, with the person's own document on the table. */
function actRoutes(server: HttpServer, deps: ResidentDeps): void {
  const { db } = deps;
  const clerk = { onRequest: rolesAllowed('clerk') };
  const acts = {
    'loss-report': (tx: Transaction, actor: Principal, cardNo: string) => reportLossFormally(tx, actor, cardNo),
    found: (tx: Transaction, actor: Principal, cardNo: string) => reportFound(tx, actor, cardNo),
    'pick-up': async (tx: Transaction, actor: Principal, cardNo: string) => {
      await stepCard(tx, cardNo, 'receive', { actor, why: 'a representative confirms the receipt' });
    },
  } as const;
  for (const [act, work] of Object.entries(acts) as [keyof typeof acts, (typeof acts)['found']][]) {
    server.post(
      `/v1/cards/:cardNo/by-representative/${act}`,
      { ...clerk, schema: { params: CardParams, body: Type.Object({ document: Person }, closed) } },
      async ({ principal, params: { cardNo }, body, log }) => {
        const personIndex = await personIndexOf(deps, body.document);
        const { representativeId } = await transact(db, async (tx) => {
          const found = await requireRepresentative(tx, principal, { cardNo, personIndex, act });
          await work(tx, principal, cardNo);
          return found;
        });
        if (act === 'pick-up') await bringOldBalances(deps, principal, cardNo, log);
        return { cardNo, act, representativeId };
      },
    );
  }
  const Return = Type.Object(
    { document: Person, shiftId: ShiftId, cardHandedIn: Type.Boolean(), damaged: Type.Boolean() },
    closed,
  );
  server.post(
    '/v1/cards/:cardNo/by-representative/return',
    { ...clerk, schema: { summary: 'A representative gives the card up', params: CardParams, body: Return } },
    async (request, reply) => {
      const { document, shiftId, cardHandedIn, damaged } = request.body;
      const { cardNo } = request.params;
      const personIndex = await personIndexOf(deps, document);
      const answer = await idempotent(db, request, async (tx) => {
        await requireRepresentative(tx, request.principal, { cardNo, personIndex, act: 'return' });
        const order = { cardNo, shiftId: BigInt(shiftId), cardHandedIn, damaged };
        return { status: 200, body: await returnCard(tx, request.principal, order) };
      });
      return reply.status(answer.status).send(answer.body);
    },
  );
}

function heirRoutes(server: HttpServer, deps: ResidentDeps): void {
  const { db } = deps;
  server.post(
    '/v1/cards/:cardNo/heir-payments',
    {
      onRequest: rolesAllowed('clerk'),
      schema: { summary: 'The papers of the heirs were seen: propose to pay them', params: CardParams, body: Claim },
    },
    // The same claim again gives the same proposal.
    async (request, reply) => {
      const claim = claimOf(request.params.cardNo, request.body);
      return reply.status(201).send(await proposeHeirPayment(deps, request.principal, claim));
    },
  );
  server.post(
    '/v1/cards/:cardNo/heir-payments/:approvalId/approval',
    {
      onRequest: rolesAllowed('clerk', 'registrar'),
      schema: {
        summary: 'A second person has seen the same papers and enters them again',
        params: Type.Object({ ...CardParams.properties, ...ApprovalParams.properties }),
        body: Claim,
      },
    },
    async (request, reply) => {
      const { cardNo, approvalId } = request.params;
      await approveHeirPayment(deps, request.principal, BigInt(approvalId), claimOf(cardNo, request.body));
      return reply.status(204).send();
    },
  );
  server.post(
    '/v1/heir-payments/:approvalId/payment',
    {
      onRequest: rolesAllowed('clerk'),
      schema: {
        summary: 'Pay the heirs in cash what can be paid now; again when the waiting period is over',
        params: ApprovalParams,
        body: Type.Object({ shiftId: ShiftId }, closed),
      },
    },
    async (request, reply) => {
      const answer = await idempotent(db, request, async (tx) => ({
        status: 200,
        body: await payHeirs(tx, request.principal, BigInt(request.params.approvalId), BigInt(request.body.shiftId)),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
}

const claimOf = (cardNo: string, body: Static<typeof Claim>) => ({ cardNo, ...body });
