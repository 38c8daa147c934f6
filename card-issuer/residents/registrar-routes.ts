import { type HttpServer, rolesAllowed, transact, Type } from '@citycard/common';
import type { ResidentDeps } from './deps.ts';
import { declareTwoPeople, openDuplicates, searchDuplicates } from './duplicates.ts';
import { correctDeath, recordDeath, recordMove } from './life.ts';
import { approveMerge, proposeMerge } from './merge.ts';
import { DeathBody, Id, MergeBody, MoveBody, PairBody } from './schemas.ts';

/** What a registrar decides: moves, deaths, duplicates and merges. */
export function registerRegistrarRoutes(server: HttpServer, deps: ResidentDeps): void {
  const registrar = { onRequest: rolesAllowed('registrar') };
  const params = Type.Object({ residentId: Id });

  server.post(
    '/v1/residents/:residentId/moves',
    { ...registrar, schema: { params, body: MoveBody } },
    async (request, reply) => {
      const { direction, source = 'card-issuer', ...said } = request.body;
      const residentId = BigInt(request.params.residentId);
      await deps.protection.prepare();
      await transact(deps.db, (tx) =>
        recordMove(tx, deps, request.principal, residentId, direction, { ...said, source }),
      );
      return reply.status(204).send();
    },
  );
  server.post(
    '/v1/residents/:residentId/death',
    { ...registrar, schema: { params, body: DeathBody } },
    async (request, reply) => {
      const { source = 'card-issuer', ...said } = request.body;
      const residentId = BigInt(request.params.residentId);
      await deps.protection.prepare();
      await transact(deps.db, (tx) => recordDeath(tx, deps, request.principal, residentId, { ...said, source }));
      return reply.status(204).send();
    },
  );
  server.post(
    '/v1/residents/:residentId/death-correction',
    { ...registrar, schema: { params, body: DeathBody } },
    async (request, reply) => {
      const { source = 'card-issuer', ...said } = request.body;
      const residentId = BigInt(request.params.residentId);
      await deps.protection.prepare();
      await transact(deps.db, (tx) => correctDeath(tx, deps, request.principal, residentId, { ...said, source }));
      return reply.status(204).send();
    },
  );

  server.get('/v1/residents/duplicates', { onRequest: rolesAllowed('registrar', 'auditor') }, async () => ({
    pairs: await openDuplicates(deps),
  }));
  server.post('/v1/residents/duplicates/search', registrar, (request) =>
    transact(deps.db, (tx) => searchDuplicates(tx, request.principal)),
  );
  server.post(
    '/v1/residents/duplicates/two-people',
    { ...registrar, schema: { body: PairBody } },
    async (request, reply) => {
      const [one, other] = request.body.residents;
      await transact(deps.db, (tx) => declareTwoPeople(tx, request.principal, BigInt(one), BigInt(other)));
      return reply.status(204).send();
    },
  );

  server.post('/v1/resident-merges', { ...registrar, schema: { body: MergeBody } }, async (request, reply) => {
    const { survivor, merged, reason } = request.body;
    const merge = { survivor: BigInt(survivor), merged: BigInt(merged) };
    await deps.protection.prepare();
    return reply
      .status(201)
      .send(await transact(deps.db, (tx) => proposeMerge(tx, deps, request.principal, merge, reason)));
  });
  server.post(
    '/v1/resident-merges/:approvalId/approval',
    { ...registrar, schema: { params: Type.Object({ approvalId: Id }) } },
    async (request) => {
      await deps.protection.prepare();
      return transact(deps.db, (tx) => approveMerge(tx, deps, request.principal, BigInt(request.params.approvalId)));
    },
  );
}
