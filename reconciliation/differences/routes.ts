import {
  answers,
  type BusinessDate,
  businessDate,
  cityDate,
  type Database,
  type HttpServer,
  idempotent,
  type Principal,
  rolesAllowed,
  type Static,
  transact,
  Type,
} from '@citycard/common';
import { closingReport } from './closing.ts';
import { approveDecision, proposeDecision } from './decide.ts';
import { COUNTERPART_KINDS, OWNER_ROLES, shown, shownToPartner } from './difference.ts';
import { differenceErrors } from './errors.ts';
import { findDifference, listDifferences, openSummary } from './list.ts';
import { approveRule, type DifferenceRule, proposeRule, rulesInForce } from './rules.ts';
import { comment, giveTo } from './talk.ts';
import * as said from './answers.ts';

const closed = { additionalProperties: false } as const;
const tags = ['differences'];
const KindOfCounterpart = Type.Union(COUNTERPART_KINDS.map((kind) => Type.Literal(kind)));
const Kind = Type.String({ pattern: '^[a-z][a-z-]{1,30}$' });
const Day = Type.String({ format: 'date' });
const ApprovalId = Type.String({ pattern: '^[1-9][0-9]{0,17}$' });
const Words = Type.String({ minLength: 3, maxLength: 500, pattern: '^\\P{Cc}+$' });
const Params = Type.Object({ differenceNo: ApprovalId });
const DecisionParams = Type.Object({ differenceNo: ApprovalId, approvalId: ApprovalId });
const Filter = Type.Object(
  {
    counterpartKind: Type.Optional(KindOfCounterpart),
    counterpart: Type.Optional(Type.String({ pattern: '^[!-~]{1,40}$' })),
    kind: Type.Optional(Kind),
    state: Type.Optional(Type.Union([Type.Literal('open'), Type.Literal('ended')])),
    from: Type.Optional(Day),
    to: Type.Optional(Day),
    owner: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    overdue: Type.Optional(Type.Boolean()),
    after: Type.Optional(Type.String({ pattern: '^[0-9]{1,18}$' })),
  },
  closed,
);
const Account = Type.String({ pattern: '^[a-z-]{3,40}(:[0-9A-Za-z.-]{1,40})?$' });
const DecisionBody = Type.Object(
  {
    reason: Words,
    booking: Type.Optional(
      Type.Object(
        {
          debit: Account,
          credit: Account,
          amountFen: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
          cardNo: Type.Optional(Type.String({ pattern: '^[0-9]{19}$' })),
        },
        closed,
      ),
    ),
  },
  closed,
);
const RuleBody = Type.Object(
  {
    counterpartKind: KindOfCounterpart,
    kind: Type.Union([Kind, Type.Literal('*')]),
    ownerRole: Type.Union(OWNER_ROLES.map((role) => Type.Literal(role))),
    dueDays: Type.Integer({ minimum: 0, maximum: 365 }),
    tolerateFen: Type.Integer({ minimum: 0, maximum: 1000 }),
  },
  closed,
);

const PARTNERS = ['operator-partner', 'agent-partner', 'biller-partner', 'city-partner'] as const;
const STAFF = ['finance-maker', 'finance-checker', 'platform', 'supervisor', 'auditor'] as const;
const isPartner = (principal: Principal): boolean => !STAFF.some((role) => principal.roles.includes(role));

/** Differences over HTTP: listed, explained, given to people, ended by two of them; their rules, and the closing report. */
export function registerDifferenceRoutes(server: HttpServer, { db }: { readonly db: Database }): void {
  readingRoutes(server, db);
  workRoutes(server, db);
  ruleRoutes(server, db);
}

function readingRoutes(server: HttpServer, db: Database): void {
  const staff = { onRequest: rolesAllowed(...STAFF) };
  server.get(
    '/v1/differences',
    {
      onRequest: rolesAllowed(...STAFF, ...PARTNERS),
      schema: {
        tags,
        summary: 'Differences by number, 200 at once; partners see their own',
        querystring: Filter,
        ...answers(said.Differences),
      },
    },
    async ({ query, principal }) => answerList(db, principal, query),
  );
  server.get(
    '/v1/differences/summary',
    { ...staff, schema: { tags, summary: 'Open differences by age', ...answers(said.OpenByAge) } },
    async () => {
      const today = cityDate(new Date());
      return { today, lines: await openSummary(db, today) };
    },
  );
  server.get(
    '/v1/differences/closing',
    {
      ...staff,
      schema: {
        tags,
        summary: 'Closing report',
        querystring: Type.Object({ from: Day, to: Day }, closed),
        ...answers(said.Closing),
      },
    },
    async ({ query }) => {
      const [from, to] = periodOf(query.from, query.to);
      return { from, to, ...(await closingReport(db, from, to, CLOSING_LIST)) };
    },
  );
  server.get(
    '/v1/differences/:differenceNo',
    {
      ...staff,
      schema: {
        tags,
        summary: 'A difference, its evidence and all that happened to it',
        params: Params,
        ...answers(said.OneDifference),
      },
    },
    async ({ params }) => {
      const { difference, events } = await findDifference(db, BigInt(params.differenceNo));
      return { ...shown(difference, cityDate(new Date())), events };
    },
  );
}

/** Ended differences listed in a closing report over HTTP; the report files have the rest. */
const CLOSING_LIST = 1_000;
const LONGEST_DAYS = 366;

/** @throws CityCardError `reconciliation.differences.period-bad` */
function periodOf(from: string, to: string): readonly [BusinessDate, BusinessDate] {
  const days = (Date.parse(to) - Date.parse(from)) / 86_400_000;
  if (!(days >= 0 && days < LONGEST_DAYS)) throw differenceErrors.periodBad({ from, to });
  return [businessDate(from), businessDate(to)];
}

async function answerList(db: Database, principal: Principal, query: Static<typeof Filter>): Promise<unknown> {
  const today = cityDate(new Date());
  const { overdue, after, ...filter } = query;
  const asked = {
    ...filter,
    ...(overdue === true && { overdueOn: today }),
    ...(after !== undefined && { after: BigInt(after) }),
  };
  const partner = isPartner(principal);
  const differences = await listDifferences(db, {
    ...asked,
    // Nobody's number is `-`: a partner that stands for no participant sees nothing.
    ...(partner && { counterpart: principal.participantNo ?? '-' }),
  });
  const last = differences.at(-1);
  return {
    differences: differences.map((each) => (partner ? shownToPartner(each) : shown(each, today))),
    ...(last !== undefined && { next: last.differenceNo }),
  };
}

function workRoutes(server: HttpServer, db: Database): void {
  server.post(
    '/v1/differences/:differenceNo/comments',
    {
      onRequest: rolesAllowed('finance-maker', 'finance-checker', 'platform'),
      schema: { tags, summary: 'Say what is known of it', params: Params, body: Type.Object({ words: Words }, closed) },
    },
    async ({ params, body, principal }, reply) => {
      await transact(db, (tx) => comment(tx, principal, BigInt(params.differenceNo), body.words));
      return reply.status(204).send();
    },
  );
  server.put(
    '/v1/differences/:differenceNo/owner',
    {
      onRequest: rolesAllowed('finance-maker', 'finance-checker', 'platform'),
      schema: {
        tags,
        summary: 'Give it to a person',
        params: Params,
        body: Type.Object({ owner: Type.String({ minLength: 1, maxLength: 100 }) }, closed),
      },
    },
    async ({ params, body, principal }, reply) => {
      await transact(db, (tx) => giveTo(tx, principal, BigInt(params.differenceNo), body.owner));
      return reply.status(204).send();
    },
  );
  server.post(
    '/v1/differences/:differenceNo/decision',
    {
      onRequest: rolesAllowed('finance-maker'),
      schema: {
        tags,
        summary: 'Propose how it ends',
        params: Params,
        body: DecisionBody,
        ...answers(said.Proposed, 201),
      },
    },
    async ({ params, body, principal }, reply) =>
      reply
        .status(201)
        .send(await transact(db, (tx) => proposeDecision(tx, principal, BigInt(params.differenceNo), body))),
  );
  server.post(
    '/v1/differences/:differenceNo/decision/:approvalId',
    {
      onRequest: rolesAllowed('finance-checker'),
      schema: { tags, summary: 'End it as the second person; the adjustment is posted', params: DecisionParams },
    },
    async (request, reply) => {
      const { differenceNo, approvalId } = request.params;
      const answer = await idempotent(db, request, async (tx) => ({
        status: 200,
        body: await approveDecision(tx, request.principal, BigInt(differenceNo), BigInt(approvalId)),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
}

function ruleRoutes(server: HttpServer, db: Database): void {
  server.get(
    '/v1/difference-rules',
    {
      onRequest: rolesAllowed(...STAFF),
      schema: { tags, summary: 'Owner, due days and tolerance of differences', ...answers(said.RulesInForce) },
    },
    async () => ({
      rules: await rulesInForce(db),
      counterpartKinds: [...COUNTERPART_KINDS],
      ownerRoles: [...OWNER_ROLES],
    }),
  );
  server.post(
    '/v1/difference-rules',
    {
      onRequest: rolesAllowed('finance-maker'),
      schema: { tags, summary: 'Propose a rule', body: RuleBody, ...answers(said.Proposed, 201) },
    },
    async ({ body, principal }, reply) =>
      reply.status(201).send(await transact(db, (tx) => proposeRule(tx, principal, body satisfies DifferenceRule))),
  );
  server.post(
    '/v1/difference-rules/:approvalId',
    {
      onRequest: rolesAllowed('finance-checker'),
      schema: {
        tags,
        summary: 'Approve it, with the same body',
        params: Type.Object({ approvalId: ApprovalId }),
        body: RuleBody,
      },
    },
    async ({ params, body, principal }) =>
      transact(db, (tx) => approveRule(tx, principal, body, BigInt(params.approvalId))),
  );
}
