import { answers, type Database, type HttpServer, rolesAllowed, Type } from '@citycard/common';
import type { SeenPart } from './parts.ts';
import { knownProcesses } from './processes.ts';
import { SILENT_MS, WORKING_STATES, workingParts } from './working-parts.ts';

const Maybe = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()]);
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
        summary:
          'Processes heard of within a day, what each does by itself and whether it is overdue, and the parts of this one as they answer',
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
            working: Type.Array(
              Type.Object({
                key: Type.String(),
                part: Type.String(),
                processId: Type.String(),
                host: Type.String(),
                pid: Type.Integer(),
                state: Type.Union(WORKING_STATES.map((state) => Type.Literal(state))),
                doneAt: Maybe(Type.String()),
                beganAt: Maybe(Type.String()),
                doing: Maybe(Type.String()),
                everySeconds: Maybe(Type.Number()),
                dueAt: Maybe(Type.String()),
                rounds: Type.Integer(),
                failures: Type.Integer(),
                failure: Maybe(Type.String()),
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
      const known = await knownProcesses(deps.db);
      return {
        version: deps.version,
        processes: known.map(({ parts: _, silentMs, ...one }) => ({
          ...one,
          state: one.endedAt !== null ? 'ended' : silentMs > SILENT_MS ? 'silent' : 'up',
        })),
        working: workingParts(known),
        parts: deps.parts(),
      };
    },
  );
}
