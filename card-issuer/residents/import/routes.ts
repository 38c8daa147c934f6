import { type HttpServer, rolesAllowed, Type } from '@citycard/common';
import type { ResidentDeps } from '../deps.ts';
import { Id, Source } from '../schemas.ts';
import { abandonImport, addBatch, admitRows, beginImport, importOutcomes, importProgress } from './import.ts';
import { BATCH_ROWS } from './stage.ts';

/** 5 000 rows of 50 items each would take less. */
const BATCH_BYTES = 16 * 1_048_576;
/** One call of admission answers after this time or a little more, so that nobody in between gives the connection up. */
const ADMISSION_MS = 10_000;
const OUTCOMES_AT_ONCE = 1_000;

/** Registers of many residents (`/v1/resident-imports`): begun, sent batch by batch, admitted; every step may be repeated. */
export function registerImportRoutes(server: HttpServer, deps: ResidentDeps): void {
  const registrar = { onRequest: rolesAllowed('registrar') };
  const params = Type.Object({ importId: Id });
  const strict = { additionalProperties: false };

  const Begin = Type.Object(
    {
      name: Type.String({ minLength: 1, maxLength: 200 }),
      source: Type.Optional(Source),
      columns: Type.Array(Type.String({ minLength: 1, maxLength: 60 }), { minItems: 1, maxItems: 100 }),
    },
    strict,
  );
  server.post('/v1/resident-imports', { ...registrar, schema: { body: Begin } }, async (request, reply) => {
    const { name, source = 'card-issuer', columns: header } = request.body;
    return reply.status(201).send(await beginImport(deps, request.principal, { name, source, header }));
  });

  const Batch = Type.Object(
    {
      rows: Type.Array(Type.Array(Type.String({ maxLength: 10_000 }), { maxItems: 100 }), {
        minItems: 1,
        maxItems: BATCH_ROWS,
      }),
    },
    strict,
  );
  server.post(
    '/v1/resident-imports/:importId/batches/:batchNo',
    {
      ...registrar,
      bodyLimit: BATCH_BYTES,
      schema: { params: Type.Object({ importId: Id, batchNo: Type.Integer({ minimum: 1 }) }), body: Batch },
    },
    (request) => addBatch(deps, BigInt(request.params.importId), Number(request.params.batchNo), request.body.rows),
  );
  server.post('/v1/resident-imports/:importId/admission', { ...registrar, schema: { params } }, (request) =>
    admitRows(deps, request.principal, BigInt(request.params.importId), {
      untilMs: Date.now() + ADMISSION_MS,
    }),
  );
  server.get('/v1/resident-imports/:importId', { ...registrar, schema: { params } }, (request) =>
    importProgress(deps.db, BigInt(request.params.importId)),
  );
  server.get(
    '/v1/resident-imports/:importId/outcomes',
    {
      ...registrar,
      schema: { params, querystring: Type.Object({ after: Type.Optional(Type.String({ pattern: '^[0-9]{1,12}$' })) }) },
    },
    async (request) => ({
      outcomes: await importOutcomes(
        deps.db,
        BigInt(request.params.importId),
        BigInt(request.query.after ?? 0),
        OUTCOMES_AT_ONCE,
      ),
    }),
  );
  server.delete('/v1/resident-imports/:importId', { ...registrar, schema: { params } }, async (request, reply) => {
    await abandonImport(deps, request.principal, BigInt(request.params.importId));
    return reply.status(204).send();
  });
}
