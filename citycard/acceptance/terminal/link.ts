import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type Server as TlsServer, type TLSSocket } from 'node:tls';
import { FrameParser, Message } from '@citycard/terminal-gateway';
import type { ServerCredentials } from './test-certificates.ts';

/** One connection of the candidate. */
export interface CandidateLink {
  readonly id: number;
  /** The name in the certificate it showed; undefined on plain TCP. */
  readonly certifiedName?: string;
  write(bytes: Buffer): void;
  hangUp(): void;
}

export interface LinkEvents {
  /** A well-framed message whose MTI is one. */
  onMessage(link: CandidateLink, message: Message): void;
  /** The candidate sent what is no frame; its link is closed. */
  onBadFrame(reason: string): void;
  /** A link was to be encrypted, and one side did not trust the other. */
  onHandshakeRefused(reason: string): void;
}

export interface Listening {
  readonly port: number;
  /** From now on this is shown to who connects; links that are open are closed. Plain TCP shows nothing. */
  show(credentials: ServerCredentials): void;
  close(): Promise<void>;
}

/** Terminals of one candidate; more is a mistake of the network. */
const MOST_LINKS = 16;

/**
 * Listens for the candidate (terminal interface, section 1): mutual TLS with credentials, plain TCP without. @throws the
 * error of the system when the port cannot be had
 */
export async function listenForCandidate(
  address: { readonly host: string; readonly port: number; readonly tls?: ServerCredentials },
  events: LinkEvents,
): Promise<Listening> {
  const sockets = new Set<Socket>();
  let links = 0;
  const take = (socket: Socket, certifiedName?: string) => {
    const link: CandidateLink = {
      id: (links += 1),
      ...(certifiedName === undefined ? {} : { certifiedName }),
      write: (bytes) => void (socket.destroyed || socket.write(bytes)),
      hangUp: () => socket.destroy(),
    };
    const parser = new FrameParser();
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      parser.push(chunk);
      for (let frame = parser.next(); frame !== undefined; frame = parser.next()) {
        events.onMessage(link, Message.read(Buffer.from(frame)));
      }
      if (parser.fault === undefined) return;
      events.onBadFrame(parser.fault);
      socket.destroy();
    });
  };
  const secure = address.tls === undefined ? undefined : secureServer(address.tls, take, events);
  const server: Server = secure ?? createServer({ noDelay: true }, take);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.maxConnections = MOST_LINKS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    show: (credentials) => {
      secure?.setSecureContext({ ...credentials, minVersion: LEAST_VERSION });
      for (const socket of sockets) socket.destroy();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

const LEAST_VERSION = 'TLSv1.2';

function secureServer(
  credentials: ServerCredentials,
  take: (socket: Socket, certifiedName: string) => void,
  events: LinkEvents,
): TlsServer {
  const asked = { requestCert: true, rejectUnauthorized: true, minVersion: LEAST_VERSION, noDelay: true } as const;
  const server = createTlsServer({ ...credentials, ...asked }, (socket: TLSSocket) => {
    const { CN: name } = socket.getPeerCertificate().subject;
    // A name that is there twice is none.
    take(socket, typeof name === 'string' ? name : '');
  });
  server.on('tlsClientError', (error, socket) => {
    events.onHandshakeRefused(error.message);
    socket.destroy();
  });
  return server;
}
