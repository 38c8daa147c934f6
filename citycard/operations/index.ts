import { readFileSync } from 'node:fs';
import {
  type Database,
  type HttpServer,
  type Logger,
  lookAgainAndAgain,
  measureParts,
  pursueActVerification,
  noQueues,
  type QueueWatch,
  type WorkingCalendar,
} from '@citycard/common';
import type { HsmClient } from '@citycard/hsm-sim';
import { registerTrafficRoutes, type Traffic } from '@citycard/terminal-gateway';
import { registerActRoutes } from './acts/routes.ts';
import { registerFileRoutes } from './files/routes.ts';
import { probeHsm } from './hsm/hsm-probe.ts';
import { registerHsmRoutes } from './hsm/routes.ts';
import { registerNightRoutes } from './night/routes.ts';
import { type Part, watchParts } from './processes/parts.ts';
import { startHeartbeat } from './processes/processes.ts';
import { registerServiceRoutes } from './processes/routes.ts';
import { registerQueueRoutes } from './queues/routes.ts';
import { registerShiftRoutes } from './shifts/routes.ts';

export type { Part } from './processes/parts.ts';

export interface OperationsDeps {
  readonly db: Database;
  readonly hsm: HsmClient;
  readonly logger: Logger;
  /** Undefined where no jobs run. */
  readonly queues: QueueWatch | undefined;
  readonly calendar: WorkingCalendar;
  readonly bankCutOff: string;
  readonly firstBus: string;
  /** Asked when somebody looks: the gateway starts after the server. */
  readonly traffic: () => Traffic | undefined;
  readonly parts: readonly Part[];
  /** False for a short visit: the routes are there, nothing goes on by itself. */
  readonly serving: boolean;
}

/** A proof of the act log that nobody told us of is found this late. */
const LOOK_FOR_PROOFS_MS = 5_000;

/** What those who run the installation look at and do, over HTTP, and what goes on for it by itself (docs/portal.md, "Platform"). */
export function startOperations(server: HttpServer, deps: OperationsDeps): { stop(): Promise<void> } {
  const { db, hsm, logger } = deps;
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const probe = probeHsm(hsm, { asking: deps.serving });
  const parts = watchParts(deps.serving ? [databasePart(db), hsmPart(probe.state), ...deps.parts] : []);
  const heartbeat = deps.serving ? startHeartbeat({ db, logger }, { name: 'citycard', version }) : undefined;
  const proofs = deps.serving
    ? lookAgainAndAgain(() => pursueActVerification(db), {
        everyMs: LOOK_FOR_PROOFS_MS,
        logger,
        what: 'proving the act log',
        part: 'act-log-proofs',
      })
    : undefined;
  measureParts(server.metrics);
  registerShiftRoutes(server, { db });
  registerActRoutes(server, { db, onOrdered: () => void proofs?.wake() });
  registerQueueRoutes(server, { db, watch: deps.queues ?? noQueues });
  registerServiceRoutes(server, { db, version, parts: parts.seen });
  registerHsmRoutes(server, { hsm, state: probe.state });
  registerFileRoutes(server, { db });
  registerTrafficRoutes(server, deps.traffic);
  registerNightRoutes(server, { ...deps, hsm: probe.state });
  return {
    stop: async () => {
      probe.stop();
      parts.stop();
      await proofs?.close();
      await heartbeat?.stop();
    },
  };
}

const databasePart = (db: Database): Part => ({
  name: 'database',
  look: async () => {
    const { rows } = await db.query<{ version: string }>(`select current_setting('server_version') as version`);
    return { state: 'up', remark: `PostgreSQL ${rows[0]?.version ?? ''}` };
  },
});

const hsmPart = (state: ReturnType<typeof probeHsm>['state']): Part => ({
  name: 'hsm',
  look: () => {
    const { status, silentSince, problem } = state();
    if (silentSince !== undefined) return { state: 'down', ...(problem !== undefined && { remark: problem }) };
    return status === undefined ? { state: 'down' } : { state: 'up', remark: status.version };
  },
});
