import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type WebSocket, WebSocketServer } from 'ws';
import { VirtualCard } from '../card/virtual-card.ts';
import { publishedKey } from '../day/published-keys.ts';
import { readCardFace } from '../purchase/card-face.ts';
import { CounterReader } from './counter-reader.ts';

/**
 * `virtual-desk.ts <configuration.json>`: the desks of a demo's counters, until the process is told to end or its standard input
 * ends (whoever started it is gone). Each has a reader, attached as docs/counter-readers.md says, and a tray of blank cards; pages
 * of the portal put cards in and take them out over the WebSocket on which a real counter's bridge would be. Cards are plastic of
 * this process: they are gone when it ends.
 */
interface DeskConfiguration {
  readonly baseUrl: string;
  readonly host: string;
  readonly origins: readonly string[];
  /** Of the bridge; 0 takes a free one. */
  readonly port: number;
  /** Clerk and token by the name of the desk. */
  readonly desks: Readonly<Record<string, { readonly token: string }>>;
  readonly bureau: readonly [{ readonly token: string }, { readonly token: string }];
}

const BLANKS = 4;
const PREPARED = 200;
const AGAIN_MS = 2_000;

interface Plastic {
  readonly id: string;
  readonly card: VirtualCard;
}

class Desk {
  readonly name: string;
  readonly tray: Plastic[] = [];
  inserted: string | undefined;
  reader: CounterReader | undefined;

  constructor(name: string) {
    this.name = name;
    for (let at = 1; at <= BLANKS; at += 1) this.addBlank();
  }

  addBlank(): void {
    const card = new VirtualCard({ transportKey: publishedKey('CHIP') });
    this.tray.push({ id: `${this.name}-${this.tray.length + 1}`, card });
  }

  put(id: string): void {
    const plastic = this.tray.find((each) => each.id === id);
    if (plastic === undefined) return;
    this.inserted = id;
    this.reader?.insert(plastic.card);
    if (this.tray.every(({ card }) => card.personalised || card === plastic.card)) this.addBlank();
  }

  take(): void {
    this.inserted = undefined;
    this.reader?.remove();
  }

  /** What a person sees lying there: a number is printed on a finished card. */
  shown() {
    return this.tray.map(({ id, card }) => ({
      id,
      label: card.personalised ? numberOn(card, id !== this.inserted) : '',
    }));
  }
}

const numbers = new WeakMap<VirtualCard, string>();

/** Read once, and only while the card lies in no reader. */
function numberOn(card: VirtualCard, isFree: boolean): string {
  const known = numbers.get(card);
  if (known !== undefined || !isFree) return known ?? '…';
  card.powerOn();
  const face = readCardFace(card);
  card.powerOff();
  if (typeof face === 'number') return '…';
  numbers.set(card, face.cardNo);
  return face.cardNo;
}

const [file = ''] = process.argv.slice(2);
const configuration = JSON.parse(await readFile(file, 'utf8')) as DeskConfiguration;
const desks = Object.keys(configuration.desks).map((name) => new Desk(name));
const pages = new Set<WebSocket>();

const ask = async (token: string, method: string, path: string, body?: unknown): Promise<unknown> => {
  const response = await fetch(new URL(path, configuration.baseUrl), {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
  const text = await response.text();
  return text === '' ? undefined : JSON.parse(text);
};

/** Cards prepared and released for the counters to make, so that nobody has to do it before trying. */
async function prepareCards(): Promise<void> {
  const [one, other] = configuration.bureau;
  const batches = (await ask(one.token, 'GET', '/v1/card-batches')) as readonly {
    state: string;
    product: string;
    waiting: number;
  }[];
  const order = { product: 'standard', count: PREPARED };
  if (batches.some((one) => one.state === 'released' && one.product === order.product && one.waiting > 0)) return;
  const { batchId } = (await ask(one.token, 'POST', '/v1/card-batches', order)) as { batchId: number };
  await ask(other.token, 'POST', `/v1/card-batches/${batchId}/release`);
}

/** Keeps the reader of a desk attached, whatever restarts. */
async function serve(desk: Desk): Promise<void> {
  const token = configuration.desks[desk.name]?.token ?? '';
  for (;;) {
    try {
      const { attachPort } = (await ask(token, 'GET', '/v1/readers')) as { attachPort: number };
      desk.reader = await CounterReader.attach(
        { host: configuration.host, port: attachPort },
        { reader: desk.name, token },
      );
      const plastic = desk.tray.find(({ id }) => id === desk.inserted);
      if (plastic !== undefined) desk.reader.insert(plastic.card);
      tellAll();
      await desk.reader.gone;
    } catch {
      // Not there yet, or not there any more.
    }
    desk.reader = undefined;
    await sleep(AGAIN_MS);
  }
}

const seen = () => ({
  readers: desks.map(({ name, inserted }) => ({
    name,
    state: inserted === undefined ? 'empty' : 'card',
    window: name,
  })),
  trays: Object.fromEntries(desks.map((desk) => [desk.name, { inserted: desk.inserted, cards: desk.shown() }])),
});
const tellAll = () => {
  for (const page of pages) page.send(JSON.stringify(seen()));
};

function hear(said: string): void {
  const wish = JSON.parse(said) as { put?: { desk?: unknown; id?: unknown }; take?: { desk?: unknown } };
  const desk = desks.find(({ name }) => name === (wish.put?.desk ?? wish.take?.desk));
  if (desk === undefined) return;
  if (wish.put !== undefined) desk.put(String(wish.put.id));
  else desk.take();
  tellAll();
}

const server = createServer((_request, response) => response.writeHead(426).end());
const sockets = new WebSocketServer({ noServer: true, maxPayload: 2_048 });
server.on('upgrade', (request: IncomingMessage, socket, head) => {
  if (!configuration.origins.includes(request.headers.origin ?? '')) {
    socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
    return;
  }
  sockets.handleUpgrade(request, socket, head, (page) => {
    pages.add(page);
    page.on('close', () => pages.delete(page));
    page.on('error', () => page.terminate());
    page.on('message', (said) => {
      try {
        hear(String(said));
      } catch {
        page.close(1003, 'not understood');
      }
    });
    page.send(JSON.stringify(seen()));
  });
});
// A real bridge may run on this computer: the desks' readers serve without their trays then.
server.on('error', (error) => process.stderr.write(`no tray for the demo's desks: ${error.message}\n`));
server.listen(configuration.port, '127.0.0.1', () =>
  process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`),
);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(0));
process.stdin.resume().once('end', () => process.exit(0));
await prepareCards().catch((error: unknown) => process.stderr.write(`${String(error)}\n`));
await Promise.all(desks.map(serve));
