import {
  answers,
  businessDate,
  type Database,
  type HttpServer,
  idempotent,
  type Principal,
  rolesAllowed,
  type Static,
  transact,
  Type,
} from '@citycard/common';
import {
  type Appeal,
  APPEAL_REASONS,
  approveAppealAnswer,
  findAppeal,
  listAppeals,
  openAppeal,
  proposeAppealAnswer,
} from './appeal.ts';

const closed = { additionalProperties: false } as const;
const tags = ['appeals'];
const No = Type.String({ pattern: '^[1-9][0-9]{0,17}$' });
const Params = Type.Object({ appealNo: No });
const Day = Type.String({ format: 'date' });
const Words = Type.String({ minLength: 3, maxLength: 500, pattern: '^\\P{Cc}+$' });
const Opening = Type.Object(
  {
    cardNo: Type.String({ pattern: '^[0-9]{19,20}$' }),
    businessDate: Day,
    intakeId: Type.String({ pattern: '^[0-9]{1,18}$' }),
    index: Type.Integer({ minimum: 0, maximum: 2_147_483_647 }),
    reason: Type.Union(APPEAL_REASONS.map((reason) => Type.Literal(reason))),
    words: Words,
  },
  closed,
);
const Answer = Type.Object({ uphold: Type.Boolean(), words: Words }, closed);
const Shown = Type.Object({
  appealNo: Type.Integer(),
  card: Type.String({ description: 'Last four digits' }),
  cardNo: Type.Optional(Type.String({ description: 'For finance, supervisors and auditors' })),
  businessDate: Type.String(),
  intakeId: Type.Integer(),
  index: Type.Integer(),
  participantNo: Type.String(),
  amountFen: Type.Integer(),
  refusedFor: Type.String(),
  reason: Type.String(),
  words: Type.String(),
  openedAt: Type.String(),
  answerDueOn: Type.String(),
  state: Type.String(),
  approvalId: Type.Optional(Type.Integer()),
  proposedBy: Type.Optional(Type.String()),
  upheld: Type.Optional(Type.Boolean()),
  answer: Type.Optional(Type.String()),
  answeredAt: Type.Optional(Type.String()),
});

const PARTNERS = ['operator-partner', 'agent-partner', 'biller-partner'] as const;
const OFFICE = ['finance-maker', 'finance-checker', 'supervisor', 'auditor', 'platform'] as const;
const SEES_CARDS = ['finance-maker', 'finance-checker', 'supervisor', 'auditor'] as const;
const isPartner = (principal: Principal): boolean => PARTNERS.some((role) => principal.roles.includes(role));

/** Objections of participants to refused records, and the answer two persons of finance give. */
export function registerAppealRoutes(server: HttpServer, { db }: { readonly db: Database }): void {
  server.get(
    '/v1/appeals',
    {
      onRequest: rolesAllowed(...PARTNERS, ...OFFICE),
      schema: {
        tags,
        summary: 'Objections to refused records; a participant sees its own',
        querystring: Type.Object({ open: Type.Optional(Type.Boolean()), after: Type.Optional(No) }, closed),
        ...answers(Type.Object({ appeals: Type.Array(Shown) })),
      },
    },
    async ({ query, principal }) => {
      const own = isPartner(principal) ? { participantNo: principal.participantNo ?? '-' } : {};
      const after = query.after === undefined ? {} : { after: BigInt(query.after) };
      const appeals = await listAppeals(db, { ...own, ...after, open: query.open ?? false });
      return { appeals: appeals.map((appeal) => shownTo(principal, appeal)) };
    },
  );
  server.get(
    '/v1/appeals/:appealNo',
    {
      onRequest: rolesAllowed(...PARTNERS, ...OFFICE),
      schema: { tags, summary: 'One objection; a participant sees its own', params: Params, ...answers(Shown) },
    },
    async ({ params, principal }) => {
      const own = isPartner(principal) ? { participantNo: principal.participantNo ?? '-' } : {};
      return shownTo(principal, await findAppeal(db, BigInt(params.appealNo), own));
    },
  );
  server.post(
    '/v1/appeals',
    {
      onRequest: rolesAllowed(...PARTNERS),
      schema: { tags, summary: 'Object to the refusal of an own record', body: Opening, ...answers(Shown, 201) },
    },
    async ({ body, principal }, reply) => {
      const { reason, words, cardNo, index } = body;
      const ref = { cardNo, businessDate: businessDate(body.businessDate), intakeId: BigInt(body.intakeId), index };
      const appeal = await transact(db, (tx) => openAppeal(tx, principal, { ref, reason, words }));
      return reply.status(201).send(shownTo(principal, appeal));
    },
  );
  server.post(
    '/v1/appeals/:appealNo/answer',
    {
      onRequest: rolesAllowed('finance-maker'),
      schema: {
        tags,
        summary: 'Propose an answer; what is upheld is paid by the company',
        params: Params,
        body: Answer,
        ...answers(Type.Object({ approvalId: Type.Integer() }), 201),
      },
    },
    async (request, reply) => {
      const answer = await idempotent(db, request, async (tx) => ({
        status: 201,
        body: await proposeAppealAnswer(tx, request.principal, answerOf(request)),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
  server.post(
    '/v1/appeals/:appealNo/answer/approval',
    {
      onRequest: rolesAllowed('finance-checker'),
      schema: {
        tags,
        summary: 'The same answer, as another person: the participant is told, and paid when it is upheld',
        params: Params,
        body: Answer,
        ...answers(Type.Object({ appealNo: Type.Integer(), state: Type.String() })),
      },
    },
    async (request, reply) => {
      const answer = await idempotent(db, request, async (tx) => {
        const { appealNo, state } = await approveAppealAnswer(tx, request.principal, answerOf(request));
        return { status: 200, body: { appealNo, state } };
      });
      return reply.status(answer.status).send(answer.body);
    },
  );
}

const answerOf = (request: { readonly params: Static<typeof Params>; readonly body: Static<typeof Answer> }) => ({
  appealNo: BigInt(request.params.appealNo),
  ...request.body,
});

/** Participants and platform officers see the end of the card's number; before it is answered a participant sees neither what is proposed nor by whom. */
function shownTo(principal: Principal, appeal: Appeal): object {
  const { cardNo, approvalId, proposedBy, upheld, answer, answeredAt, ...rest } = appeal;
  const seesCards = SEES_CARDS.some((role) => principal.roles.includes(role));
  const shown = { ...rest, card: cardNo.slice(-4), ...(seesCards && { cardNo }) };
  if (answeredAt !== null) return { ...shown, upheld, answer, answeredAt };
  if (isPartner(principal)) return { ...shown, state: 'open' };
  return approvalId === null ? shown : { ...shown, approvalId, proposedBy, upheld, answer };
}
