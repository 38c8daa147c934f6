import { createServer, type AddressInfo, type Socket } from 'node:net';
import {
  authenticate,
  CityCardError,
  type Database,
  type Logger,
  type Principal,
  recordAct,
  requireRole,
  transact,
} from '@citycard/common';
import { readerErrors } from './errors.ts';
import { ReaderLine } from './line.ts';
import type { CardInReader, CounterReaders, ReaderView } from './reader.ts';
import { Tickets } from './tickets.ts';

/** The readers of the counters and the port they attach to. */
export interface ReaderPort extends CounterReaders {
  readonly host: string;
  readonly port: number;
  /**
   * A token with which a reader of this name is attached for the clerk, once, within a minute: for a page that asks the program beside it to
   * lend a reader, and must not give its session away.
   */
  ticket(clerk: Principal, reader: string): string;
  /** Lets every reader go and closes the port. */
  stop(): Promise<void>;
}

interface Attached {
  readonly clerk: string;
  readonly attachedAt: Date;
  readonly line: ReaderLine;
  working: boolean;
}

/** Readers at one time: the counters of a city, several times over. */
const mostReaders = 1000;
const greetingTimeoutMs = 5_000;
const longestGreeting = 1024;
const nameShape = /^[\p{L}\p{N} ._-]{1,40}$/u;

/**
 * Opens the port that counter readers attach to (docs/counter-readers.md). The first frame is
 * `{"reader":"window-3","token":"…"}`, answered `{"attached":"window-3"}` or `{"refused":{"code","sentence"}}`; from then on the
 * product drives the reader.
 */
export async function startReaderPort(
  deps: { readonly db: Database; readonly logger: Logger },
  where: { readonly host: string; readonly port: number },
): Promise<ReaderPort> {
  const attached = new Map<string, Attached>();
  const tickets = new Tickets();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // Whoever leaves while we still look up who it is leaves without a trace.
    socket.on('error', () => socket.destroy());
    greet(socket, async (greeting, rest) => admit({ ...deps, tickets }, attached, socket, greeting, rest));
  });
  server.maxConnections = mostReaders;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(where.port, where.host, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
  return {
    host: where.host,
    port: (server.address() as AddressInfo).port,
    list: () => [...attached].map(([name, reader]) => view(name, reader)).toSorted(byName),
    withCard: (clerk, name, work) => workWith(attached, clerk, name, work),
    ticket: (clerk, reader) => {
      if (!nameShape.test(reader)) throw readerErrors.badName();
      return tickets.give(clerk, reader);
    },
    stop: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** For an installation that serves no counters: no reader is ever there. */
export function noReaders(host: string): ReaderPort {
  return {
    host,
    port: 0,
    list: () => [],
    ticket: (_clerk, name) => {
      throw readerErrors.readerUnknown({ name });
    },
    withCard: (_clerk, name) => Promise.reject(readerErrors.readerUnknown({ name })),
    stop: () => Promise.resolve(),
  };
}

const byName = (one: ReaderView, other: ReaderView) => (one.name < other.name ? -1 : 1);

function view(name: string, { clerk, attachedAt, line, working }: Attached): ReaderView {
  return { name, clerk, state: working ? 'working' : line.present ? 'card' : 'empty', attachedAt };
}

async function workWith<T>(
  attached: ReadonlyMap<string, Attached>,
  clerk: Principal,
  name: string,
  work: (card: CardInReader) => Promise<T>,
): Promise<T> {
  const reader = attached.get(name);
  if (reader === undefined) throw readerErrors.readerUnknown({ name });
  if (reader.clerk !== clerk.id) throw readerErrors.readerOfAnother({ name });
  if (reader.working) throw readerErrors.readerBusy({ name });
  reader.working = true;
  try {
    const card = await reader.line.powerOn();
    if (card === undefined) throw readerErrors.noCard({ name });
    return await work(card);
  } finally {
    reader.line.powerOff();
    reader.working = false;
  }
}

/** Waits for the first frame; one that is late, too long or torn ends the connection. */
function greet(socket: Socket, onGreeting: (greeting: Buffer, rest: Buffer) => Promise<void>): void {
  let received = Buffer.alloc(0);
  const timer = setTimeout(() => socket.destroy(), greetingTimeoutMs);
  socket.once('close', () => clearTimeout(timer));
  const take = (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    if (received.length < 2) return;
    const length = received.readUInt16BE();
    if (length > longestGreeting) return void socket.destroy();
    if (received.length < 2 + length) return;
    clearTimeout(timer);
    socket.off('data', take);
    socket.pause();
    void onGreeting(received.subarray(2, 2 + length), received.subarray(2 + length));
  };
  socket.on('data', take);
}

async function admit(
  { db, logger, tickets }: { readonly db: Database; readonly logger: Logger; readonly tickets: Tickets },
  attached: Map<string, Attached>,
  socket: Socket,
  greeting: Buffer,
  rest: Buffer,
): Promise<void> {
  try {
    const { reader: name, token } = readGreeting(greeting);
    const clerk = tickets.take(token, name) ?? (await authenticate(db, token));
    if (clerk === undefined) throw readerErrors.notAuthenticated();
    requireRole(clerk, 'clerk', 'bureau');
    await transact(db, (tx) => recordAct(tx, clerk, { act: 'attach-reader', subject: `reader ${name}` }));
    if (socket.destroyed) return;
    replace(attached, clerk, name);
    sendJson(socket, { attached: name });
    const entry: Attached = {
      clerk: clerk.id,
      attachedAt: new Date(),
      working: false,
      line: new ReaderLine(socket, rest, () => {
        if (attached.get(name) !== entry) return;
        attached.delete(name);
        logger.info({ reader: name, clerk: clerk.id }, 'counter reader gone');
      }),
    };
    attached.set(name, entry);
    logger.info({ reader: name, clerk: clerk.id }, 'counter reader attached');
    socket.resume();
  } catch (error) {
    if (!(error instanceof CityCardError)) logger.error({ err: error }, 'a counter reader could not be admitted');
    const refused =
      error instanceof CityCardError
        ? { code: error.code, sentence: error.message }
        : { code: 'card-issuer.readers.fault', sentence: 'The product could not admit the reader; try again.' };
    sendJson(socket, { refused });
    socket.end();
    socket.resume();
  }
}

/** The same clerk attaching again takes over (the old line broke unseen); nobody takes a reader from another or from its work. */
function replace(attached: Map<string, Attached>, clerk: Principal, name: string): void {
  const before = attached.get(name);
  if (before === undefined) return;
  if (before.clerk !== clerk.id) throw readerErrors.nameTaken({ name });
  if (before.working) throw readerErrors.readerBusy({ name });
  attached.delete(name);
  before.line.close();
}

function readGreeting(bytes: Buffer): { reader: string; token: string } {
  let said: unknown;
  try {
    said = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw readerErrors.badGreeting(undefined, error);
  }
  if (
    typeof said !== 'object' ||
    said === null ||
    !('reader' in said && typeof said.reader === 'string') ||
    !('token' in said && typeof said.token === 'string')
  )
    throw readerErrors.badGreeting();
  if (!nameShape.test(said.reader)) throw readerErrors.badName();
  return { reader: said.reader, token: said.token };
}

function sendJson(socket: Socket, value: unknown): void {
  const payload = Buffer.from(JSON.stringify(value));
  const frame = Buffer.alloc(2 + payload.length);
  frame.writeUInt16BE(payload.length);
  payload.copy(frame, 2);
  socket.write(frame);
}
