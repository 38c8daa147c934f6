import type { Logger } from '@citycard/common';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { HELLO, PROVE } from '../callers/gate.ts';
import { isProof, newNonce, NONCE_BYTES, proofOf } from '../callers/shared-secret.ts';
import { HsmUnavailable } from '../errors.ts';
import { answerCode, FrameSplitter, frameOf, HEADER_BYTES } from '../wire/frame.ts';
import type { HsmClientOptions } from './hsm-client.ts';

/** The request left, or may have left, and its link broke before the answer. */
export class LinkBroken extends HsmUnavailable {
  override readonly name = 'LinkBroken';
}

interface Waiting {
  resolve(answer: Buffer): void;
  reject(error: Error): void;
}

/** Headers are 4 characters of base 36, counted up; answers find their request by them. */
const HEADERS = 36 ** HEADER_BYTES;

/** Answer code 2 ‖ error 2. */
const ANSWER_PREFIX = 4;

function isDone(answer: Buffer, command: string): boolean {
  return answer.toString('latin1', 0, ANSWER_PREFIX) === `${answerCode(command)}00`;
}

/** One TCP link: any number of requests in flight, answers in any order. */
export class HsmLink {
  readonly #socket: Socket;
  readonly #waiting = new Map<string, Waiting>();
  readonly #splitter = new FrameSplitter();
  #next = 0;

  private constructor(socket: Socket, onClose: (link: HsmLink) => void, logger: Logger | undefined) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', (error) => logger?.debug({ err: error }, 'HSM link broke'));
    socket.on('close', () => {
      const lost = [...this.#waiting.values()];
      this.#waiting.clear();
      for (const request of lost) request.reject(new LinkBroken('the link to the HSM broke before the answer'));
      onClose(this);
    });
  }

  /** Connects; rejects with HsmUnavailable when that fails or takes longer than `timeoutMs`. */
  static async open(
    target: Pick<HsmClientOptions, 'host' | 'port' | 'caller'> & { readonly timeoutMs: number },
    onClose: (link: HsmLink) => void,
    logger: Logger | undefined,
  ): Promise<HsmLink> {
    const { host, port, caller } = target;
    const socket =
      caller?.tls === undefined
        ? connect({ host, port, noDelay: true })
        : connectTls({ ...caller.tls, host, port, minVersion: 'TLSv1.2' }).setNoDelay(true);
    await new Promise<void>((resolve, reject) => {
      const fail = (reason: string) => {
        socket.destroy();
        reject(new HsmUnavailable(`HSM at ${target.host}:${target.port} is not reachable: ${reason}`));
      };
      const timer = setTimeout(() => fail('no answer to the connection attempt'), target.timeoutMs);
      const failed = (error: Error) => {
        clearTimeout(timer);
        fail(error.message);
      };
      socket.once('error', failed);
      socket.once(caller?.tls === undefined ? 'connect' : 'secureConnect', () => {
        clearTimeout(timer);
        socket.off('error', failed);
        resolve();
      });
    });
    const link = new HsmLink(socket, onClose, logger);
    if (caller?.secret !== undefined) await link.#prove(caller.secret, target.timeoutMs);
    return link;
  }

  /** Both sides show that they know the secret; a device that does not is not ours, whoever holds its port. */
  async #prove(secret: Buffer, timeoutMs: number): Promise<void> {
    const ours = newNonce();
    const hello = await this.request(HELLO, ours, timeoutMs);
    const theirs = hello.subarray(ANSWER_PREFIX, ANSWER_PREFIX + NONCE_BYTES);
    const shown = hello.subarray(ANSWER_PREFIX + NONCE_BYTES);
    if (!isDone(hello, HELLO) || !isProof(shown, proofOf(secret, 'device', ours, theirs))) {
      this.close();
      throw new HsmUnavailable('the HSM does not show that it knows our secret: this is no HSM of ours');
    }
    const answer = await this.request(PROVE, proofOf(secret, 'caller', theirs, ours), timeoutMs);
    if (isDone(answer, PROVE)) return;
    this.close();
    throw new HsmUnavailable('the HSM does not take our secret');
  }

  get inFlight(): number {
    return this.#waiting.size;
  }

  /**
   * Sends command and fields and resolves with the answer from its code on. Rejects with LinkBroken, or HsmUnavailable
   * after `timeoutMs`; an answer that comes later is ignored.
   */
  async request(command: string, fields: Buffer, timeoutMs: number): Promise<Buffer> {
    const header = this.#takeHeader();
    return new Promise<Buffer>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(header);
        reject(new HsmUnavailable(`HSM gave no answer within ${timeoutMs} ms`));
      }, timeoutMs);
      this.#waiting.set(header, {
        resolve: (answer) => {
          clearTimeout(timer);
          resolve(answer);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
      this.#socket.write(frameOf(Buffer.from(header + command, 'latin1'), fields));
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #takeHeader(): string {
    for (;;) {
      const header = this.#next.toString(36).toUpperCase().padStart(HEADER_BYTES, '0');
      this.#next = (this.#next + 1) % HEADERS;
      if (!this.#waiting.has(header)) return header;
    }
  }

  #receive(chunk: Buffer): void {
    for (const { message, overlong } of this.#splitter.push(chunk)) {
      const header = message.toString('latin1', 0, HEADER_BYTES);
      const request = this.#waiting.get(header);
      if (!request) continue;
      this.#waiting.delete(header);
      if (overlong) request.reject(new HsmUnavailable('HSM sent an answer that is too long'));
      else request.resolve(message.subarray(HEADER_BYTES));
    }
  }
}
