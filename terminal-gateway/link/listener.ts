import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, TLSSocket, type TlsOptions } from 'node:tls';
import type { Logger } from '@citycard/common';
import { gatewayErrors } from '../errors.ts';
import { defaultLinkLimits, newLinkStatistics, type LinkLimits, type LinkStatistics } from './limits.ts';
import { TerminalLink, type LinkHandler, type LinkInfo } from './terminal-link.ts';

export interface ListenerOptions {
  readonly handle: LinkHandler;
  readonly logger: Logger;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly limits?: Partial<LinkLimits>;
  /** Mutual TLS: our key and certificate, and the city CA that client certificates must come from. */
  readonly tls?: Pick<TlsOptions, 'key' | 'cert' | 'ca' | 'crl'>;
}

export interface TerminalListener {
  readonly port: number;
  statistics(): Readonly<LinkStatistics>;
  /** Stops accepting, answers every request that has arrived, closes; resolves when the last link is gone. */
  drain(): Promise<void>;
}

/**
 * Listens for terminals over TCP, or with `tls` over mutual TLS (terminal interface, section 1).
 *
 * @throws CityCardError when the port cannot be had.
 */
export async function listenForTerminals(options: ListenerOptions): Promise<TerminalListener> {
  const limits: LinkLimits = { ...defaultLinkLimits, ...options.limits };
  const statistics = newLinkStatistics();
  const context = { handle: options.handle, limits, statistics, logger: options.logger };
  const links = new Map<Socket, TerminalLink>();
  /** Also those still in their TLS handshake. */
  const sockets = new Set<Socket>();
  let draining = false;

  const welcome = (socket: Socket) => {
    const info: LinkInfo = {
      id: ++statistics.accepted,
      remoteAddress: socket.remoteAddress ?? 'gone',
      secure: socket instanceof TLSSocket,
      certificateName: socket instanceof TLSSocket ? commonName(socket) : undefined,
    };
    const link = new TerminalLink(socket, info, context);
    links.set(socket, link);
    statistics.connections++;
    socket.once('close', () => {
      links.delete(socket);
      statistics.connections--;
    });
    if (draining) link.finish('the gateway is stopping');
  };

  const server = openServer(options, limits, welcome);
  server.maxConnections = limits.connections;
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('drop', () => {
    statistics.refused++;
    options.logger.warn({ connections: limits.connections }, 'terminal connection refused, the gateway is full');
  });
  const port = await startListening(server, options.host ?? '127.0.0.1', options.port);

  return {
    port,
    statistics: () => statistics,
    async drain() {
      draining = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const link of links.values()) link.finish('the gateway is stopping');
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

function openServer(options: ListenerOptions, limits: LinkLimits, welcome: (socket: Socket) => void): Server {
  // Half-open, so that a terminal that closes its side still gets the answers it is owed.
  const common = { allowHalfOpen: true, noDelay: true, keepAlive: true };
  if (options.tls === undefined) return createTcpServer(common, welcome);
  const server = createTlsServer(
    {
      ...common,
      ...options.tls,
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
      handshakeTimeout: limits.frameTimeoutMs,
    },
    welcome,
  );
  server.on('tlsClientError', (error, socket) => {
    options.logger.warn({ error: error.message }, 'TLS handshake refused');
    // Node tells of a handshake that took too long, but leaves the connection open.
    socket.destroy();
  });
  return server;
}

function commonName(socket: TLSSocket): string | undefined {
  const name: string | string[] | undefined = socket.getPeerCertificate().subject?.CN;
  return typeof name === 'string' ? name : undefined;
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
