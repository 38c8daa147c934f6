import { type Database, type HttpServer, rolesAllowed, transact, Type } from '@citycard/common';
import { answers, Moment, Numbered } from '../answers.ts';
import { addPlace, proveStock, stockLines } from './report.ts';
import { handOver, listTransfers, receive, takeBack } from './transfers.ts';

const closed = { additionalProperties: false } as const;
const Place = Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,39}$' });
const TransferParams = Type.Object({ transferId: Type.String({ pattern: '^[0-9]{1,18}$' }) });
const listLimit = 200;
const TransferAnswer = Type.Object({
  transferId: Numbered,
  documentNo: Type.String(),
  chipKind: Type.String(),
  from: Type.String(),
  to: Type.String(),
  quantity: Type.Integer(),
  reason: Type.Optional(Type.String()),
  state: Type.String(),
  handedBy: Type.String(),
  handedAt: Moment,
  counted: Type.Optional(Type.Integer()),
  receivedBy: Type.Optional(Type.String()),
  receivedAt: Type.Optional(Moment),
});

/** The stock of blanks over HTTP: what one person hands over another counts and receives (docs/card-production.md). */
export function registerStockRoutes(server: HttpServer, { db }: { readonly db: Database }): void {
  const keeper = { onRequest: rolesAllowed('stock-keeper') };
  const handlers = { onRequest: rolesAllowed('stock-keeper', 'bureau', 'clerk') };
  const readers = { onRequest: rolesAllowed('stock-keeper', 'bureau', 'clerk', 'auditor') };

  server.get('/v1/stock', readers, () => stockLines(db));
  server.get('/v1/stock/proof', { onRequest: rolesAllowed('stock-keeper', 'auditor') }, () => proveStock(db));
  server.post(
    '/v1/stock/places',
    { ...keeper, schema: { body: Type.Object({ location: Place }, closed) } },
    async (request, reply) => {
      await transact(db, (tx) => addPlace(tx, request.principal, request.body.location));
      return reply.status(201).send({ location: request.body.location });
    },
  );

  const HandOver = Type.Object(
    {
      /** Delivery note or slip; the same document is booked once. */
      documentNo: Type.String({ minLength: 1, maxLength: 60 }),
      chipKind: Place,
      from: Place,
      to: Place,
      quantity: Type.Integer({ minimum: 1, maximum: 10_000_000 }),
      reason: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    },
    closed,
  );
  const Query = Type.Object({ open: Type.Optional(Type.Boolean()) }, closed);
  server.get(
    '/v1/stock/transfers',
    { ...readers, schema: { querystring: Query, ...answers(Type.Array(TransferAnswer)) } },
    (request) => listTransfers(db, { open: request.query.open ?? false, limit: listLimit }),
  );
  server.post(
    '/v1/stock/transfers',
    { ...handlers, schema: { body: HandOver, ...answers(TransferAnswer, 201) } },
    async (request, reply) => {
      return reply.status(201).send(await transact(db, (tx) => handOver(tx, request.principal, request.body)));
    },
  );
  server.post(
    '/v1/stock/transfers/:transferId/receipt',
    {
      ...handlers,
      schema: {
        params: TransferParams,
        body: Type.Object({ counted: Type.Integer({ minimum: 0, maximum: 10_000_000 }) }, closed),
        ...answers(TransferAnswer),
      },
    },
    (request) =>
      transact(db, (tx) => receive(tx, request.principal, BigInt(request.params.transferId), request.body.counted)),
  );
  server.post(
    '/v1/stock/transfers/:transferId/taking-back',
    { ...handlers, schema: { params: TransferParams } },
    (request) => transact(db, (tx) => takeBack(tx, request.principal, BigInt(request.params.transferId))),
  );
}
