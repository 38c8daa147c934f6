import { join } from 'node:path';
import { followTrust } from '@citycard/clearing';
import type { Database, HttpServer, Logger } from '@citycard/common';
import type { HsmClient } from '@citycard/hsm-sim';
import { ConnectionBudget, type LinkHandler, listenForTerminals, watchLinks } from '@citycard/terminal-gateway';
import type { Configuration } from './configuration.ts';
import {
  type GatewayCertificate,
  givenGatewayCertificate,
  isDue,
  ownGatewayCertificate,
} from './gateway-certificate.ts';

interface Engines {
  readonly db: Database;
  readonly hsm: HsmClient;
  readonly logger: Logger;
}

export interface TerminalListeners {
  /** ISO 8583 over TCP; 0 when plain TCP is switched off. */
  readonly plainPort: number;
  /** The same over mutual TLS. */
  readonly securePort: number;
  /** The listeners by name, to be watched. */
  readonly watched: Parameters<typeof watchLinks>[1];
  /** A new revocation list is out. */
  lookAtRevocations(): void;
}

/** Links whose certificate has run out meanwhile are found, and what could not be done is tried again, this often. */
const REVIEW_EVERY_MS = 10_000;

/**
 * Opens the ports for terminals: plain TCP unless it is switched off, and mutual TLS. The port of TLS is taken at once; it
 * answers handshakes from the moment there is a city CA with a revocation list, and follows both without a restart.
 */
export async function startTerminalListeners(
  engines: Engines,
  configuration: Configuration,
  handle: LinkHandler,
  metrics: HttpServer['metrics'],
  undo: (() => Promise<unknown>)[],
): Promise<TerminalListeners> {
  const { host, plainTerminals, terminalConnections } = configuration;
  const { logger } = engines;
  const budget = new ConnectionBudget(terminalConnections);
  const common = { host, logger, handle, budget };
  const given = configuration.gatewayCertificate && (await givenGatewayCertificate(configuration.gatewayCertificate));

  const plain = plainTerminals ? await listenForTerminals({ ...common, port: configuration.gatewayPort }) : undefined;
  if (plain !== undefined) undo.push(() => plain.drain());
  const trust = followTrust({ ...engines, unit: 'terminal', onChange: () => void keepUp(true) });
  undo.push(() => trust.stop());
  const secure = await listenForTerminals({
    ...common,
    port: configuration.secureGatewayPort,
    tls: { complaintAbout: (certificate) => trust.complaintAbout(certificate) },
  });
  undo.push(() => secure.drain());

  let shown: GatewayCertificate | undefined;
  const keepUp = async (changed: boolean): Promise<void> => {
    const caPem = trust.caPem();
    if (caPem === undefined) return;
    try {
      if (changed || shown === undefined || (given === undefined && isDue(shown))) {
        const where = { directory: join(configuration.varDirectory, 'tls'), name: configuration.gatewayName, caPem };
        shown = given ?? (await ownGatewayCertificate(engines, where));
        // Behind our own certificate those above it, for terminals that know only the topmost.
        secure.useCredentials({ key: shown.key, cert: shown.cert + caPem, ca: caPem });
      }
    } catch (error) {
      logger.warn({ err: error }, 'the gateway has no certificate to show to terminals, will be tried again');
    }
    secure.reviewCertificates();
  };
  const timer = setInterval(() => void keepUp(false), REVIEW_EVERY_MS).unref();
  undo.push(() => Promise.resolve(clearInterval(timer)));
  const watched = plain === undefined ? { secure } : { plain, secure };
  watchLinks(metrics, watched);
  return {
    watched,
    plainPort: plain?.port ?? 0,
    securePort: secure.port,
    lookAtRevocations: () => void trust.look(),
  };
}
