import { type HttpServer, rolesAllowed, Type } from '@citycard/common';
import type { PopulationDeps } from '../deps.ts';
import { approveOrder, collectAnswer, listOrders, type NewOrder, proposeOrder, refuseOrder } from './order.ts';

const Id = Type.String({ pattern: '^[0-9]{1,18}$' });
const Document = {
  authority: Type.String({ minLength: 2, maxLength: 80 }),
  documentNo: Type.String({ minLength: 2, maxLength: 60 }),
};
const Person = Type.Union([
  Type.Object({ idNumber: Type.String({ pattern: '^[0-9]{17}[0-9X]$' }) }, { additionalProperties: false }),
  Type.Object({ cardNo: Type.String({ pattern: '^[0-9]{19}$' }) }, { additionalProperties: false }),
]);
const Order = Type.Union([
  Type.Object(
    { kind: Type.Union([Type.Literal('inquiry'), Type.Literal('freeze')]), ...Document, target: Person },
    { additionalProperties: false },
  ),
  Type.Object(
    { kind: Type.Literal('unfreeze'), ...Document, lifts: Type.Integer({ minimum: 1 }) },
    { additionalProperties: false },
  ),
]);

/** Orders of courts and authorities: entered by one registrar, approved by another. */
export function registerLegalRoutes(server: HttpServer, deps: PopulationDeps): void {
  const registrar = { onRequest: rolesAllowed('registrar') };
  server.post('/v1/legal-orders', { ...registrar, schema: { body: Order } }, async (request, reply) => {
    const { body } = request;
    const { kind, authority, documentNo } = body;
    const target: NewOrder['target'] = 'lifts' in body ? { lifts: BigInt(body.lifts) } : body.target;
    const order = { kind, authority, documentNo, target };
    return reply.status(201).send(await proposeOrder(deps, request.principal, order));
  });
  server.get('/v1/legal-orders', { onRequest: rolesAllowed('registrar', 'auditor') }, async () => ({
    orders: await listOrders(deps),
  }));
  const Params = Type.Object({ orderId: Id });
  const onOrder = { ...registrar, schema: { params: Params } };
  server.post('/v1/legal-orders/:orderId/approval', onOrder, (request) =>
    approveOrder(deps, request.principal, BigInt(request.params.orderId)),
  );
  server.post('/v1/legal-orders/:orderId/refusal', onOrder, async (request, reply) => {
    await refuseOrder(deps, request.principal, BigInt(request.params.orderId));
    return reply.status(204).send();
  });
  server.post('/v1/legal-orders/:orderId/collection', onOrder, (request) =>
    collectAnswer(deps, request.principal, BigInt(request.params.orderId)),
  );
}
