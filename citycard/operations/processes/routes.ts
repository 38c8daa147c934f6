import { answers, type Database, type HttpServer, rolesAllowed, Type } from '@citycard/common';
import type { SeenPart } from './parts.ts';
import { knownProcesses } from './processes.ts';

const OptionalText = Type.Optional(Type.String());

/** What runs: the processes that say so, and the parts of this one as they answer. */
export function registerServiceRoutes(
  server: HttpServer,
  deps: { readonly db: Database; readonly version: string; readonly parts: () => readonly SeenPart[] },
): void {
  server.get(
    '/v1/operations/services',
    {
      onRequest: rolesAllowed('platform', 'auditor'),
      schema: {
        summary: 'Processes heard of within a day, and the parts of this one: since when, whether they answer',
        ...answers(
          Type.Object({
            version: Type.String(),
            processes: Type.Array(
              Type.Object({
                processId: Type.String(),
                name: Type.String(),
                host: Type.String(),
                pid: Type.Integer(),
                version: Type.String(),
                startedAt: Type.String(),
                heardAt: Type.String(),
                endedAt: Type.Union([Type.String(), Type.Null()]),
                state: Type.String(),
              }),
            ),
            parts: Type.Array(
              Type.Object({
                name: Type.String(),
                state: Type.String(),
                since: Type.String(),
                heardAt: OptionalText,
                ms: Type.Optional(Type.Number()),
                remark: OptionalText,
              }),
            ),
          }),
        ),
      },
    },
    async () => {
      const now = Date.now();
      return {
        version: deps.version,
        processes: (await knownProcesses(deps.db)).map((one) => ({
          ...one,
          state: one.endedAt !== null ? 'ended' : now - one.heardAt.getTime() > SILENT_MS ? 'silent' : 'up',
        })),
        parts: deps.parts(),
      };
    },
  );
}

/** Three beats missed. */
const SILENT_MS = 15_000;
