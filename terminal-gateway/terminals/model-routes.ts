import { type Database, type HttpServer, rolesAllowed, transact, Type } from '@citycard/common';
import { listModels, registerModel, setModelState } from './models.ts';
import { Model, SoftwareVersion } from './request-fields.ts';

/** Models of terminals and the versions of their software. Production is a change of two persons: `activate-model`. */
export function registerModelRoutes(server: HttpServer, db: Database): void {
  const platform = { onRequest: rolesAllowed('platform') };
  server.get(
    '/v1/terminal-models',
    {
      onRequest: rolesAllowed('platform', 'auditor', 'supervisor'),
      schema: { summary: 'Models, versions of their software, and how many terminals say they run each' },
    },
    async () => ({ models: await listModels(db) }),
  );
  server.post(
    '/v1/terminal-models',
    {
      ...platform,
      schema: {
        summary: "Register a version of a model's software, in test",
        body: Type.Object(
          { model: Model, softwareVersion: SoftwareVersion, maker: Type.String({ minLength: 1, maxLength: 100 }) },
          { additionalProperties: false },
        ),
      },
    },
    async ({ body, principal }, reply) => {
      await transact(db, (tx) => registerModel(tx, principal, body));
      return reply.status(201).send({ ...body, state: 'test' });
    },
  );
  server.post(
    '/v1/terminal-models/:model/versions/:softwareVersion/withdrawal',
    {
      ...platform,
      schema: {
        summary: 'Take software out of use; terminals that run it stand out in the list',
        params: Type.Object({ model: Model, softwareVersion: SoftwareVersion }),
      },
    },
    async ({ params, principal }, reply) => {
      await transact(db, (tx) => setModelState(tx, principal, params, { state: 'withdrawn' }));
      return reply.status(204).send();
    },
  );
}
