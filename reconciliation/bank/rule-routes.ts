import { answers, type Database, type HttpServer, rolesAllowed, type Static, transact, Type } from '@citycard/common';
import {
  approveReferenceRule,
  proposeReferenceRule,
  referenceRules,
  type ReferenceRuleTerms,
} from './reference-rules.ts';
import * as said from '../answers.ts';
import { suggestionsFor } from './suggestions.ts';
import { approveWithdrawal, proposeWithdrawal } from './withdraw.ts';

const closed = { additionalProperties: false } as const;
const tags = ['bank'];
const BankKind = Type.Union(
  (['bank-custody', 'bank-receiving', 'bank-paying', 'bank-card-deposits'] as const).map((kind) => Type.Literal(kind)),
);
const Terms = {
  name: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{1,39}$' }),
  purpose: Type.Union(
    (['prefund', 'city', 'pay-in', 'former-issuer', 'owed', 'subsidy'] as const).map((purpose) =>
      Type.Literal(purpose),
    ),
  ),
  reads: Type.Union([Type.Literal('reference'), Type.Literal('payer')]),
  begins: Type.String({ minLength: 2, maxLength: 140, pattern: '^\\P{Cc}+$' }),
  nameForm: Type.Optional(
    Type.Union((['participant', 'city', 'slip', 'claim'] as const).map((form) => Type.Literal(form))),
  ),
  accountName: Type.Optional(Type.String({ pattern: '^[0-9A-Za-z.-]{1,40}$' })),
  accountKind: Type.String({ pattern: '^[a-z-]{3,40}$' }),
  arrivesOn: Type.Array(BankKind, { minItems: 1, maxItems: 4, uniqueItems: true }),
  place: Type.Integer({ minimum: 0, maximum: 10_000 }),
  active: Type.Boolean(),
};
const Body = Type.Object(Terms, closed);
const ApprovalBody = Type.Object({ ...Terms, approvalId: Type.String({ pattern: '^[1-9][0-9]{0,17}$' }) }, closed);
const ItemParams = Type.Object({
  account: Type.String({ minLength: 1, maxLength: 34 }),
  reference: Type.String({ minLength: 1, maxLength: 35 }),
  part: Type.String({ pattern: '^[1-9][0-9]{0,6}$' }),
});

const termsOf = ({ nameForm, accountName, ...terms }: Static<typeof Body>): ReferenceRuleTerms => ({
  ...terms,
  ...(nameForm !== undefined && { nameForm }),
  ...(accountName !== undefined && { accountName }),
});

/** Rules by which money that comes in is recognised, and what an unmatched entry may be (docs/reconciliation.md, "The bank"). */
export function registerReferenceRuleRoutes(server: HttpServer, { db }: { readonly db: Database }): void {
  const reading = { onRequest: rolesAllowed('finance-maker', 'finance-checker', 'supervisor', 'auditor') };
  server.get(
    '/v1/bank/reference-rules',
    {
      ...reading,
      schema: { tags, summary: 'Rules in force, in the order they are asked', ...answers(said.ReferenceRules) },
    },
    async () => ({ rules: await referenceRules(db) }),
  );
  server.post(
    '/v1/bank/reference-rules',
    {
      onRequest: rolesAllowed('finance-maker'),
      schema: { tags, summary: 'Propose a rule, or another version of one', body: Body },
    },
    async ({ body, principal }, reply) =>
      reply.status(201).send(await transact(db, (tx) => proposeReferenceRule(tx, principal, termsOf(body)))),
  );
  server.post(
    '/v1/bank/reference-rules/approval',
    {
      onRequest: rolesAllowed('finance-checker'),
      schema: { tags, summary: 'Set a proposed rule: the second person says the same', body: ApprovalBody },
    },
    async ({ body: { approvalId, ...terms }, principal }) =>
      transact(db, (tx) => approveReferenceRule(tx, principal, BigInt(approvalId), termsOf(terms))),
  );
  server.get(
    '/v1/bank/open-items/:account/:reference/:part/suggestions',
    {
      ...reading,
      schema: {
        tags,
        summary: 'What an unmatched entry may be, the likeliest first',
        params: ItemParams,
        ...answers(said.Suggestions),
      },
    },
    async ({ params }) => ({ suggestions: await suggestionsFor(db, { ...params, part: Number(params.part) }) }),
  );
  withdrawalRoutes(server, db);
}

const entryFields = {
  account: Type.String({ minLength: 1, maxLength: 34 }),
  reference: Type.String({ minLength: 1, maxLength: 35 }),
};
const Reason = Type.Object({ reason: Type.String({ minLength: 3, maxLength: 200, pattern: '^\\P{Cc}+$' }) }, closed);

/** What two persons do with an entry that the bank notified and does not stand by. */
function withdrawalRoutes(server: HttpServer, db: Database): void {
  const path = '/v1/bank/entries/:account/:reference/withdrawal';
  server.post(
    path,
    {
      onRequest: rolesAllowed('finance-maker'),
      schema: {
        tags,
        summary: 'Propose to take back an entry the bank notified wrongly',
        params: Type.Object(entryFields),
        body: Reason,
      },
    },
    async ({ params, body, principal }, reply) =>
      reply.status(201).send(await transact(db, (tx) => proposeWithdrawal(tx, principal, { ...params, ...body }))),
  );
  server.post(
    `${path}/:approvalId`,
    {
      onRequest: rolesAllowed('finance-checker'),
      schema: {
        tags,
        summary: 'Take it back as the second person: what it booked is reversed',
        params: Type.Object({ ...entryFields, approvalId: Type.String({ pattern: '^[1-9][0-9]{0,17}$' }) }),
        body: Reason,
      },
    },
    async ({ params: { approvalId, ...entry }, body, principal }) =>
      transact(db, (tx) => approveWithdrawal(tx, principal, { ...entry, ...body }, BigInt(approvalId))),
  );
}
