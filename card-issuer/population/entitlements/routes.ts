import { answers, type Database, type HttpServer, rolesAllowed, type Static, Type } from '@citycard/common';
import { approveDecision, type Decision, proposeDecision, revokeEntitlement } from './decisions.ts';
import { listDecisions, listDepartments } from './list.ts';

const Departments = Type.Object({
  departments: Type.Array(
    Type.Object({
      department: Type.String(),
      name: Type.String(),
      certificateCn: Type.String(),
      queriesPerMinute: Type.Integer(),
      oldestPeriodDays: Type.Integer(),
      statistics: Type.Boolean(),
      entitlements: Type.Record(Type.String(), Type.Array(Type.String())),
    }),
  ),
});
const strict = { additionalProperties: false };
const Department = Type.Object({ department: Type.String({ pattern: '^[a-z-]{1,40}$' }) });
const Approval = Type.Object({ ...Department.properties, approvalId: Type.String({ pattern: '^[0-9]{1,18}$' }) });
const Reference = Type.String({
  minLength: 4,
  maxLength: 60,
  description: 'Number of the document it is decided under; another occasion has another document',
});
const Purpose = Type.String({ pattern: '^[a-z]+(-[a-z]+)*$', maxLength: 40 });
const Items = Type.Array(Type.String({ pattern: '^[a-z][a-z0-9-]{0,39}$' }), {
  minItems: 1,
  maxItems: 100,
  uniqueItems: true,
});
const Terms = Type.Object(
  {
    name: Type.String({ minLength: 2, maxLength: 80 }),
    certificateCn: Type.String({ pattern: '^[0-9A-Za-z]{4,15}$' }),
    queriesPerMinute: Type.Integer({ minimum: 1, maximum: 100_000 }),
    oldestPeriodDays: Type.Integer({ minimum: 1, maximum: 3_660 }),
    statistics: Type.Boolean(),
    reference: Reference,
  },
  strict,
);
const Entitlement = Type.Object({ purpose: Purpose, items: Items, reference: Reference }, strict);
const Revocation = Type.Object({ purpose: Purpose, items: Type.Optional(Items), reference: Reference }, strict);

/** With whom population data is shared and what each may have: decided by two people, taken away by one. */
export function registerEntitlementRoutes(server: HttpServer, { db }: { readonly db: Database }): void {
  const deciding = { onRequest: rolesAllowed('registrar', 'platform') };
  const seeing = { onRequest: rolesAllowed('registrar', 'platform', 'auditor') };
  const one = '/v1/departments/:department';
  server.get(
    '/v1/departments',
    { ...seeing, schema: { summary: 'Departments and what each may have', ...answers(Departments) } },
    async () => ({ departments: await listDepartments(db) }),
  );
  server.get(`${one}/decisions`, { ...seeing, schema: { params: Department } }, async ({ params }) => ({
    decisions: await listDecisions(db, params.department),
  }));

  server.post(
    `${one}/terms`,
    { ...deciding, schema: { params: Department, body: Terms } },
    async ({ params, body, principal }, reply) =>
      reply.status(201).send(await proposeDecision(db, principal, termsOf(params.department, body))),
  );
  server.post(
    `${one}/terms/:approvalId/approval`,
    { ...deciding, schema: { params: Approval, body: Terms } },
    async ({ params, body, principal }, reply) => {
      await approveDecision(db, principal, BigInt(params.approvalId), termsOf(params.department, body));
      return reply.status(204).send();
    },
  );
  server.post(
    `${one}/entitlements`,
    { ...deciding, schema: { params: Department, body: Entitlement } },
    async ({ params, body, principal }, reply) =>
      reply.status(201).send(await proposeDecision(db, principal, entitlementOf(params.department, body))),
  );
  server.post(
    `${one}/entitlements/:approvalId/approval`,
    { ...deciding, schema: { params: Approval, body: Entitlement } },
    async ({ params, body, principal }, reply) => {
      await approveDecision(db, principal, BigInt(params.approvalId), entitlementOf(params.department, body));
      return reply.status(204).send();
    },
  );
  server.post(
    `${one}/entitlements/revocation`,
    { ...deciding, schema: { params: Department, body: Revocation } },
    ({ params, body, principal }) => revokeEntitlement(db, principal, params.department, body),
  );
}

function termsOf(department: string, { reference, ...terms }: Static<typeof Terms>): Decision {
  return { kind: 'terms', department, terms, reference };
}

/** The order of the items says nothing. */
function entitlementOf(department: string, { purpose, items, reference }: Static<typeof Entitlement>): Decision {
  return { kind: 'entitle', department, entitlement: { purpose, items: items.toSorted() }, reference };
}
