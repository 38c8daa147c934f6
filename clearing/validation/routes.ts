import { Readable } from 'node:stream';
import {
  answers,
  businessDate,
  cityDate,
  type Database,
  type HttpServer,
  idempotent,
  rolesAllowed,
  transact,
  Type,
} from '@citycard/common';
import { dateOf } from '../day/date-of-path.ts';
import { type ReasonCode, reasonCode } from '../purchases/reason-codes.ts';
import { chainBreaks, missingCsv, missingPurchases } from './chain/missing.ts';
import { registerDayRecordRoutes } from './day-record-routes.ts';
import { validationErrors } from './errors.ts';
import { approveHeldDecision, type HeldDecision, proposeHeldDecision } from './held/decide.ts';
import { recordStory } from './held/view.ts';
import { openPurchases } from './overview.ts';
import { nameOf, type RecordRef } from './received-purchase.ts';
import { approveRule, listRules, proposeRule, type RuleChange } from './rule-change.ts';
import { OPTIONAL_RULES, readRuleBook, RULE_NAMES, type RuleName } from './rules.ts';
import * as said from './answers.ts';

const closed = { additionalProperties: false } as const;
const Day = Type.String({ format: 'date' });
const Id = Type.String({ pattern: '^[0-9]{1,18}$' });
const CardNumber = Type.String({ pattern: '^[0-9]{19,20}$' });
const Code = Type.String({ pattern: '^[0-9A-F]{2}$' });
const RecordParams = Type.Object({
  cardNo: CardNumber,
  businessDate: Day,
  intakeId: Id,
  index: Type.String({ pattern: '^[0-9]{1,9}$' }),
});
const Verdict = {
  outcome: Type.Union([Type.Literal('accept'), Type.Literal('refuse')]),
  /** Of an acceptance: who pays; the purse when left out. */
  payer: Type.Optional(Type.Union([Type.Literal('purse'), Type.Literal('company')])),
  /** Of the company's payment: although the card's chain shows that the card has paid. */
  althoughCardPaid: Type.Optional(Type.Literal(true)),
  /** Of a refusal: the final reason; that for which the record is held when left out. */
  reasonCode: Type.Optional(Code),
  evidence: Type.String({ minLength: 3, maxLength: 500 }),
};
const Rule = {
  ruleName: Type.Union(RULE_NAMES.map((name) => Type.Literal(name))),
  validFrom: Day,
  /** Left out: from that day on persons decide alone. */
  value: Type.Optional(Type.Integer({ minimum: 0, maximum: 3650 })),
};
/** A list ends with the page that is not full. */
const PAGE = 100;
/** The last line of the page before. */
const Place = Type.String({ pattern: '^[0-9]{19,20}\\.[0-9]{1,5}$' });
const ListQuery = Type.Object(
  {
    cardNo: Type.Optional(CardNumber),
    after: Type.Optional(Place),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
  },
  closed,
);

const SEEING = ['finance-maker', 'finance-checker', 'supervisor', 'auditor', 'platform'] as const;
const making = { onRequest: rolesAllowed('finance-maker') };
const checking = { onRequest: rolesAllowed('finance-checker') };

/** Held purchase records, what is missing in the chains of cards, and the rules of validation (docs/validation.md). */
export function registerValidationRoutes(server: HttpServer, { db }: { readonly db: Database }): void {
  heldRoutes(server, db);
  decisionRoutes(server, db);
  chainRoutes(server, db);
  ruleRoutes(server, db);
  registerDayRecordRoutes(server, { db });
}

function heldRoutes(server: HttpServer, db: Database): void {
  server.get(
    '/v1/held-purchases',
    {
      onRequest: rolesAllowed(...SEEING),
      schema: {
        summary: 'Records that are held or wait for another city, oldest first, a page at a time',
        querystring: Type.Object(
          {
            reasonCode: Type.Optional(Code),
            participantNo: Type.Optional(Type.String({ maxLength: 15 })),
            until: Type.Optional(Day),
            after: Type.Optional(Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}\\.[0-9]{1,18}\\.[0-9]{1,9}$' })),
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
          },
          closed,
        ),
        ...answers(said.HeldRecords),
      },
    },
    async ({ query }) => {
      const code = query.reasonCode === undefined ? undefined : reasonCode(query.reasonCode);
      if (query.reasonCode !== undefined && code === undefined)
        throw validationErrors.codeUnknown({ reasonCode: query.reasonCode });
      const limit = query.limit ?? PAGE;
      const [date, intakeId, index] = query.after?.split('.') ?? [];
      const after: RecordRef | undefined =
        date === undefined || intakeId === undefined
          ? undefined
          : { cardNo: '', businessDate: dateOf({ date }), intakeId: BigInt(intakeId), index: Number(index) };
      const found = await openPurchases(db, {
        states: ['suspicious', 'routed'],
        limit,
        ...(code !== undefined && { reasonCode: code }),
        ...(query.participantNo !== undefined && { participantNo: query.participantNo }),
        ...(query.until !== undefined && { until: businessDate(query.until) }),
        ...(after !== undefined && { after }),
      });
      const last = found.length < limit ? undefined : found.at(-1)?.ref;
      return {
        records: found.map(({ raw: _, ref, ...record }) => ({ ...ref, ...record })),
        next: last === undefined ? null : `${last.businessDate}.${last.intakeId}.${last.index}`,
      };
    },
  );
  server.get(
    '/v1/held-purchases/:cardNo/:businessDate/:intakeId/:index',
    {
      onRequest: rolesAllowed(...SEEING),
      schema: {
        summary: 'A judged record, its history and what stands beside it',
        params: RecordParams,
        ...answers(said.Story),
      },
    },
    async ({ params }) => recordStory(db, refOf(params)),
  );
}

function decisionRoutes(server: HttpServer, db: Database): void {
  const path = '/v1/held-purchases/:cardNo/:businessDate/:intakeId/:index';
  server.post(
    `${path}/decision`,
    {
      ...making,
      schema: {
        summary: 'Propose what becomes of a held record',
        params: RecordParams,
        body: Type.Object(Verdict, closed),
        ...answers(said.Proposed, 201),
      },
    },
    async (request, reply) => {
      const decision = decisionOf(request.params, request.body);
      const answer = await idempotent(db, request, async (tx) => ({
        status: 201,
        body: await proposeHeldDecision(tx, request.principal, decision),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
  server.post(
    `${path}/approval`,
    {
      ...checking,
      schema: {
        summary: 'The second person says the same: the record is paid or refused',
        params: RecordParams,
        body: Type.Object({ ...Verdict, approvalId: Id }, closed),
      },
    },
    async (request, reply) => {
      const { approvalId, ...verdict } = request.body;
      const decision = decisionOf(request.params, verdict);
      const answer = await idempotent(db, request, async (tx) => ({
        status: 200,
        body: await approveHeldDecision(tx, request.principal, BigInt(approvalId), decision),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
}

function chainRoutes(server: HttpServer, db: Database): void {
  const placeOf = (after: string | undefined) => {
    const [cardNo, counter] = after?.split('.') ?? [];
    return cardNo === undefined ? {} : { after: { cardNo, counter: Number(counter) } };
  };
  server.get(
    '/v1/missing-purchases',
    {
      onRequest: rolesAllowed(...SEEING),
      schema: {
        summary: 'Purchases that cards have made and nobody has uploaded',
        querystring: ListQuery,
        ...answers(said.Missing),
      },
    },
    async ({ query }) => {
      const limit = query.limit ?? PAGE;
      const missing = await missingPurchases(db, {
        limit,
        ...(query.cardNo !== undefined && { cardNo: query.cardNo }),
        ...placeOf(query.after),
      });
      const last = missing.length < limit ? undefined : missing.at(-1);
      return { missing, next: last === undefined ? null : `${last.cardNo}.${last.fromCounter}` };
    },
  );
  server.get(
    '/v1/missing-purchases/list',
    {
      onRequest: rolesAllowed('operator-partner', ...SEEING),
      schema: { summary: 'The list operators get: what to look for in terminals and depots, CSV' },
    },
    async (_request, reply) => {
      const { missingListedMs } = (await readRuleBook(db)).on(cityDate(new Date()));
      return reply
        .type('text/csv; charset=utf-8')
        .send(Readable.from(missingCsv(db, new Date(Date.now() - missingListedMs))));
    },
  );
  server.get(
    '/v1/chain-breaks',
    {
      onRequest: rolesAllowed(...SEEING),
      schema: {
        summary: 'Purchases that do not continue the one before: balance, time',
        querystring: ListQuery,
        ...answers(said.Breaks),
      },
    },
    async ({ query }) => {
      const limit = query.limit ?? PAGE;
      const breaks = await chainBreaks(db, {
        limit,
        ...(query.cardNo !== undefined && { cardNo: query.cardNo }),
        ...placeOf(query.after),
      });
      const last = breaks.length < limit ? undefined : breaks.at(-1);
      return { breaks, next: last === undefined ? null : `${last.cardNo}.${last.offlineCounter}` };
    },
  );
}

function ruleRoutes(server: HttpServer, db: Database): void {
  const changeOf = (body: { ruleName: RuleName; validFrom: string; value?: number }): RuleChange => ({
    ruleName: body.ruleName,
    validFrom: businessDate(body.validFrom),
    value: body.value,
  });
  server.get(
    '/v1/validation-rules',
    {
      onRequest: rolesAllowed(...SEEING),
      schema: { summary: 'The numbers validation goes by, each from a day on', ...answers(said.NumbersInForce) },
    },
    async () => ({
      rules: await transact(db, listRules),
      names: RULE_NAMES.map((ruleName) => ({ ruleName, optional: OPTIONAL_RULES.has(ruleName) })),
    }),
  );
  server.post(
    '/v1/validation-rules',
    { ...making, schema: { summary: 'Propose a rule from a later day on', body: Type.Object(Rule, closed) } },
    async ({ body, principal }, reply) =>
      reply
        .status(201)
        .send(await transact(db, (tx) => proposeRule(tx, principal, changeOf(body), cityDate(new Date())))),
  );
  server.post(
    '/v1/validation-rules/approval',
    {
      ...checking,
      schema: {
        summary: 'Set a proposed rule: the second person says the same',
        body: Type.Object({ ...Rule, approvalId: Id }, closed),
      },
    },
    async ({ body, principal }) => {
      const { approvalId, ...rule } = body;
      await transact(db, (tx) => approveRule(tx, principal, BigInt(approvalId), changeOf(rule), cityDate(new Date())));
      return rule;
    },
  );
}

interface RecordWords {
  cardNo: string;
  businessDate: string;
  intakeId: string;
  index: string;
}

function refOf(params: RecordWords): RecordRef {
  return {
    cardNo: params.cardNo,
    businessDate: businessDate(params.businessDate),
    intakeId: BigInt(params.intakeId),
    index: Number(params.index),
  };
}

function decisionOf(
  params: RecordWords,
  said: {
    outcome: 'accept' | 'refuse';
    payer?: 'purse' | 'company';
    althoughCardPaid?: true;
    reasonCode?: string;
    evidence: string;
  },
): HeldDecision {
  const ref = refOf(params);
  const { evidence, althoughCardPaid } = said;
  if (althoughCardPaid !== undefined && said.payer !== 'company')
    throw validationErrors.verdictMixed({ record: nameOf(ref) });
  if (said.outcome === 'accept') {
    if (said.reasonCode !== undefined) throw validationErrors.verdictMixed({ record: nameOf(ref) });
    const payer = said.payer ?? 'purse';
    return { ref, verdict: { outcome: 'accept', payer, ...(althoughCardPaid && { althoughCardPaid }) }, evidence };
  }
  const code: ReasonCode | undefined = said.reasonCode === undefined ? undefined : reasonCode(said.reasonCode);
  if (said.payer !== undefined || (said.reasonCode !== undefined && code === undefined))
    throw validationErrors.verdictMixed({ record: nameOf(ref) });
  return { ref, verdict: { outcome: 'refuse', ...(code !== undefined && { reasonCode: code }) }, evidence };
}
