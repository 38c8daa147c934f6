import { type HttpServer, rolesAllowed, Type } from '@citycard/common';
import { issuerErrors } from '../errors.ts';
import type { ResidentDeps } from './deps.ts';
import { disclosuresBy, disclosuresOf, searchesFor } from './disclosure-log.ts';
import { readDocumentNumber } from './documents.ts';
import { showChanges } from './masked-history.ts';
import { Id } from './schemas.ts';
import { documentKey, indexKeys } from './search-keys.ts';
import { verifyDisclosures } from './verify-disclosures.ts';

/** Who looked at whose data: for the resident who asks, and for the auditor. */
export function registerDisclosureRoutes(server: HttpServer, deps: ResidentDeps): void {
  const auditor = { onRequest: rolesAllowed('auditor', 'supervisor') };
  const answering = { onRequest: rolesAllowed('registrar', 'auditor') };

  server.get(
    '/v1/residents/:residentId/disclosures',
    { ...answering, schema: { params: Type.Object({ residentId: Id }) } },
    async (request) => ({ disclosures: await disclosuresOf(deps.db, BigInt(request.params.residentId)) }),
  );

  server.get(
    '/v1/residents/:residentId/changes',
    { ...answering, schema: { params: Type.Object({ residentId: Id }) } },
    async (request) => ({ changes: await showChanges(deps, request.principal, BigInt(request.params.residentId)) }),
  );

  const Reader = Type.Object({ reader: Type.String({ minLength: 1, maxLength: 100 }) });
  server.get('/v1/disclosures', { ...auditor, schema: { querystring: Reader } }, async (request) => ({
    disclosures: await disclosuresBy(deps.db, request.query.reader),
  }));

  const NumberBody = Type.Object(
    { idNumber: Type.String({ minLength: 15, maxLength: 18 }) },
    { additionalProperties: false },
  );
  server.post('/v1/disclosures/search', { ...answering, schema: { body: NumberBody } }, async (request) => {
    const read = readDocumentNumber('resident-id-card', request.body.idNumber);
    if (!read.ok) throw issuerErrors.impossibleIdNumber(read.reason);
    const [key] = await indexKeys(deps.protection, [documentKey('resident-id-card', read.number)]);
    return { disclosures: key === undefined ? [] : await searchesFor(deps.db, key.index) };
  });

  server.get('/v1/disclosures/verification', auditor, () => verifyDisclosures(deps.db));
}
