import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Logger } from '@citycard/common';
import { gatewayErrors } from '../errors.ts';
import { ConnectionBudget } from './connection-budget.ts';
import { defaultLinkLimits, newLinkStatistics, type LinkLimits, type LinkStatistics } from './limits.ts';
import { admit, type LinkCredentials, openSecureServer, type SecureOptions } from './secure.ts';
import { TerminalLink, type LinkHandler, type LinkInfo } from './terminal-link.ts';

export interface ListenerOptions {
  readonly handle: LinkHandler;
  readonly logger: Logger;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly limits?: Partial<LinkLimits>;
  /** Shared with the gateway's other listener; one of its own, by `limits.connections`, when absent. */
  readonly budget?: ConnectionBudget;
  /** Mutual TLS instead of plain TCP. */
  readonly tls?: SecureOptions;
}

export interface TerminalListener {
  readonly port: number;
  statistics(): Readonly<LinkStatistics>;
  /** For links that are made from now on; those that are open stay as they are. Of a listener with `tls` only. */
  useCredentials(credentials: LinkCredentials): void;
  /** Asks again about the certificate of every open link, and ends those that are not let in any longer. */
  reviewCertificates(): void;
  /** Stops accepting, answers every request that has arrived, closes; resolves when the last link is gone. */
  drain(): Promise<void>;
}

/**
 * Listens for terminals over TCP, or with `tls` over mutual TLS (terminal interface, section 1).
 *
 * @throws CityCardError when the port cannot be had.
 */
export async function listenForTerminals(options: ListenerOptions): Promise<TerminalListener> {
  const { logger, tls } = options;
  const limits: LinkLimits = { ...defaultLinkLimits, ...options.limits };
  const budget = options.budget ?? new ConnectionBudget(limits.connections);
  const statistics = newLinkStatistics();
  const context = { handle: options.handle, limits, statistics, logger };
  const links = new Map<Socket, TerminalLink>();
  /** Also those still in their TLS handshake. */
  const sockets = new Set<Socket>();
  let draining = false;

  const open = (socket: Socket, who: Pick<LinkInfo, 'secure' | 'certificateName' | 'certificate'>) => {
    const info: LinkInfo = { id: ++statistics.accepted, remoteAddress: socket.remoteAddress ?? 'gone', ...who };
    const link = new TerminalLink(socket, info, context);
    links.set(socket, link);
    statistics.connections++;
    socket.once('close', () => {
      links.delete(socket);
      statistics.connections--;
    });
    if (draining) link.finish('stopping');
  };
  const openSecure = (socket: TLSSocket) => {
    const { name, certificate, complaint } = admit(socket, tls ?? {});
    if (complaint === undefined) return open(socket, { secure: true, certificateName: name, certificate });
    statistics.handshakesRefused++;
    logger.warn({ certificate: certificate.serial, name, complaint }, 'certificate of a terminal not let in');
    socket.on('error', () => undefined);
    socket.destroy();
  };

  // Half-open, so that a terminal that closes its side still gets the answers it is owed.
  const transport = { allowHalfOpen: true, noDelay: true, keepAlive: true };
  const secureServer =
    tls && openSecureServer(tls, { allowHalfOpen: true, handshakeTimeout: limits.frameTimeoutMs, logger, statistics });
  secureServer?.on('secureConnection', openSecure);
  const server = createTcpServer(transport, (socket) => {
    if (!budget.take()) {
      statistics.refused++;
      logger.warn({ connections: budget.limit }, 'terminal connection refused, the gateway is full');
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.once('close', () => {
      sockets.delete(socket);
      budget.giveBack();
    });
    if (secureServer === undefined) open(socket, { secure: false, certificateName: undefined });
    else secureServer.emit('connection', socket);
  });
  const port = await startListening(server, options.host ?? '127.0.0.1', options.port);

  return {
    port,
    statistics: () => statistics,
    useCredentials: (credentials) => secureServer?.setSecureContext({ ...credentials, minVersion: 'TLSv1.2' }),
    reviewCertificates() {
      for (const link of links.values()) {
        const { certificate, id } = link.info;
        const complaint = certificate === undefined ? undefined : tls?.complaintAbout?.(certificate);
        if (complaint === undefined) continue;
        logger.warn(
          { link: id, certificate: certificate?.serial, complaint },
          'terminal link ended for its certificate',
        );
        link.finish('certificate');
      }
    },
    async drain() {
      draining = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const link of links.values()) link.finish('stopping');
      // What has not become a link by then (a handshake that hangs) owes nobody an answer.
      const late = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, limits.drainTimeoutMs + limits.lingerMs);
      await closed;
      clearTimeout(late);
      // The server is told of the last socket a moment before the socket's own listeners are.
      await Promise.all([...sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve))));
    },
  };
}

function startListening(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? gatewayErrors.portInUse({ host, port }, error)
          : gatewayErrors.cannotListen({ host, port, reason: error.message }, error),
      );
    };
    server.once('error', onError);
    server.listen(port, host, () => {
      server.off('error', onError);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
