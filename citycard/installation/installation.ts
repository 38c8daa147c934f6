import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createProtection } from '@citycard/card-issuer';
import { billerDirectory } from '@citycard/clearing';
import {
  checkDatabase,
  createHttpServer,
  createLogger,
  type Database,
  type HttpServer,
  listen,
  type Logger,
  migrate,
  openDatabase,
  startEmbeddedPostgres,
} from '@citycard/common';
import type { HsmClient } from '@citycard/hsm-sim';
import { createHandler, startObservation, startTraffic } from '@citycard/terminal-gateway';
import { citycardErrors } from '../errors.ts';
import { startOperations } from '../operations/index.ts';
import { companyOf } from './company.ts';
import type { Configuration } from './configuration.ts';
import { assertHomeCity } from './home-city.ts';
import { provideHsm } from './hsm.ts';
import { clearDemo, type Mark, readMark } from './mark.ts';
import { cityMigrations } from './migrations.ts';
import { type OpenGateway, operationsDeps } from './operations.ts';
import { assertPortFree } from './ports.ts';
import { registerCityRoutes } from './routes.ts';
import { startCitySupervision } from './supervision.ts';
import { startTerminalListeners } from './terminal-listeners.ts';
import { noWorkers, startWorkers } from './workers.ts';

/** Longer than terminals are ever quiet by day: a connection keeps the plans of its statements. */
const KEEP_CONNECTIONS_MS = 600_000;

/** The portal runs on this machine and says from where people came; others speak for themselves. */
const TRUSTED_PROXIES = ['127.0.0.1', '::1'];

/** Every part of the product wired into one process, with the HSM in a process of its own: the embedded default. */
export interface Installation {
  readonly db: Database;
  readonly hsm: HsmClient;
  readonly logger: Logger;
  readonly baseUrl: string;
  /** Where terminals connect: over plain TCP (0 when that is switched off), and over mutual TLS. */
  readonly gateway: { readonly host: string; readonly port: number; readonly securePort: number };
  /** What the database held before: `empty` when this start made it. */
  readonly found: Mark | 'empty';
  /** Finishes what has been acknowledged, then stops everything that was started. Safe to call twice. */
  stop(): Promise<void>;
}

export type Serve = 'everything' | 'services' | 'terminals' | 'visit';

export interface StartOptions {
  /** Empty a demo that is there: always, when it was not played to its end, or never. */
  readonly clear: 'always' | 'unfinished' | 'never';
  /**
   * `services`: HTTP, jobs and machines; `terminals`: the ports of terminals, and of HTTP only what watches them; `everything`: both
   * in one process. `visit`, of the command line: HTTP alone, and nothing goes on by itself.
   */
  readonly serve: Serve;
  readonly onStep?: (step: string) => void;
}

/**
 * Starts the installation. What was started is stopped again when a later step fails.
 *
 * @throws CityCardError with a sentence for a busy port, an unreachable database or Redis, a database that is not a demo's,
 *   for a visit also when there is no installation
 */
export async function startInstallation(configuration: Configuration, options: StartOptions): Promise<Installation> {
  const undo: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (let last = undo.pop(); last !== undefined; last = undo.pop()) await last();
  };
  try {
    return await start(configuration, options, undo, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  configuration: Configuration,
  options: StartOptions,
  undo: (() => Promise<unknown>)[],
  stop: () => Promise<void>,
): Promise<Installation> {
  const { host, varDirectory } = configuration;
  const step = options.onStep ?? (() => undefined);
  const services = options.serve === 'everything' || options.serve === 'services';
  const terminals = options.serve === 'everything' || options.serve === 'terminals';
  for (const port of portsOf(configuration, { services, terminals })) await assertPortFree(host, port);
  const logger = createLogger('citycard', {
    level: configuration.logLevel,
    destination: join(varDirectory, 'log', 'citycard.log'),
  });

  step(configuration.databaseUrl === undefined ? 'starting PostgreSQL' : 'connecting to PostgreSQL');
  const databaseUrl = await provideDatabase(configuration, logger, undo);
  const db = openDatabase(databaseUrl, { applicationName: 'citycard', idleTimeoutMs: KEEP_CONNECTIONS_MS });
  undo.push(() => db.end());
  const found = await findInstallation(db, configuration, options);
  await migrate(databaseUrl, cityMigrations);
  await assertHomeCity(db);
  const company = await companyOf(db, configuration);

  step(configuration.hsmDevice === undefined ? 'starting the HSM' : 'connecting to the HSM');
  const hsm = await provideHsm(configuration, logger, undo);

  step('starting the services');
  const engines = { db, hsm, logger };
  const protection = createProtection({ db, hsm });
  const billers = billerDirectory(db, configuration.billerTokens);
  const workers = services ? await startWorkers(engines, configuration, company, databaseUrl, undo) : noWorkers(host);
  const server = createHttpServer({ logger, db, title: 'City card', trustedProxies: TRUSTED_PROXIES });
  if (services) {
    const supervision = startCitySupervision({ ...engines, protection }, configuration);
    undo.push(() => supervision.stop());
  }
  const revocations = { look: () => undefined as void };
  const sandboxGateway = { host, port: 0 };
  const open: OpenGateway = {};
  if (options.serve !== 'terminals') {
    const onRevocationList = () => revocations.look();
    const deps = { ...engines, configuration, company, workers, billers, protection, sandboxGateway, onRevocationList };
    registerCityRoutes(server, deps);
    const operations = startOperations(
      server,
      operationsDeps(engines, configuration, company, workers, open, services),
    );
    undo.push(() => operations.stop());
  }
  const http = await listen(server, { host, port: configuration.httpPort });
  undo.push(() => server.close());

  const gateway = { host, port: configuration.gatewayPort, securePort: configuration.secureGatewayPort };
  if (terminals) {
    const { onPurchases } = workers;
    const listeners = await serveTerminals(
      { ...engines, billers, onPurchases, databaseUrl },
      configuration,
      server.metrics,
      open,
      undo,
    );
    revocations.look = listeners.lookAtRevocations;
    gateway.port = listeners.plainPort;
    gateway.securePort = listeners.securePort;
    sandboxGateway.port = listeners.plainPort;
  }
  return { db, hsm, logger, baseUrl: http.url, gateway, found, stop };
}

/** The ports this process will listen on, and its own HSM. */
function portsOf(configuration: Configuration, serves: { services: boolean; terminals: boolean }): number[] {
  const { httpPort, gatewayPort, secureGatewayPort, plainTerminals, hsmDevice, hsmPort, readerPort } = configuration;
  return [
    httpPort,
    ...(serves.terminals ? [secureGatewayPort, ...(plainTerminals ? [gatewayPort] : [])] : []),
    ...(serves.services ? [readerPort] : []),
    ...(hsmDevice === undefined ? [hsmPort] : []),
  ];
}

/** What the database holds, after a demo that is to go has gone. Nothing that is not ours, or of the other kind, is touched. */
async function findInstallation(
  db: Database,
  { mode, varDirectory }: Configuration,
  { clear }: StartOptions,
): Promise<Mark | 'empty'> {
  const found = await readMark(db);
  if (mode === 'production' && (typeof found !== 'object' || clear !== 'never')) throw citycardErrors.notFounded();
  // A visit makes no installation, and changes none that is not marked as ours.
  if (clear === 'never' && typeof found !== 'object') throw citycardErrors.noInstallation();
  if (clear === 'never' && typeof found === 'object' && found.kind !== mode)
    throw citycardErrors.otherMode({ kind: found.kind, said: mode });
  const finished = typeof found === 'object' && found.kind === 'demo' && found.state === 'played';
  if (clear === 'always' || (clear === 'unfinished' && !finished)) {
    await clearDemo(db);
    await rm(join(varDirectory, 'hsm'), { recursive: true, force: true });
    return 'empty';
  }
  return typeof found === 'object' ? found : 'empty';
}

/** The ports of terminals and what watches them. Any number of processes may do this beside one another. */
async function serveTerminals(
  deps: {
    readonly db: Database;
    readonly hsm: HsmClient;
    readonly logger: Logger;
    readonly databaseUrl: string;
    readonly billers: ReturnType<typeof billerDirectory>;
    readonly onPurchases: () => void;
  },
  configuration: Configuration,
  metrics: HttpServer['metrics'],
  open: OpenGateway,
  undo: (() => Promise<unknown>)[],
) {
  const { db, hsm, logger, databaseUrl, billers, onPurchases } = deps;
  const observation = startObservation({ db, logger, metrics });
  undo.push(() => observation.stop());
  const setsDb = openDatabase(databaseUrl, {
    applicationName: 'citycard-sets',
    idleTimeoutMs: KEEP_CONNECTIONS_MS,
    pipelined: true,
  });
  undo.push(() => setsDb.end());
  const { observeMessage } = observation;
  const handle = createHandler({ db, setsDb, hsm, logger, billers, onPurchases, observeMessage });
  const listeners = await startTerminalListeners({ db, hsm, logger }, configuration, handle, metrics, undo);
  const traffic = startTraffic(observation.metrics, listeners.watched);
  undo.push(() => Promise.resolve(traffic.stop()));
  open.traffic = traffic;
  open.ports = listeners;
  return listeners;
}

/** The server named by DATABASE_URL, or one of our own under the folder for everything we write. */
async function provideDatabase(
  configuration: Configuration,
  logger: Logger,
  undo: (() => Promise<unknown>)[],
): Promise<string> {
  if (configuration.databaseUrl !== undefined) {
    await checkDatabase(configuration.databaseUrl);
    return configuration.databaseUrl;
  }
  const postgres = await startEmbeddedPostgres({ directory: join(configuration.varDirectory, 'postgres'), logger });
  undo.push(() => postgres.stop());
  return postgres.url;
}
