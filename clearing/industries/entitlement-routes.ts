import {
  businessDate,
  type Database,
  type HttpServer,
  idempotent,
  rolesAllowed,
  transact,
  Type,
} from '@citycard/common';
import { cardNo } from '../purses/card-number.ts';
import { INDUSTRY_CODE, industryOfCode } from './code.ts';
import { endEntitlement, entitlementsOf, grantEntitlement } from './entitlements.ts';

const closed = { additionalProperties: false } as const;
const CardParams = Type.Object({ cardNo: Type.String({ maxLength: 24 }) });
const NewEntitlement = Type.Object(
  {
    industry: Type.String({ pattern: INDUSTRY_CODE }),
    validFrom: Type.String({ format: 'date' }),
    validTo: Type.String({ format: 'date' }),
    visitsAllowed: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
    reference: Type.String({ pattern: '^[!-~]{1,40}$' }),
  },
  closed,
);

/** Entitlements without money: given by a counter or by the industry's own system. */
export function registerEntitlementRoutes(server: HttpServer, { db }: { readonly db: Database }): void {
  const granting = { onRequest: rolesAllowed('clerk', 'operator-partner') };
  server.post(
    '/v1/cards/:cardNo/entitlements',
    { ...granting, schema: { summary: 'Give a card an entitlement', params: CardParams, body: NewEntitlement } },
    async (request, reply) => {
      const { body, params, principal } = request;
      const answer = await idempotent(db, request, async (tx) => ({
        status: 201,
        body: await grantEntitlement(tx, principal, {
          cardNo: cardNo(params.cardNo),
          industry: industryOfCode(body.industry),
          validFrom: businessDate(body.validFrom),
          validTo: businessDate(body.validTo),
          reference: body.reference,
          ...(body.visitsAllowed !== undefined && { visitsAllowed: body.visitsAllowed }),
        }),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
  server.get(
    '/v1/cards/:cardNo/entitlements',
    {
      onRequest: rolesAllowed('clerk', 'auditor', 'operator-partner'),
      schema: { summary: 'Entitlements of a card and the visits made', params: CardParams },
    },
    async ({ params, principal }) => ({ entitlements: await entitlementsOf(db, principal, cardNo(params.cardNo)) }),
  );
  server.post(
    '/v1/cards/:cardNo/entitlements/:entitlementNo/end',
    {
      ...granting,
      schema: {
        summary: 'End an entitlement; today is its last day',
        params: Type.Object({
          cardNo: Type.String({ maxLength: 24 }),
          entitlementNo: Type.String({ pattern: '^[0-9]{1,18}$' }),
        }),
      },
    },
    async ({ params, principal }, reply) => {
      await transact(db, (tx) => endEntitlement(tx, principal, cardNo(params.cardNo), BigInt(params.entitlementNo)));
      return reply.status(204).send();
    },
  );
}
