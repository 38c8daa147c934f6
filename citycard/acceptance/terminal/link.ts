import { createServer, type AddressInfo, type Socket } from 'node:net';
import { FrameParser, Message } from '@citycard/terminal-gateway';

/** One connection of the candidate. */
export interface CandidateLink {
  readonly id: number;
  write(bytes: Buffer): void;
  hangUp(): void;
}

export interface LinkEvents {
  /** A well-framed message whose MTI is one. */
  onMessage(link: CandidateLink, message: Message): void;
  /** The candidate sent what is no frame; its link is closed. */
  onBadFrame(reason: string): void;
}

export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

/** Terminals of one candidate; more is a mistake of the network. */
const MOST_LINKS = 16;

/** Listens for the candidate (terminal interface, section 1). @throws the error of the system when the port cannot be had */
export async function listenForCandidate(
  address: { readonly host: string; readonly port: number },
  events: LinkEvents,
): Promise<Listening> {
  const sockets = new Set<Socket>();
  let links = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    const link: CandidateLink = {
      id: (links += 1),
      write: (bytes) => void (socket.destroyed || socket.write(bytes)),
      hangUp: () => socket.destroy(),
    };
    const parser = new FrameParser();
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk: Buffer) => {
      parser.push(chunk);
      for (let frame = parser.next(); frame !== undefined; frame = parser.next()) {
        events.onMessage(link, Message.read(Buffer.from(frame)));
      }
      if (parser.fault === undefined) return;
      events.onBadFrame(parser.fault);
      socket.destroy();
    });
  });
  server.maxConnections = MOST_LINKS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
