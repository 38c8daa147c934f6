import { type Database, type HttpServer, rolesAllowed, Type } from '@citycard/common';
import { CardNumber } from '../request-fields.ts';
import { batchProgress, batchYield, listBatches, quarantinedCards, writtenCards, yieldCsv } from './batch-report.ts';
import { prepareBatch, releaseBatch, stepBatch } from './batches.ts';
import { rejectCard } from './reject.ts';

const BatchParams = Type.Object({ batchId: Type.String({ pattern: '^[0-9]{1,18}$' }) });
const closed = { additionalProperties: false } as const;
const listLimit = 200;

/** The bureau's interface to batches of cards (docs/card-production.md). */
export function registerBatchRoutes(server: HttpServer, { db }: { readonly db: Database }): void {
  const bureau = { onRequest: rolesAllowed('bureau') };

  const Batch = Type.Object(
    { product: Type.String({ minLength: 1, maxLength: 40 }), count: Type.Integer({ minimum: 1, maximum: 10_000 }) },
    closed,
  );
  server.post('/v1/card-batches', { ...bureau, schema: { body: Batch } }, async (request, reply) => {
    return reply.status(201).send(await prepareBatch(db, request.principal, request.body.product, request.body.count));
  });
  server.get('/v1/card-batches', bureau, () => listBatches(db, listLimit));
  server.get('/v1/card-batches/:batchId', { ...bureau, schema: { params: BatchParams } }, (request) =>
    batchProgress(db, BigInt(request.params.batchId)),
  );
  server.post(
    '/v1/card-batches/:batchId/release',
    { ...bureau, schema: { params: BatchParams } },
    async (request, reply) => {
      await releaseBatch(db, request.principal, BigInt(request.params.batchId));
      return reply.status(204).send();
    },
  );
  for (const step of ['pause', 'resume', 'cancel'] as const) {
    server.post(
      `/v1/card-batches/:batchId/${step}`,
      { ...bureau, schema: { params: BatchParams } },
      async (request) => ({
        state: await stepBatch(db, request.principal, BigInt(request.params.batchId), step),
      }),
    );
  }
  server.get('/v1/card-batches/:batchId/quarantine', { ...bureau, schema: { params: BatchParams } }, (request) =>
    quarantinedCards(db, BigInt(request.params.batchId)),
  );
  server.get('/v1/card-batches/:batchId/to-read-back', { ...bureau, schema: { params: BatchParams } }, (request) =>
    writtenCards(db, BigInt(request.params.batchId)),
  );
  server.get('/v1/card-batches/:batchId/yield', { ...bureau, schema: { params: BatchParams } }, (request) =>
    batchYield(db, BigInt(request.params.batchId)),
  );
  server.get(
    '/v1/card-batches/:batchId/yield.csv',
    { ...bureau, schema: { params: BatchParams } },
    async (request, reply) => {
      const report = await batchYield(db, BigInt(request.params.batchId));
      return reply.type('text/csv; charset=utf-8').send(yieldCsv(report));
    },
  );
  server.post(
    '/v1/card-batches/:batchId/cards/:cardNo/rejection',
    {
      ...bureau,
      schema: {
        params: Type.Object({ ...BatchParams.properties, cardNo: CardNumber }),
        body: Type.Object({ reason: Type.String({ minLength: 1, maxLength: 100 }) }, closed),
      },
    },
    (request) =>
      rejectCard(db, request.principal, {
        batchId: BigInt(request.params.batchId),
        cardNo: request.params.cardNo,
        reason: request.body.reason,
      }),
  );
}
