import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cardIssuerMigrations, createProtection, httpResponder, registerCardIssuerRoutes } from '@citycard/card-issuer';
import {
  clearingMigrations,
  billerDirectory,
  findPersonalCertificate,
  registerBillRoutes,
  passedReport,
  registerAcceptanceReportRoutes,
  registerCertificateRoutes,
  registerClearingCoreRoutes,
  registerClearingDayRoutes,
  registerRosterRoutes,
  registerSignedAuditRoutes,
} from '@citycard/clearing';
import {
  checkDatabase,
  commonMigrations,
  createHttpServer,
  createLogger,
  type Database,
  listen,
  type Logger,
  migrate,
  openDatabase,
  requireSignedApprovals,
  SignIn,
  startEmbeddedPostgres,
} from '@citycard/common';
import { connectHsm, type HsmClient } from '@citycard/hsm-sim';
import {
  reconciliationMigrations,
  registerBillCheckRoutes,
  registerReconciliationRoutes,
  registerResidentCaseRoutes,
} from '@citycard/reconciliation';
import {
  createHandler,
  gatewayMigrations,
  registerTerminalRoutes,
  registerTraceRoutes,
  registerUploadRoutes,
  startObservation,
  startTraffic,
} from '@citycard/terminal-gateway';
import { casesOf } from '../acceptance/index.ts';
import { citycardErrors } from '../errors.ts';
import { registerSandboxRoute } from '../demo/sandbox.ts';
import type { Configuration } from './configuration.ts';
import { assertHomeCity } from './home-city.ts';
import { startHsmProcess } from './hsm-process.ts';
import { ensureHsmSecret } from './hsm-secret.ts';
import { clearDemo, installationMigrations, type Mark, readMark } from './mark.ts';
import { startOperations } from '../operations/index.ts';
import { type OpenGateway, operationsDeps } from './operations.ts';
import { registerPartnerRoutes } from './partner-routes.ts';
import { registerSignatureRoutes } from './signature-routes.ts';
import { registerSignInRoutes } from './sign-in-routes.ts';
import { registerSignInRuleRoutes } from './sign-in-rule-routes.ts';
import { registerStaffRoutes } from './staff-routes.ts';
import { assertPortFree } from './ports.ts';
import { startCitySupervision } from './supervision.ts';
import { startTerminalListeners } from './terminal-listeners.ts';
import { registerUserRoutes } from './user-routes.ts';
import { registerWaitingRoutes } from './waiting-routes.ts';
import { clearingDayDeps, noWorkers, startWorkers } from './workers.ts';

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

export interface StartOptions {
  /** Empty a demo that is there: always, when it was not played to its end, or never. */
  readonly clear: 'always' | 'unfinished' | 'never';
  /** False for a short visit of the command line: no terminals, no machines, no jobs. */
  readonly serveTerminals: boolean;
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
  for (const port of [
    configuration.httpPort,
    ...(configuration.plainTerminals ? [configuration.gatewayPort] : []),
    configuration.secureGatewayPort,
    configuration.hsmPort,
    configuration.readerPort,
  ])
    await assertPortFree(host, port);
  const logger = createLogger('citycard', {
    level: configuration.logLevel,
    destination: join(varDirectory, 'log', 'citycard.log'),
  });

  step(configuration.databaseUrl === undefined ? 'starting PostgreSQL' : 'connecting to PostgreSQL');
  const databaseUrl = await provideDatabase(configuration, logger, undo);
  const db = openDatabase(databaseUrl, { applicationName: 'citycard', idleTimeoutMs: KEEP_CONNECTIONS_MS });
  undo.push(() => db.end());

  let found = await readMark(db);
  // A visit makes no installation, and changes none that is not marked as ours.
  if (options.clear === 'never' && typeof found !== 'object') throw citycardErrors.noInstallation();
  const finished = typeof found === 'object' && found.kind === 'demo' && found.state === 'played';
  if (options.clear === 'always' || (options.clear === 'unfinished' && !finished)) {
    await clearDemo(db);
    await rm(join(varDirectory, 'hsm'), { recursive: true, force: true });
    found = 'empty';
  }
  await migrate(databaseUrl, [
    commonMigrations,
    clearingMigrations,
    cardIssuerMigrations,
    gatewayMigrations,
    reconciliationMigrations,
    installationMigrations,
  ]);
  await assertHomeCity(db);

  step('starting the HSM');
  // Our own HSM is for this machine only, wherever the rest listens.
  const hsmHost = '127.0.0.1';
  const { file: secretFile, secret } = await ensureHsmSecret(varDirectory);
  const hsmProcess = await startHsmProcess({
    host: hsmHost,
    secretFile,
    port: configuration.hsmPort,
    storeDirectory: join(varDirectory, 'hsm'),
  });
  undo.push(() => hsmProcess.stop());
  const hsm = connectHsm({ host: hsmHost, port: hsmProcess.port, logger, caller: { secret } });
  undo.push(() => hsm.close());

  step('starting the services');
  const engines = { db, hsm, logger };
  const workers = options.serveTerminals
    ? await startWorkers(engines, configuration, databaseUrl, undo)
    : noWorkers(host);
  const server = createHttpServer({ logger, db, title: 'City card', trustedProxies: TRUSTED_PROXIES });
  const protection = createProtection({ db, hsm });
  const signing = { db, seal: protection, findCertificate: findPersonalCertificate };
  requireSignedApprovals(server, signing);
  registerClearingCoreRoutes(server, {
    db,
    demo: configuration.mode === 'demo',
    ledgerArchiveDirectory: join(configuration.varDirectory, 'ledger-archive'),
  });
  registerRosterRoutes(server, { db, seal: protection });
  registerSignedAuditRoutes(server, { db, hsm });
  if (options.serveTerminals) {
    const supervision = startCitySupervision({ ...engines, protection }, configuration);
    undo.push(() => supervision.stop());
  }
  const billers = billerDirectory(db, configuration.billerTokens);
  registerBillRoutes(server, { db, billers });
  registerBillCheckRoutes(server, { db, billers });
  registerClearingDayRoutes(server, { ...clearingDayDeps(engines, configuration), wake: workers.onClearingDay });
  const revocations = { look: () => undefined as void };
  registerAcceptanceReportRoutes(server, { db, hsm, casesOf: (kit) => casesOf(kit).map(({ id }) => id) });
  registerCertificateRoutes(server, { ...engines, onRevocationList: () => revocations.look() });
  registerPartnerRoutes(server, { db });
  registerStaffRoutes(server, { db });
  const signIn = new SignIn({ db, seal: protection });
  // Fetched while the HSM is there: people sign in also when it is away.
  void signIn.prepare().catch((error: unknown) => logger.warn({ err: error }, 'nobody can sign in yet'));
  registerSignInRoutes(server, { db, signIn });
  registerSignInRuleRoutes(server, { db });
  registerWaitingRoutes(server, { db });
  registerUserRoutes(server, { db, signIn, seal: protection });
  registerSignatureRoutes(server, { ...signing, hsm });
  registerCardIssuerRoutes(server, {
    db,
    hsm,
    protection,
    ...(configuration.identityLine === undefined ? {} : { responder: httpResponder(configuration.identityLine) }),
    machines: workers.machines,
    readers: workers.readers,
  });
  registerTerminalRoutes(server, { db, hsm, demo: configuration.mode === 'demo', passedReport });
  registerTraceRoutes(server, { db });
  registerUploadRoutes(server, { db, onPurchases: workers.onPurchases });
  registerReconciliationRoutes(server, { db, hsm, cityTokens: configuration.cityTokens });
  registerResidentCaseRoutes(server, { db, seal: protection });
  const sandboxGateway = { host, port: 0 };
  const open: OpenGateway = {};
  const operations = startOperations(
    server,
    operationsDeps(engines, configuration, workers, open, options.serveTerminals),
  );
  undo.push(() => operations.stop());
  registerSandboxRoute(server, { db, mode: configuration.mode, gateway: sandboxGateway });
  const http = await listen(server, { host, port: configuration.httpPort });
  undo.push(() => server.close());

  const gateway = { host, port: configuration.gatewayPort, securePort: configuration.secureGatewayPort };
  if (options.serveTerminals) {
    const observation = startObservation({ db, logger, metrics: server.metrics });
    undo.push(() => observation.stop());
    const setsDb = openDatabase(databaseUrl, {
      applicationName: 'citycard-sets',
      idleTimeoutMs: KEEP_CONNECTIONS_MS,
      pipelined: true,
    });
    undo.push(() => setsDb.end());
    const handle = createHandler({
      db,
      setsDb,
      hsm,
      logger,
      billers,
      onPurchases: workers.onPurchases,
      observeMessage: observation.observeMessage,
    });
    const listeners = await startTerminalListeners(engines, configuration, handle, server.metrics, undo);
    revocations.look = listeners.lookAtRevocations;
    const traffic = startTraffic(observation.metrics, listeners.watched);
    undo.push(() => Promise.resolve(traffic.stop()));
    open.traffic = traffic;
    open.ports = listeners;
    gateway.port = listeners.plainPort;
    gateway.securePort = listeners.securePort;
    sandboxGateway.port = listeners.plainPort;
  }
  return { db, hsm, logger, baseUrl: http.url, gateway, found: typeof found === 'object' ? found : 'empty', stop };
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
