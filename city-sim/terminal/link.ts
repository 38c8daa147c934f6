import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { LinkClosed, MalformedBytes } from '../errors.ts';
import { decodeFrame, encodeFrame, FrameSplitter, type Frame } from '../iso8583/frame.ts';
import { decodeMessage, textOf, type Message } from '../iso8583/message.ts';

/** Where the gateway listens; with `tls` the link is mutual TLS. */
export interface HostAddress {
  readonly host: string;
  readonly port: number;
  readonly tls?: { readonly certificatePem: string; readonly privateKeyPem: string; readonly caPem: string };
}

/** An answer as it came: the parsed message and the bytes its MAC covers. */
interface ReceivedMessage {
  readonly message: Message;
  readonly frame: Frame;
}

type Settle = (answer: ReceivedMessage | 'timeout' | 'link-closed') => void;

/** One TCP or TLS link with any number of requests in flight, matched on (MTI + 10, field 11, field 41). */
export class HostLink {
  readonly #socket: Socket;
  readonly #waiting = new Map<string, Settle>();
  readonly #splitter = new FrameSplitter();
  readonly #received: Buffer[] = [];
  #answersToLose = 0;
  #open = true;
  readonly closed: Promise<void>;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => this.#receive(bytes));
    socket.on('error', () => this.#end());
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.#end();
        resolve();
      });
    });
  }

  /** Opens a link. Throws LinkClosed when the host does not take it up. */
  static async open(address: HostAddress): Promise<HostLink> {
    const { host, port, tls } = address;
    const socket = tls
      ? connectTls({
          host,
          port,
          cert: tls.certificatePem,
          key: tls.privateKeyPem,
          ca: tls.caPem,
          checkServerIdentity: () => undefined,
        })
      : connectTcp({ host, port });
    await new Promise<void>((resolve, reject) => {
      socket.once(tls ? 'secureConnect' : 'connect', resolve);
      socket.once('error', (error) => reject(new LinkClosed(error.message)));
    });
    return new HostLink(socket);
  }

  get open(): boolean {
    return this.#open;
  }

  /** Frame contents that answered no request: for tests that send raw bytes. */
  get unmatched(): readonly Buffer[] {
    return this.#received;
  }

  /** The next answers vanish on the line; their requests time out at once. */
  loseNextAnswers(count: number): void {
    this.#answersToLose = count;
  }

  /** Writes bytes as they are. */
  sendRaw(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  /** Sends a framed request and waits for its answer. */
  request(tpdu: string, header: string, request: Message, body: Buffer, timeoutMs: number) {
    if (!this.#open) return Promise.resolve('link-closed' as const);
    const key = answerKey(String(Number(request.mti) + 10).padStart(4, '0'), request);
    return new Promise<ReceivedMessage | 'timeout' | 'link-closed'>((resolve) => {
      const timer = setTimeout(() => settle('timeout'), timeoutMs);
      const settle: Settle = (answer) => {
        clearTimeout(timer);
        if (this.#waiting.get(key) === settle) this.#waiting.delete(key);
        resolve(answer);
      };
      this.#waiting.get(key)?.('timeout');
      this.#waiting.set(key, settle);
      this.#socket.write(encodeFrame({ tpdu, header, body }));
    });
  }

  /** Closes the link and waits until it is closed. */
  async close(): Promise<void> {
    this.#socket.destroy();
    await this.closed;
  }

  #receive(bytes: Buffer): void {
    for (const content of this.#splitter.push(bytes)) {
      const answer = parseAnswer(content);
      const settle = answer && this.#waiting.get(answerKey(answer.message.mti, answer.message));
      if (!settle) this.#received.push(content);
      else if (this.#answersToLose > 0) {
        this.#answersToLose -= 1;
        settle('timeout');
      } else settle(answer);
    }
  }

  #end(): void {
    this.#open = false;
    for (const settle of [...this.#waiting.values()]) settle('link-closed');
  }
}

function answerKey(mti: string, message: Message): string {
  return `${mti}/${textOf(message, 11)}/${textOf(message, 41)}`;
}

/** Undefined when the host sent something that is no message; the request it meant then times out. */
function parseAnswer(content: Buffer): ReceivedMessage | undefined {
  try {
    const frame = decodeFrame(content);
    return { message: decodeMessage(frame.body), frame };
  } catch (error) {
    if (error instanceof MalformedBytes) return undefined;
    throw error;
  }
}
