import { createServer, type IncomingMessage, type Server } from 'node:http';
import { connect as connectTcp, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { citycardErrors } from '../errors.ts';
import { ReaderBridge } from './reader-bridge.ts';
import type { Pcsc } from './reader-pcsc.ts';

/** Where pages of the portal look for the bridge of their computer. */
export const PAGE_BRIDGE_PORT = 18_583;
/** Pages say little; more in one message is none of ours. */
const LONGEST_MESSAGE = 2_048;
const REACH_TIMEOUT_MS = 5_000;
/** Hosts by which a page may name this computer; a name that only resolves to it is somebody else's. */
const OURSELVES = /^(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?$/;

/** What a page may say. */
type PageWish =
  | {
      readonly attach: {
        readonly reader: string;
        readonly window: string;
        readonly token: string;
        readonly port: number;
      };
    }
  | { readonly letGo: { readonly reader: string } };

interface Lent {
  readonly window: string;
  readonly bridge: ReaderBridge;
}

export interface PageBridge {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * The readers of this computer for the portal's pages in its browser: a WebSocket on loopback. It tells what is plugged in and when a
 * card comes or goes, and lends a reader to the installation under the name and with the short-lived token that a page brings. It hears
 * pages of the given origins only, and reaches the given installation only.
 *
 * @throws citycard.bridge-port-in-use
 */
export async function startPageBridge(options: {
  readonly pcsc: Pcsc;
  /** Origins of the portal, `https://portal.example`. */
  readonly origins: readonly string[];
  /** Host of the installation that readers are lent to. */
  readonly installation: string;
  readonly port: number;
  say(sentence: string): void;
}): Promise<PageBridge> {
  const { pcsc, say } = options;
  const pages = new Set<WebSocket>();
  const lent = new Map<string, Lent>();
  const tellAll = (message: object) => {
    for (const page of pages) page.send(JSON.stringify(message));
  };
  const seen = () => ({
    readers: [...pcsc.readers].map(([name, state]) => ({ name, state, ...windowOf(lent, name) })),
  });
  pcsc.onChange(() => {
    for (const [reader, { bridge }] of lent) {
      if (pcsc.readers.has(reader)) bridge.tellPresence();
      else bridge.hangUp();
    }
    tellAll(seen());
  });

  const server = createServer((_request, response) => response.writeHead(426).end());
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LONGEST_MESSAGE });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!isWelcome(request, options.origins)) {
      say(`A page of ${request.headers.origin ?? 'no origin'} was refused; --origin names the portal.`);
      return void socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
    }
    sockets.handleUpgrade(request, socket, head, (page) => {
      pages.add(page);
      page.on('close', () => pages.delete(page));
      page.on('error', () => page.terminate());
      page.on('message', (said, isBinary) => void hear(page, isBinary ? undefined : wishIn(said)));
      page.send(JSON.stringify(seen()));
    });
  });

  async function hear(page: WebSocket, wish: PageWish | undefined): Promise<void> {
    if (wish === undefined) return page.close(1003, 'not understood');
    if ('letGo' in wish) return lent.get(wish.letGo.reader)?.bridge.hangUp();
    const { reader, window } = wish.attach;
    const refused = await lend(wish.attach).catch((error: unknown) =>
      error instanceof Error ? error.message : 'the reader could not be attached.',
    );
    if (refused !== undefined) return page.send(JSON.stringify({ refused: { reader, window, sentence: refused } }));
    say(`Reader "${reader}" serves as ${window}.`);
    tellAll({ attached: { reader, window } });
    tellAll(seen());
  }

  /** @returns why not, when the installation refuses */
  async function lend(wish: Extract<PageWish, { attach: unknown }>['attach']): Promise<string | undefined> {
    const { reader, window } = wish;
    if (!pcsc.readers.has(reader)) return `no reader ${reader} is plugged in.`;
    await lent.get(reader)?.bridge.end();
    const bridge = new ReaderBridge(await reach(options.installation, wish.port), pcsc, reader);
    const refused = await bridge.greet(window, wish.token);
    if (refused !== undefined) {
      await bridge.end();
      return refused;
    }
    lent.set(reader, { window, bridge });
    void bridge.closed.then(async () => {
      await bridge.end();
      if (lent.get(reader)?.bridge !== bridge) return;
      lent.delete(reader);
      say(`${window} was let go.`);
      tellAll({ lost: { reader, window } });
      tellAll(seen());
    });
    return undefined;
  }

  await listenOn(server, options.port);
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      for (const page of pages) page.terminate();
      for (const { bridge } of lent.values()) await bridge.end();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

const windowOf = (lent: ReadonlyMap<string, Lent>, reader: string) => {
  const window = lent.get(reader)?.window;
  return window === undefined ? {} : { window };
};

/** A page of the portal, asking this computer by one of its own names: another site's page, or a name bound to loopback, is neither. */
function isWelcome({ headers }: IncomingMessage, origins: readonly string[]): boolean {
  return headers.origin !== undefined && origins.includes(headers.origin) && OURSELVES.test(headers.host ?? '');
}

function wishIn(said: unknown): PageWish | undefined {
  let wish: unknown;
  try {
    wish = JSON.parse(String(said));
  } catch {
    return undefined;
  }
  if (typeof wish !== 'object' || wish === null) return undefined;
  if ('letGo' in wish && hasTexts(wish.letGo, 'reader')) return wish as PageWish;
  if (!('attach' in wish) || !hasTexts(wish.attach, 'reader', 'window', 'token')) return undefined;
  const { port } = wish.attach as { port?: unknown };
  return Number.isInteger(port) && Number(port) > 0 && Number(port) < 65_536 ? (wish as PageWish) : undefined;
}

const hasTexts = (value: unknown, ...names: readonly string[]): boolean =>
  typeof value === 'object' &&
  value !== null &&
  names.every((name) => typeof (value as Record<string, unknown>)[name] === 'string');

async function reach(host: string, port: number): Promise<Socket> {
  const socket = connectTcp({ host, port });
  socket.setTimeout(REACH_TIMEOUT_MS, () => socket.destroy(new Error('it did not answer in time')));
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', (error: NodeJS.ErrnoException) =>
      reject(citycardErrors.notAnswering({ url: `${host}:${port}`, reason: error.code ?? error.message }, error)),
    );
  });
  socket.setTimeout(0);
  return socket;
}

async function listenOn(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(citycardErrors.bridgePortInUse({ port, reason: error.code ?? error.message }, error)),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
}
