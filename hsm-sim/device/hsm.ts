import type { Logger } from '@citycard/common';
import { mkdirSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { addressCheck, assertReachableSafely, type CallerAccess } from '../callers/access.ts';
import { AuditLog } from '../audit/audit-log.ts';
import { AuthorisedState } from '../custody/authorised-state.ts';
import { Ceremony } from '../custody/ceremony.ts';
import { Custodians } from '../custody/custodians.ts';
import { HsmStartFailed } from '../errors.ts';
import { KeyRing } from '../keys/key-ring.ts';
import type { LmkSource } from '../keys/local-master-key.ts';
import { Faults, readFaultPlan } from '../operation/faults.ts';
import { DeviceMetrics, serveMetrics, type MetricsServer } from '../operation/metrics.ts';
import { lockDirectory } from '../store/directory-lock.ts';
import { KeyStore } from '../store/key-store.ts';
import type { Device } from './command.ts';
import { commandNames } from './execute.ts';
import { serveLink, type Link } from './link.ts';

/** Links at a time; a device of this class has 64. */
const MAX_LINKS = 64;

export interface HsmOptions {
  /** Where key store and audit log live; created when missing. */
  readonly directory: string;
  /** 0 takes a free port, which is the default here; `main.ts` defaults to 1500. */
  readonly port?: number;
  readonly host?: string;
  readonly lmk: LmkSource;
  /** Port of `/metrics` and `/healthz` on the same host; none when absent. 0 takes a free one. */
  readonly metricsPort?: number;
  /** How much worse than it can the device behaves, see `readFaultPlan`; not at all when absent. */
  readonly faults?: string;
  /** Who may speak to it; whoever reaches the port when absent, which must then be of this machine only. */
  readonly callers?: CallerAccess;
  readonly logger?: Logger;
}

export interface RunningHsm {
  readonly port: number;
  readonly metricsPort: number | undefined;
  /** Ends running commands, closes links and the store. */
  stop(): Promise<void>;
}

/** Starts an HSM. Throws HsmStartFailed with a one-line message: port busy, store in use, wrong LMK, damaged store. */
export async function startHsm(options: HsmOptions): Promise<RunningHsm> {
  const { host = '127.0.0.1', port = 0, logger } = options;
  const callers = options.callers ?? {};
  assertReachableSafely(host, callers);
  const isCaller = addressCheck(callers.addresses);
  const { device, close } = openDevice(options);
  const links = new Set<Link>();
  const serve = (socket: Socket) => {
    const link = serveLink(socket, device, logger, callers.secret);
    links.add(link);
    void link.ended.then(() => links.delete(link));
  };
  const server = openServer(callers, serve, logger);
  server.maxConnections = MAX_LINKS;
  server.on('drop', () => logger?.warn({ limit: MAX_LINKS }, 'link refused, too many'));
  server.prependListener('connection', (socket: Socket) => {
    if (isCaller(socket.remoteAddress)) return;
    logger?.warn({ address: socket.remoteAddress }, 'link refused, its address is not among the callers');
    socket.destroy();
  });
  let metricsServer: MetricsServer | undefined;
  try {
    if (options.metricsPort !== undefined)
      metricsServer = await serveMetrics(device.metrics, { host, port: options.metricsPort });
    await listen(server, port, host);
  } catch (error) {
    await metricsServer?.stop();
    close();
    throw error;
  }
  device.metrics.watch({
    links: () => links.size,
    keys: () => device.store.content.keys.length,
    authorised: () => device.authorised.active,
  });
  const address = server.address() as AddressInfo;
  logger?.info({ host, port: address.port, lmkCheck: device.store.lmk.check }, 'HSM ready');
  return {
    port: address.port,
    metricsPort: metricsServer?.port,
    stop: async () => {
      await metricsServer?.stop();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const link of links) link.stop();
      await Promise.all([...links].map((link) => link.ended));
      await closed;
      close();
    },
  };
}

/** A server that serves links as they are allowed: over TCP, or over TLS with certificates on both sides. */
function openServer(callers: CallerAccess, serve: (socket: Socket) => void, logger: Logger | undefined): Server {
  const open = (socket: Socket) => {
    if (!socket.destroyed) serve(socket);
  };
  if (callers.tls === undefined) return createServer({ noDelay: true }, open);
  const server = createTlsServer(
    { ...callers.tls, noDelay: true, requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.2' },
    open,
  );
  server.on('tlsClientError', (error, socket) => {
    logger?.warn({ error: error.message }, 'link refused, its TLS handshake failed');
    socket.destroy();
  });
  return server;
}

function openDevice({ directory, lmk, faults }: HsmOptions): { device: Device; close: () => void } {
  const plan = readFaultPlan(faults ?? '');
  if (typeof plan === 'string') throw new HsmStartFailed(`HSM_FAULTS: ${plan}`);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const unlock = lockDirectory(directory);
  try {
    const store = KeyStore.open(directory, lmk);
    const audit = AuditLog.open(directory, store.lmk);
    const ring = new KeyRing(store);
    const custodians = new Custodians(store);
    const authorised = new AuthorisedState(custodians);
    const ceremony = new Ceremony(store, ring);
    const close = () => {
      audit.close();
      store.replace({ auditAnchor: audit.head });
      unlock();
    };
    const metrics = new DeviceMetrics();
    return {
      device: { store, ring, custodians, authorised, ceremony, audit, metrics, faults: new Faults(plan), commandNames },
      close,
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason =
        error.code === 'EADDRINUSE'
          ? `port ${port} is in use; stop the program that holds it or choose another port`
          : `cannot listen on ${host}:${port}: ${error.message}`;
      reject(new HsmStartFailed(reason, { cause: error }));
    });
    server.listen(port, host, resolve);
  });
}
