import {
  answers,
  approveSignInRule,
  type Database,
  type HttpServer,
  listSignInRules,
  proposeSignInRule,
  rolesAllowed,
  transact,
  Type,
} from '@citycard/common';

const closed = { additionalProperties: false };
const Rule = Type.Object({ rule: Type.String({ pattern: '^[a-z-]{1,60}$' }) });
const Value = Type.Object({ value: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }) }, closed);

/** The numbers of the sign-in: how long sessions live, when somebody has to pause (docs/portal.md, "Signing in"). */
export function registerSignInRuleRoutes(server: HttpServer, { db }: { readonly db: Database }): void {
  server.get(
    '/v1/sign-in-rules',
    {
      onRequest: rolesAllowed('platform', 'auditor', 'supervisor'),
      schema: {
        summary: 'Numbers of the sign-in in force, and between what each may be',
        ...answers(
          Type.Object({
            rules: Type.Array(
              Type.Object({
                rule: Type.String(),
                value: Type.Integer(),
                least: Type.Integer(),
                most: Type.Integer(),
              }),
            ),
          }),
        ),
      },
    },
    async () => ({ rules: await listSignInRules(db) }),
  );
  server.post(
    '/v1/sign-in-rules/:rule',
    {
      onRequest: rolesAllowed('platform'),
      config: { stepUp: true },
      schema: {
        summary: 'Propose another value for a number of the sign-in',
        params: Rule,
        body: Value,
        ...answers(Type.Object({ approvalId: Type.Integer() }), 201),
      },
    },
    async ({ params: { rule }, body: { value }, principal }, reply) =>
      reply.status(201).send(await transact(db, (tx) => proposeSignInRule(tx, principal, rule, value))),
  );
  server.post(
    '/v1/sign-in-rules/:rule/approval/:approvalId',
    {
      onRequest: rolesAllowed('platform'),
      schema: {
        summary: 'Put the same value in force, as another person',
        params: Type.Object({ ...Rule.properties, approvalId: Type.String({ pattern: '^[1-9][0-9]{0,17}$' }) }),
        body: Value,
        ...answers(Type.Object({ rule: Type.String(), value: Type.Integer() })),
      },
    },
    async ({ params: { rule, approvalId }, body: { value }, principal }) => {
      await transact(db, (tx) => approveSignInRule(tx, principal, BigInt(approvalId), rule, value));
      return { rule, value };
    },
  );
}
