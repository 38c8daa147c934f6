import { answers, type HttpServer, rolesAllowed, Type } from '@citycard/common';
import type { HsmClient } from '@citycard/hsm-sim';
import type { HsmWatchState } from './hsm-probe.ts';

const Maybe = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()]);

/** The HSM as its keepers see it: whether it answers and how fast, what waits for it, its keys by their check values. */
export function registerHsmRoutes(
  server: HttpServer,
  deps: { readonly hsm: Pick<HsmClient, 'listKeys' | 'keyUses' | 'load'>; readonly state: () => HsmWatchState },
): void {
  const readers = { onRequest: rolesAllowed('platform', 'auditor') };
  server.get(
    '/v1/operations/hsm',
    {
      ...readers,
      schema: {
        summary: 'Whether the HSM answers, how fast, and what waits for it',
        ...answers(
          Type.Object({
            reachable: Type.Boolean(),
            silentSince: Maybe(Type.String()),
            problem: Maybe(Type.String()),
            version: Maybe(Type.String()),
            keys: Maybe(Type.Integer()),
            authorised: Maybe(Type.Boolean()),
            lmkCheck: Maybe(Type.String()),
            links: Type.Integer(),
            inFlight: Type.Integer(),
            waiting: Type.Integer(),
            probes: Type.Array(Type.Object({ at: Type.String(), ms: Maybe(Type.Number()) })),
          }),
        ),
      },
    },
    () => {
      const { status, silentSince, problem, probes } = deps.state();
      return {
        reachable: silentSince === undefined && status !== undefined,
        silentSince: silentSince ?? null,
        problem: problem ?? null,
        version: status?.version ?? null,
        keys: status?.keys ?? null,
        authorised: status?.authorised ?? null,
        lmkCheck: status?.lmkCheck ?? null,
        ...deps.hsm.load(),
        probes,
      };
    },
  );
  server.get(
    '/v1/operations/keys',
    {
      ...readers,
      schema: {
        summary: 'Keys in the HSM by their check values, and when each was last used',
        ...answers(
          Type.Object({
            keys: Type.Array(
              Type.Object({
                name: Type.String(),
                usage: Type.String(),
                algorithm: Type.String(),
                exportable: Type.Boolean(),
                levels: Type.Integer(),
                kcv: Type.String(),
                lastUsedAt: Maybe(Type.String()),
              }),
            ),
          }),
        ),
      },
    },
    async () => {
      const [keys, uses] = await Promise.all([deps.hsm.listKeys(), deps.hsm.keyUses()]);
      return { keys: keys.map((key) => ({ ...key, lastUsedAt: uses.get(key.name) ?? null })) };
    },
  );
}
