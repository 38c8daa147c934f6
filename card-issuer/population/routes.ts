import {
  createPrincipal,
  type Database,
  type HttpServer,
  recordAct,
  rolesAllowed,
  transact,
  Type,
} from '@citycard/common';
import { maskDigits } from '../residents/history.ts';
import { findDepartment } from './departments.ts';
import type { PopulationDeps } from './deps.ts';
import { dataDictionary } from './dictionary/data-dictionary.ts';
import { registerEntitlementRoutes } from './entitlements/routes.ts';
import { registerExchangeRoutes } from './exchange/routes.ts';
import { checkIdentity } from './identity-check/check.ts';
import { type IdentityResponder, noResponder } from './identity-check/responder.ts';
import { verificationOf } from './identity-check/verification.ts';
import { registerLegalRoutes } from './legal/routes.ts';
import { registerQueryRoutes } from './queries/routes.ts';
import { closeCase, listCases } from './registrar-cases.ts';

const Id = Type.String({ pattern: '^[0-9]{1,18}$' });

/** Population data shared with departments (`/v1/departments`, `/v1/population`), the registrar's desk, the data dictionary. */
export function registerPopulationRoutes(
  server: HttpServer,
  deps: PopulationDeps & { readonly responder?: IdentityResponder },
): void {
  registerExchangeRoutes(server, deps);
  registerQueryRoutes(server, deps);
  registerLegalRoutes(server, deps);
  registerDesk(server, deps);
  registerDepartments(server, deps);
  registerEntitlementRoutes(server, deps);
}

function registerDesk(server: HttpServer, deps: PopulationDeps & { readonly responder?: IdentityResponder }): void {
  const responder = deps.responder ?? noResponder;
  const Resident = Type.Object({ residentId: Id });
  server.post(
    '/v1/residents/:residentId/identity-check',
    { onRequest: rolesAllowed('clerk', 'registrar'), schema: { params: Resident } },
    (request) => checkIdentity({ ...deps, responder }, request.principal, BigInt(request.params.residentId)),
  );
  server.get(
    '/v1/residents/:residentId/identity-check',
    { onRequest: rolesAllowed('clerk', 'registrar', 'auditor'), schema: { params: Resident } },
    async (request) => ({ verification: await verificationOf(deps.db, BigInt(request.params.residentId)) }),
  );
  server.get('/v1/registrar/cases', { onRequest: rolesAllowed('registrar', 'auditor') }, async () => ({
    cases: await listCases(deps.db),
  }));
  const Closing = Type.Object(
    { outcome: Type.String({ minLength: 4, maxLength: 200 }) },
    { additionalProperties: false },
  );
  server.post(
    '/v1/registrar/cases/:caseId/closing',
    { onRequest: rolesAllowed('registrar'), schema: { params: Type.Object({ caseId: Id }), body: Closing } },
    async (request, reply) => {
      const outcome = maskDigits(request.body.outcome);
      await closeCase(deps.db, request.principal, BigInt(request.params.caseId), outcome);
      return reply.status(204).send();
    },
  );
}

function registerDepartments(server: HttpServer, deps: { readonly db: Database }): void {
  const Credential = Type.Object(
    { system: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{1,39}$' }) },
    { additionalProperties: false },
  );
  server.post(
    '/v1/departments/:department/credentials',
    {
      onRequest: rolesAllowed('platform'),
      schema: {
        summary: 'Give a department, or one of its systems, a credential; shown once',
        params: Type.Object({ department: Type.String({ pattern: '^[a-z-]{1,40}$' }) }),
        body: Credential,
      },
    },
    async ({ body, params, principal }, reply) => {
      const credential = await transact(deps.db, async (tx) => {
        const { department, name } = await findDepartment(tx, params.department);
        const id = `department-${department}-${body.system}`;
        const roles = ['department-partner'] as const;
        const made = await createPrincipal(tx, { id, name, kind: 'partner', roles, participantNo: department });
        await recordAct(tx, principal, {
          act: 'department.admit',
          subject: department,
          detail: { system: body.system },
        });
        return { id, ...made };
      });
      return reply.status(201).send(credential);
    },
  );
  server.get('/v1/data-dictionary', async () => ({ page: await dataDictionary(deps.db) }));
}
