import { type HttpServer, rolesAllowed } from '@citycard/common';
import type { ResidentDeps } from './deps.ts';
import { registerResident } from './register.ts';
import { RegistrationBody } from './registration-schema.ts';

/** Residents at the counter and at the registrar's desk (`/v1/residents`). */
export function registerResidentRoutes(server: HttpServer, deps: ResidentDeps): void {
  server.post(
    '/v1/residents',
    { preHandler: rolesAllowed('clerk'), schema: { body: RegistrationBody } },
    async (request, reply) => reply.status(201).send(await registerResident(deps, request.principal, request.body)),
  );
}
