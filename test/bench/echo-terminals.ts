import { createCipheriv } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { BenchTerminal } from './gateway-city.ts';

/** What the terminals of this process are told to do, as a line of JSON; the answer is a line too. */
export interface EchoOrder {
  readonly port: number;
  readonly terminals: readonly BenchTerminal[];
  readonly messages: number;
  /** Requests in flight per link. */
  readonly window: number;
  /** Answers are echoes of the product (field 39 looked at in each, the MAC in some); else the same bytes come back. */
  readonly product: boolean;
}

/**
 * Terminals by code of their own that send echoes (message 3) and count the answers: frames and X9.19 from the specification,
 * nothing of the product. A process of its own, so that its time is not counted. All requests are made once, before.
 */
const REQUESTS = 256;
/** Of so many answers one has its MAC recomputed: checking all would keep the server waiting for its clients. */
const CHECKED_ONE_OF = 61;
const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');

function x919(mak: Buffer, data: Buffer): Buffer {
  const [left, right] = [mak.subarray(0, 8), mak.subarray(8)];
  const padded = Buffer.concat([data, Buffer.alloc((8 - (data.length % 8)) % 8)]);
  const chain = createCipheriv('des-ede3-cbc', Buffer.concat([left, left, left]), Buffer.alloc(8)).setAutoPadding(
    false,
  );
  const before = chain.update(padded.subarray(0, -8)).subarray(-8);
  const last = Buffer.from(padded.subarray(-8).map((byte, at) => byte ^ (before[at] ?? 0)));
  return createCipheriv('des-ede-ecb', Buffer.concat([left, right]), null)
    .setAutoPadding(false)
    .update(last);
}

/** Length ‖ TPDU ‖ header ‖ MTI 0820 ‖ bitmap of 11 41 42 60 64 ‖ fields. */
function echoFrame({ terminalNo, merchantNo, mak }: BenchTerminal, trace: number): Buffer {
  const fields = [
    bytes(trace.toString().padStart(6, '0')),
    Buffer.from(terminalNo + merchantNo.padEnd(15), 'ascii'),
    bytes('0011000000013010'),
  ];
  const body = Buffer.concat([bytes('08200020000000c00011'), ...fields]);
  const content = Buffer.concat([bytes('6000010000602200000000'), body, x919(bytes(mak), body)]);
  return Buffer.concat([bytes(content.length.toString(16).padStart(4, '0')), content]);
}

const MTI = 13;
/** Behind the bitmap: 11 (3), 12 (3), 13 (2), 37 (12). */
const CODE = 43;
const DONE = 0x3030;
const MAC_BYTES = 8;

class Link {
  readonly #socket: Socket;
  readonly #frames: Buffer;
  readonly #frameBytes: number;
  readonly #mak: Buffer | undefined;
  readonly #done: (error?: Error) => void;
  #left: number;
  #toSend: number;
  #next = 0;
  #answered = 0;
  #rest: Buffer = Buffer.alloc(0);

  constructor(order: EchoOrder, terminal: BenchTerminal, messages: number, done: (error?: Error) => void) {
    const frames = Array.from({ length: REQUESTS }, (_, at) => echoFrame(terminal, at + 1));
    this.#frameBytes = frames[0]?.length ?? 0;
    // Twice, so that any window of them lies in one piece.
    this.#frames = Buffer.concat([...frames, ...frames]);
    this.#mak = order.product ? bytes(terminal.mak) : undefined;
    this.#left = this.#toSend = messages;
    this.#done = done;
    this.#socket = connect({ port: order.port, host: '127.0.0.1', noDelay: true });
    this.#socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#socket.on('error', done);
    this.#socket.on('close', () => this.#left > 0 && done(new Error('the gateway closed a link')));
    this.#socket.on('connect', () => this.#send(order.window));
  }

  #send(count: number): void {
    const sent = Math.min(count, this.#toSend);
    if (sent === 0) return;
    this.#toSend -= sent;
    const start = this.#next * this.#frameBytes;
    this.#socket.write(this.#frames.subarray(start, start + sent * this.#frameBytes));
    this.#next = (this.#next + sent) % REQUESTS;
  }

  #receive(chunk: Buffer): void {
    const all = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    let came = 0;
    while (at + 2 <= all.length) {
      const end = at + 2 + all.readUInt16BE(at);
      if (end > all.length) break;
      if (this.#mak !== undefined && !this.#isRight(all, at, end)) return this.#done(new Error('a wrong answer'));
      at = end;
      came += 1;
    }
    this.#rest = all.subarray(at);
    this.#left -= came;
    if (this.#left > 0) return this.#send(came);
    this.#socket.destroy();
    this.#done();
  }

  #isRight(all: Buffer, at: number, end: number): boolean {
    if (all.readUInt16BE(at + MTI) !== 0x0830 || all.readUInt16BE(at + CODE) !== DONE) return false;
    if (this.#answered++ % CHECKED_ONE_OF !== 0) return true;
    const mac = x919(this.#mak ?? Buffer.alloc(0), all.subarray(at + MTI, end - MAC_BYTES));
    return mac.equals(all.subarray(end - MAC_BYTES, end));
  }
}

async function run(order: EchoOrder): Promise<void> {
  const each = Math.floor(order.messages / order.terminals.length);
  await Promise.all(
    order.terminals.map(
      (terminal) =>
        new Promise<void>((resolve, reject) => {
          new Link(order, terminal, each, (error) => (error === undefined ? resolve() : reject(error)));
        }),
    ),
  );
  process.stdout.write(`${JSON.stringify({ answered: each * order.terminals.length })}\n`);
}

for await (const line of createInterface({ input: process.stdin })) await run(JSON.parse(line) as EchoOrder);
