import { type Database, type HttpServer, rolesAllowed, transact, Type } from '@citycard/common';
import type { HsmClient } from '@citycard/hsm-sim';
import { registerCancellationRoutes } from './cancellation/routes.ts';
import { registerBatchRoutes } from './cards/batch-routes.ts';
import { cardsOfResidents } from './cards/resident-hook.ts';
import { registerConcessionRoutes } from './concessions/routes.ts';
import { registerBalanceRoutes } from './counter/balance-routes.ts';
import { registerCashSupplyRoutes } from './counter/cash-supply-routes.ts';
import { registerChipRoutes } from './counter/chip-routes.ts';
import { registerDeskRoutes } from './counter/desk-routes.ts';
import { registerIssueNowRoutes } from './counter/issue-now-routes.ts';
import { registerLateTapRoutes } from './counter/late-tap-routes.ts';
import { registerCardLifeRoutes } from './counter/life-routes.ts';
import { registerCounterLoadRoutes } from './counter/load/routes.ts';
import { registerPassRoutes } from './passes/routes.ts';
import type { Machine } from './personalisation/machine.ts';
import { registerReadBackRoutes } from './personalisation/read-back-routes.ts';
import { checkOnRegistration, type IdentityResponder, registerPopulationRoutes } from './population/index.ts';
import { registerProductRoutes } from './products/routes.ts';
import type { ReaderPort } from './readers/attach.ts';
import { registerReaderRoutes } from './readers/routes.ts';
import type { Protection } from './protection/protection.ts';
import type { ResidentDeps } from './residents/index.ts';
import { registerResidentRoutes } from './residents/routes.ts';
import { registerGroupRoutes } from './groups/routes.ts';
import { registerLegacyRoutes } from './legacy/routes.ts';
import { representativesOfResidents } from './representatives/resident-hook.ts';
import { registerRepresentativeRoutes } from './representatives/routes.ts';
import { registerResidentDeskRoutes } from './resident-desk/routes.ts';
import { orderSam } from './sams/order.ts';
import { registerStockRoutes } from './stock/routes.ts';

/** Where chips are put in: to become cards, to become SAMs, to be read back. */
export type MachineAddresses = Readonly<Record<'cards' | 'sams' | 'readBack', Pick<Machine, 'host' | 'port'>>>;

const ParticipantNo = Type.String({ minLength: 4, maxLength: 15 });

/** The HTTP interface of counters and bureau (`/v1`). */
export function registerCardIssuerRoutes(
  server: HttpServer,
  deps: {
    readonly db: Database;
    readonly machines: MachineAddresses;
    readonly readers: ReaderPort;
    readonly hsm: HsmClient;
    readonly protection: Protection;
    /** The line to Public Security; absent where none exists. */
    readonly responder?: IdentityResponder;
  },
): void {
  const { db } = deps;
  registerReaderRoutes(server, deps);
  registerDeskRoutes(server, deps);
  registerIssueNowRoutes(server, deps);
  registerProductRoutes(server, deps);
  registerStockRoutes(server, deps);
  registerBatchRoutes(server, deps);
  registerReadBackRoutes(server, deps);
  registerCancellationRoutes(server, deps);
  registerLegacyRoutes(server, deps);
  registerGroupRoutes(server, deps);
  registerRepresentativeRoutes(server, deps);

  const residents: ResidentDeps = {
    db,
    protection: deps.protection,
    hooks: [cardsOfResidents, representativesOfResidents, checkOnRegistration],
  };
  registerResidentRoutes(server, residents);
  registerResidentDeskRoutes(server, residents);
  registerCardLifeRoutes(server, residents);
  registerBalanceRoutes(server, deps);
  registerChipRoutes(server, deps);
  registerCounterLoadRoutes(server, deps);
  registerLateTapRoutes(server, deps);
  registerPassRoutes(server, deps);
  registerCashSupplyRoutes(server, deps);
  registerConcessionRoutes(server, { ...deps, ...residents });
  const line = deps.responder === undefined ? {} : { responder: deps.responder };
  registerPopulationRoutes(server, { ...residents, ...line, hsm: deps.hsm });

  server.get('/v1/personalisation/machines', { onRequest: rolesAllowed('bureau', 'platform') }, () => ({
    cards: { host: deps.machines.cards.host, port: deps.machines.cards.port },
    sams: { host: deps.machines.sams.host, port: deps.machines.sams.port },
    readBack: { host: deps.machines.readBack.host, port: deps.machines.readBack.port },
  }));

  const Sam = Type.Object(
    { participantNo: ParticipantNo, terminalNo: Type.Optional(Type.String({ minLength: 8, maxLength: 8 })) },
    { additionalProperties: false },
  );
  server.post('/v1/sams', { onRequest: rolesAllowed('platform'), schema: { body: Sam } }, async (request, reply) => {
    return reply.status(201).send(await transact(db, (tx) => orderSam(tx, request.principal, request.body)));
  });
}
