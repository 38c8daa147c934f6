import { CityCardError, type HttpServer, type Principal, rolesAllowed, transact, Type } from '@citycard/common';
import { answers } from '../answers.ts';
import { changeItems, type ItemChange } from './change.ts';
import type { ResidentDeps } from './deps.ts';
import { discloseResident } from './disclose.ts';
import { registerDisclosureRoutes } from './disclosure-routes.ts';
import { residentErrors } from './errors.ts';
import { FOUND_AT_MOST, findResidents, showResident } from './find.ts';
import { registerImportRoutes } from './import/routes.ts';
import { items } from './items.ts';
import { registerPhotoRoutes } from './photo-routes.ts';
import { registerResident } from './register.ts';
import { registerRegistrarRoutes } from './registrar-routes.ts';
import { RegistrationBody } from './registration-schema.ts';
import { CorrectedAnswer, DisclosedAnswer, FoundAnswer, MaskedAnswer, RegisteredAnswer } from './resident-answers.ts';
import { CorrectionBody, DisclosureBody, Id, SearchBody } from './schemas.ts';

/** Residents at the counter and at the registrar's desk (`/v1/residents`). Nothing is answered in clear but a disclosure. */
export function registerResidentRoutes(server: HttpServer, deps: ResidentDeps): void {
  const clerk = { onRequest: rolesAllowed('clerk') };
  const counter = { onRequest: rolesAllowed('clerk', 'registrar') };
  const params = Type.Object({ residentId: Id });

  server.post(
    '/v1/residents',
    { ...clerk, schema: { body: RegistrationBody, ...answers(RegisteredAnswer, 201) } },
    async (request, reply) =>
      reply
        .status(201)
        .send(
          await countIfKnown(deps, request.principal, 'registration', () =>
            registerResident(deps, request.principal, request.body),
          ),
        ),
  );

  // POST, for what is searched by must not stand in an address: addresses are logged.
  server.post(
    '/v1/residents/search',
    { ...counter, schema: { body: SearchBody, ...answers(FoundAnswer) } },
    async (request) => {
      const { purpose, ...criterion } = request.body;
      const found = await findResidents(deps, request.principal, criterion, { purpose });
      return { residents: found, complete: found.length < FOUND_AT_MOST };
    },
  );

  server.get('/v1/residents/:residentId', { ...counter, schema: { params, ...answers(MaskedAnswer) } }, (request) =>
    showResident(deps, request.principal, BigInt(request.params.residentId)),
  );

  server.post(
    '/v1/residents/:residentId/disclosure',
    { ...counter, schema: { params, body: DisclosureBody, ...answers(DisclosedAnswer) } },
    async (request) => {
      const residentId = BigInt(request.params.residentId);
      return { items: await discloseResident(deps, request.principal, residentId, request.body) };
    },
  );

  server.post(
    '/v1/residents/:residentId/corrections',
    { ...counter, schema: { params, body: CorrectionBody, ...answers(CorrectedAnswer) } },
    async (request) => {
      const { changes, reason, source = 'card-issuer' } = request.body;
      const isRegistrar = request.principal.roles.includes('registrar');
      // A clerk records what people say at the counter; what other departments state a registrar records.
      const others = changes.filter(({ item }) => source !== 'card-issuer' || items[item].producer !== 'card-issuer');
      if (others.length > 0 && !isRegistrar)
        throw residentErrors.notTheProducer({ items: others.map(({ item }) => item).join(', ') });
      await deps.protection.prepare();
      const at = new Date();
      const residentId = BigInt(request.params.residentId);
      return countIfKnown(deps, request.principal, 'correction', () =>
        transact(deps.db, async (tx) => {
          const said = changes.map(({ item, value }): ItemChange => ({ item, value, source, at }));
          const outcome = await changeItems(tx, deps, request.principal, residentId, said, reason);
          const wrong = outcome.refused[0];
          // A person at a counter gets all of it or nothing.
          if (wrong?.reason === 'impossible')
            throw residentErrors.impossibleItem({ item: wrong.item, reason: wrong.detail ?? 'it cannot be' });
          if (wrong !== undefined)
            throw residentErrors.notTheProducer({ items: outcome.refused.map(({ item }) => item).join(', ') });
          return { applied: outcome.applied, unchanged: outcome.unchanged };
        }),
      );
    },
  );

  registerDisclosureRoutes(server, deps);
  registerPhotoRoutes(server, deps);
  registerRegistrarRoutes(server, deps);
  registerImportRoutes(server, deps);
}

/**
 * Being told that a number is registered already is a lookup: it is counted and logged as one, so that nobody tries
 * numbers by the thousand this way.
 */
async function countIfKnown<T>(deps: ResidentDeps, clerk: Principal, act: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const detail = error instanceof CityCardError && error.status === 409 ? error.detail : undefined;
    if (typeof detail === 'object' && detail !== null && 'residentId' in detail)
      await showResident(deps, clerk, BigInt(Number(detail.residentId)), `${act} of a number that is registered`);
    throw error;
  }
}
