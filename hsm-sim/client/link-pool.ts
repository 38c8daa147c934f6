import type { Logger } from '@citycard/common';
import { HsmRefused, HsmUnavailable } from '../errors.ts';
import { FieldReader, FieldsEndWrong } from '../wire/field-reader.ts';
import { answerCode, COMMAND_BYTES, ERROR_BYTES } from '../wire/frame.ts';
import type { HsmClientOptions } from './hsm-client.ts';
import { HsmLink, LinkBroken } from './link.ts';

/** First and longest pause before connecting again; each failure doubles it. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 3_000;
/** Requests that may wait for a link while there is none; beyond it callers are told at once. */
const MAX_WAITING = 10_000;
/** Faults of the device itself: the caller should try later, not correct its request. */
const DEVICE_FAULTS: readonly string[] = ['41', '68'];

export interface PoolOptions {
  readonly host: string;
  readonly port: number;
  readonly connections: number;
  readonly timeoutMs: number;
  readonly logger?: Logger;
  readonly caller?: HsmClientOptions['caller'];
}

export interface HsmRequest {
  readonly command: string;
  readonly fields: Buffer;
  /** Changes nothing in the HSM and gives the same answer again, so it may be sent again on another link. */
  readonly pure: boolean;
  readonly timeoutMs?: number;
}

interface LinkWaiter {
  resolve(link: HsmLink): void;
  reject(error: Error): void;
}

/** Links to one HSM, opened when needed, opened again with growing pauses when they break. */
export class LinkPool {
  readonly #options: PoolOptions;
  readonly #links = new Set<HsmLink>();
  readonly #waiters = new Set<LinkWaiter>();
  #opening = 0;
  #failures = 0;
  #pause: NodeJS.Timeout | undefined;
  #lastFailure = 'not connected yet';
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  async #send(request: HsmRequest): Promise<FieldReader> {
    const deadline = performance.now() + (request.timeoutMs ?? this.#options.timeoutMs);
    for (;;) {
      const link = await this.#link(deadline);
      try {
        const left = Math.max(1, deadline - performance.now());
        return readAnswer(request.command, await link.request(request.command, request.fields, left));
      } catch (error) {
        const again = error instanceof LinkBroken && request.pure && !this.#closed && performance.now() < deadline;
        if (!again) throw error;
      }
    }
  }

  /** Sends a command and reads its whole answer. Throws HsmUnavailable or HsmRefused. */
  async call<T>(request: HsmRequest, read: (answer: FieldReader) => T): Promise<T> {
    const answer = await this.#send(request);
    try {
      const result = read(answer);
      answer.end();
      return result;
    } catch (error) {
      if (!(error instanceof FieldsEndWrong)) throw error;
      throw new HsmUnavailable(`HSM answered ${request.command} with other fields than this client knows`, {
        cause: error,
      });
    }
  }

  load(): { readonly links: number; readonly inFlight: number; readonly waiting: number } {
    let inFlight = 0;
    for (const link of this.#links) inFlight += link.inFlight;
    return { links: this.#links.size, inFlight, waiting: this.#waiters.size };
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#pause);
    for (const link of this.#links) link.close();
    this.#rejectWaiters(new HsmUnavailable('the HSM client is closed'));
  }

  /** The least busy link, or the next one to open. */
  async #link(deadline: number): Promise<HsmLink> {
    if (this.#closed) throw new HsmUnavailable('the HSM client is closed');
    let best: HsmLink | undefined;
    for (const link of this.#links) if (!best || link.inFlight < best.inFlight) best = link;
    if (best && (best.inFlight === 0 || this.#links.size + this.#opening >= this.#options.connections)) return best;
    this.#openMore();
    if (best) return best;
    if (this.#waiters.size >= MAX_WAITING) throw new HsmUnavailable(`HSM has no link: ${this.#lastFailure}`);
    return new Promise<HsmLink>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(new HsmUnavailable(`HSM has no link: ${this.#lastFailure}`));
      }, deadline - performance.now());
      const waiter: LinkWaiter = {
        resolve: (link) => {
          clearTimeout(timer);
          resolve(link);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      this.#waiters.add(waiter);
    });
  }

  #openMore(): void {
    if (this.#pause !== undefined || this.#links.size + this.#opening >= this.#options.connections) return;
    // After a failure one attempt at a time: a device that comes back is not met by all callers at once.
    if (this.#failures > 0 && this.#opening > 0) return;
    void this.#open();
  }

  async #open(): Promise<void> {
    this.#opening += 1;
    const { logger } = this.#options;
    try {
      const link = await HsmLink.open(this.#options, (gone) => this.#links.delete(gone), logger);
      if (this.#closed) return link.close();
      this.#failures = 0;
      this.#links.add(link);
      for (const waiter of this.#waiters) waiter.resolve(link);
      this.#waiters.clear();
    } catch (error) {
      this.#lastFailure = error instanceof Error ? error.message : String(error);
      if (this.#failures === 0) logger?.warn({ reason: this.#lastFailure }, 'HSM unreachable');
      this.#failures += 1;
      this.#openLater();
    } finally {
      this.#opening -= 1;
    }
  }

  #openLater(): void {
    if (this.#closed || this.#pause !== undefined) return;
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (this.#failures - 1), LONGEST_PAUSE_MS);
    // A little chance keeps several processes from knocking in step.
    this.#pause = setTimeout(
      () => {
        this.#pause = undefined;
        if (this.#waiters.size > 0) this.#openMore();
      },
      pauseMs * (0.75 + Math.random() / 2),
    );
    this.#pause.unref();
  }

  #rejectWaiters(error: Error): void {
    for (const waiter of this.#waiters) waiter.reject(error);
    this.#waiters.clear();
  }
}

function readAnswer(command: string, answer: Buffer): FieldReader {
  const code = answer.toString('latin1', 0, COMMAND_BYTES);
  const error = answer.toString('latin1', COMMAND_BYTES, COMMAND_BYTES + ERROR_BYTES);
  if (code !== answerCode(command) || error.length !== ERROR_BYTES)
    throw new HsmUnavailable(`HSM answered ${command} with ${code}: this is no HSM of ours`);
  if (DEVICE_FAULTS.includes(error)) throw new HsmUnavailable(`HSM reports a fault of its own (${error})`);
  if (error !== '00') throw new HsmRefused(error, command);
  return new FieldReader(answer, COMMAND_BYTES + ERROR_BYTES);
}
