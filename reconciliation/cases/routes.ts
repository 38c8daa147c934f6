import {
  answers,
  businessDate,
  cityDate,
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
import { answerCase, commentCase } from './answer.ts';
import { eventsOf, findCase, listCases, type ResidentCase } from './case.ts';
import { chainsOf } from './chain.ts';
import { approveCredit, type CaseCredit, endWithReason, proposeCredit, refuseCredit } from './end.ts';
import { caseErrors } from './errors.ts';
import { caseFigures } from './figures.ts';
import { openCase } from './open.ts';
import { caseDays, setCaseDays } from './rules.ts';
import { type CaseSeal, readWords } from './words.ts';
import * as said from './case-answers.ts';

const closed = { additionalProperties: false } as const;
const tags = ['cases'];
const CaseNo = Type.String({ pattern: '^[1-9][0-9]{0,17}$' });
const Params = Type.Object({ caseNo: CaseNo });
const Kind = Type.Union([
  Type.Literal('charged-twice'),
  Type.Literal('wrong-fare'),
  Type.Literal('load-missing'),
  Type.Literal('bill-missing'),
]);
const Day = Type.String({ format: 'date' });
const ParticipantNo = Type.String({ pattern: '^[0-9A-Za-z.-]{4,15}$' });
const Words = Type.String({ minLength: 3, maxLength: 500, pattern: '^\\P{Cc}+$' });
/** A reason that a resident is told says more than "no". */
const Reason = Type.String({ minLength: 10, maxLength: 500, pattern: '^\\P{Cc}+$' });

/** What a person says, over whatever channel. */
export const Matter = {
  kind: Kind,
  cardNo: Type.String({ pattern: '^[0-9]{19}$' }),
  occurredOn: Day,
  amountFen: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000_000 })),
  participantNo: Type.Optional(ParticipantNo),
  words: Type.Optional(Type.String({ minLength: 1, maxLength: 2_000 })),
  contact: Type.Optional(Type.String({ minLength: 3, maxLength: 200 })),
};
const Opening = Type.Object(
  {
    ...Matter,
    channel: Type.Union([
      Type.Literal('counter'),
      Type.Literal('phone'),
      Type.Literal('kiosk'),
      Type.Literal('online'),
    ]),
  },
  closed,
);
const Credit = {
  amountFen: Type.Integer({ minimum: 1, maximum: 100_000_000 }),
  payer: Type.Union([Type.Literal('company'), Type.Literal('operator'), Type.Literal('agent'), Type.Literal('biller')]),
  purchase: Type.Optional(
    Type.Object(
      {
        businessDate: Day,
        intakeId: Type.String({ pattern: '^[0-9]{1,18}$' }),
        index: Type.Integer({ minimum: 0, maximum: 2_147_483_647 }),
      },
      closed,
    ),
  ),
  cardNo: Type.Optional(Type.String({ pattern: '^[0-9]{19}$' })),
  reason: Reason,
};
const CreditBody = Type.Object(Credit, closed);

const STAFF = ['clerk', 'finance-maker', 'finance-checker', 'supervisor', 'auditor', 'platform'] as const;
const ASKED = ['operator-partner', 'agent-partner', 'biller-partner'] as const;
const isStaff = (principal: Principal): boolean => STAFF.some((role) => principal.roles.includes(role));

export interface CaseDeps {
  readonly db: Database;
  readonly seal: CaseSeal;
}

/** Residents' cases over HTTP: opened at counters, by phone and at kiosks, answered by participants, ended by the company. */
export function registerCaseRoutes(server: HttpServer, { db, seal }: CaseDeps): void {
  const reading = { onRequest: rolesAllowed(...STAFF, ...ASKED) };
  server.get(
    '/v1/cases',
    {
      ...reading,
      schema: {
        tags,
        summary: 'Cases of residents; partners see those they are asked about',
        querystring: Type.Object(
          {
            state: Type.Optional(Type.Union([Type.Literal('open'), Type.Literal('ended')])),
            participantNo: Type.Optional(ParticipantNo),
            cardNo: Type.Optional(Type.String({ pattern: '^[0-9]{19}$' })),
            overdue: Type.Optional(Type.Boolean()),
            after: Type.Optional(Type.String({ pattern: '^[0-9]{1,18}$' })),
          },
          closed,
        ),
        ...answers(said.CaseList),
      },
    },
    async ({ query, principal }) => {
      const { after, ...filter } = query;
      const own = isStaff(principal) ? {} : { participantNo: principal.participantNo ?? '-' };
      const cases = await listCases(db, { ...filter, ...own, ...(after !== undefined && { after: BigInt(after) }) });
      return { cases: cases.map((each) => shownTo(principal, each)) };
    },
  );
  server.post(
    '/v1/cases',
    {
      onRequest: rolesAllowed('clerk', 'agent-partner', 'resident-desk'),
      schema: {
        tags,
        summary: 'Open a case; kiosks of agents open theirs, and residents over their desk',
        body: Opening,
      },
    },
    async ({ body, principal }, reply) => {
      const { occurredOn, amountFen = 0, ...said } = body;
      const channel = principal.roles.includes('agent-partner') ? 'kiosk' : said.channel;
      const matter = { ...said, channel, occurredOn: businessDate(occurredOn), amountFen: fen(amountFen) };
      const { opened, known } = await transact(db, (tx) => openCase(tx, seal, principal, matter));
      const shown = principal.roles.includes('resident-desk') ? toldToResident(opened) : shownTo(principal, opened);
      return reply.status(known ? 200 : 201).send(shown);
    },
  );
  server.get(
    '/v1/cases/:caseNo',
    {
      ...reading,
      schema: {
        tags,
        summary: 'A case with its record chain and what happened to it',
        params: Params,
        ...answers(said.OneCase),
      },
    },
    async ({ params, principal }) => {
      const caseNo = BigInt(params.caseNo);
      const found = await findCase(db, caseNo);
      if (found === undefined || (!isStaff(principal) && found.participantNo !== (principal.participantNo ?? '-')))
        throw caseErrors.unknown({ caseNo });
      const [chains, events] = [await chainsOf(db, caseNo), await eventsOf(db, caseNo)];
      if (isStaff(principal)) return { ...found, chains, events };
      return { ...shownTo(principal, found), chains: chains.map((chain) => ownPart(chain, found.participantNo)) };
    },
  );
  server.get(
    '/v1/cases/:caseNo/words',
    {
      onRequest: rolesAllowed('clerk', 'finance-maker'),
      schema: {
        tags,
        summary: 'What the person said and how to reach that person; who read it is written down',
        params: Params,
        ...answers(said.Words),
      },
    },
    async ({ params, principal }) => ({ said: await readWords(db, seal, principal, BigInt(params.caseNo)) }),
  );
  server.post(
    '/v1/cases/:caseNo/comments',
    {
      onRequest: rolesAllowed('clerk', 'finance-maker', 'finance-checker', 'supervisor'),
      schema: { tags, summary: 'Add what is known', params: Params, body: Type.Object({ words: Words }, closed) },
    },
    async ({ params, body, principal }, reply) => {
      await transact(db, (tx) => commentCase(tx, principal, BigInt(params.caseNo), body.words));
      return reply.status(204).send();
    },
  );
  server.post(
    '/v1/cases/:caseNo/answer',
    {
      onRequest: rolesAllowed(...ASKED),
      schema: {
        tags,
        summary: 'The participant that was asked says whether the resident is right',
        params: Params,
        body: Type.Object(
          { finding: Type.Union([Type.Literal('agrees'), Type.Literal('disagrees')]), answer: Words },
          closed,
        ),
      },
    },
    async ({ params, body, principal }) =>
      shownTo(principal, await transact(db, (tx) => answerCase(tx, principal, BigInt(params.caseNo), body))),
  );
  endRoutes(server, { db, seal });
  figureRoutes(server, db);
}

function endRoutes(server: HttpServer, { db }: CaseDeps): void {
  server.post(
    '/v1/cases/:caseNo/credit',
    {
      onRequest: rolesAllowed('finance-maker'),
      schema: { tags, summary: 'Propose what the resident gets back', params: Params, body: CreditBody },
    },
    async (request, reply) => {
      const answer = await idempotent(db, request, async (tx) => ({
        status: 201,
        body: await proposeCredit(tx, request.principal, BigInt(request.params.caseNo), creditOf(request.body)),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
  server.post(
    '/v1/cases/:caseNo/credit/approval/:approvalId',
    {
      onRequest: rolesAllowed('finance-checker'),
      schema: {
        tags,
        summary: 'The second person says the same: it becomes pending credit, and the case has ended',
        params: Type.Object({ caseNo: CaseNo, approvalId: CaseNo }),
        body: CreditBody,
      },
    },
    async (request, reply) => {
      const { caseNo, approvalId } = request.params;
      const answer = await idempotent(db, request, async (tx) => ({
        status: 200,
        body: brief(
          await approveCredit(tx, request.principal, BigInt(caseNo), BigInt(approvalId), creditOf(request.body)),
        ),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
  server.post(
    '/v1/cases/:caseNo/credit/refusal',
    {
      onRequest: rolesAllowed('finance-maker', 'finance-checker'),
      schema: {
        tags,
        summary: 'Refuse the proposed credit, or take it back; the case goes on',
        params: Params,
        body: Type.Object({ reason: Reason }, closed),
      },
    },
    async ({ params, body, principal }, reply) => {
      await transact(db, (tx) => refuseCredit(tx, principal, BigInt(params.caseNo), body.reason));
      return reply.status(204).send();
    },
  );
  server.post(
    '/v1/cases/:caseNo/end',
    {
      onRequest: rolesAllowed('finance-maker'),
      schema: {
        tags,
        summary: 'End a case with a written reason, without a credit',
        params: Params,
        body: Type.Object({ reason: Reason }, closed),
      },
    },
    async ({ params, body, principal }) =>
      brief(await transact(db, (tx) => endWithReason(tx, principal, BigInt(params.caseNo), body.reason))),
  );
}

function figureRoutes(server: HttpServer, db: Database): void {
  server.get(
    '/v1/case-days',
    {
      onRequest: rolesAllowed(...STAFF, ...ASKED),
      schema: { tags, summary: 'Days for an answer and for the end', ...answers(said.Days) },
    },
    async () => ({ days: await caseDays(db) }),
  );
  server.put(
    '/v1/case-days/:kind',
    {
      onRequest: rolesAllowed('supervisor'),
      schema: {
        tags,
        summary: 'Set the days of a kind for cases opened from now on',
        params: Type.Object({ kind: Kind }),
        body: Type.Object(
          {
            answerDays: Type.Integer({ minimum: 0, maximum: 365 }),
            endDays: Type.Integer({ minimum: 0, maximum: 365 }),
          },
          closed,
        ),
      },
    },
    async ({ params, body, principal }) => {
      await transact(db, (tx) => setCaseDays(tx, principal, params.kind, body));
      return { days: await caseDays(db) };
    },
  );
  server.get(
    '/v1/case-figures',
    {
      onRequest: rolesAllowed(...STAFF),
      schema: {
        tags,
        summary: 'Numbers, times to answer and outcomes of a stretch of days, by participant',
        querystring: Type.Object({ from: Day, to: Day }, closed),
        ...answers(said.Figures),
      },
    },
    async ({ query }) => {
      const [from, to] = [businessDate(query.from), businessDate(query.to)];
      if (from > to || Date.parse(to) - Date.parse(from) > 366 * 86_400_000) throw caseErrors.periodBad({ from, to });
      return { until: to < cityDate(new Date()) ? 'over' : 'under way', figures: await caseFigures(db, from, to) };
    },
  );
}

function creditOf({ amountFen, ...rest }: Static<typeof CreditBody>): CaseCredit {
  return { ...rest, amountFen: fen(amountFen) };
}

/** What whoever answers needs of a case: who opened it and how it was ended among the company is not for partners. */
function shownTo(principal: Principal, { openedBy, endedBy, orderNo, ...shown }: ResidentCase): object {
  const rest = { openedBy, ...(endedBy !== undefined && { endedBy }), ...(orderNo !== undefined && { orderNo }) };
  return isStaff(principal) ? { ...shown, ...rest } : shown;
}

/** What whoever opened a case over the desk takes home: its number and until when it is answered. */
const toldToResident = ({ caseNo, state, openedAt, endDueAt }: ResidentCase): object => ({
  caseNo,
  state: state === 'ended' ? 'ended' : 'under way',
  openedAt,
  endDueAt,
});

/** What is stored as the answer to a key: nothing of the card. */
const brief = ({ caseNo, state, outcome, creditedFen }: ResidentCase): object => ({
  caseNo,
  state,
  outcome,
  ...(creditedFen !== undefined && { creditedFen }),
});

type Chain = Awaited<ReturnType<typeof chainsOf>>[number];

/** Of the chain what a participant sent itself: where else a person rides, loads or pays is nobody's business. */
function ownPart({ takenAt, content }: Chain, participantNo: string | undefined): object {
  const own = <T extends { readonly participantNo: string }>(rows: readonly T[]): T[] =>
    rows.filter((row) => row.participantNo === participantNo);
  const { from, to, purchases, loads, bills } = content;
  return { takenAt, content: { from, to, purchases: own(purchases), loads: own(loads), bills: own(bills) } };
}
