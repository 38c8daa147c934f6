import type { Socket } from 'node:net';
import type { Logger } from '@citycard/common';
import { FrameParser } from '../codec/frame-parser.ts';
import type { OutgoingFrame } from '../codec/frame-writer.ts';
import { Message } from '../codec/message.ts';
import type { CloseReason, LinkLimits, LinkStatistics } from './limits.ts';

/** What is known of the other side before it has said anything. */
export interface LinkInfo {
  /** Counts up from 1 in each listener. */
  readonly id: number;
  readonly remoteAddress: string;
  readonly secure: boolean;
  /** Common name of the client certificate, on a secure link. */
  readonly certificateName: string | undefined;
  readonly certificate?: LinkCertificate;
}

/** What a listener knows of the certificate it was shown. */
export interface LinkCertificate {
  /** Hexadecimal, lower case. */
  readonly serial: string;
  /** Organisational unit. */
  readonly unit: string | undefined;
  readonly notAfter: Date;
}

/**
 * Decides one message. Called for every well-framed message whose fields 11 and 41 could be read, also for one with a
 * `problem` (to be answered 30). The answers of one link may resolve in any order. `close` ends the link without an
 * answer; so does throwing, which is logged and counted as a fault of ours.
 */
export type LinkHandler = (message: Message, link: LinkInfo) => Promise<OutgoingFrame | 'close'>;

export interface LinkContext {
  readonly handle: LinkHandler;
  readonly limits: LinkLimits;
  readonly statistics: LinkStatistics;
  readonly logger: Logger;
}

/**
 * One connection of a terminal: bytes to messages, messages to the handler, answers to bytes.
 *
 * - `open`: reads while there is room for requests and answers.
 * - `finishing`: reads nothing more, answers what it has.
 * - `ended`: has said goodbye, throws away what still comes until the other side is gone too.
 */
export class TerminalLink {
  readonly info: LinkInfo;
  readonly #socket: Socket;
  readonly #context: LinkContext;
  readonly #parser = new FrameParser();
  readonly #idleTimer: NodeJS.Timeout;
  #state: 'open' | 'finishing' | 'ended' = 'open';
  #inFlight = 0;
  #outbox: Buffer[] = [];
  #framesTaken = 0;
  #frameTimer: NodeJS.Timeout | undefined;
  #timedFrame = 0;
  #closingTimer: NodeJS.Timeout | undefined;
  #closeReason: CloseReason = 'broken';

  constructor(socket: Socket, info: LinkInfo, context: LinkContext) {
    this.#socket = socket;
    this.info = info;
    this.#context = context;
    this.#idleTimer = setTimeout(() => this.#onIdle(), context.limits.idleTimeoutMs);
    socket.on('data', (chunk: Buffer) => {
      if (this.#state !== 'open') return;
      this.#parser.push(chunk);
      this.#pump();
    });
    socket.on('drain', () => this.#pump());
    socket.on('end', () => this.finish('terminal'));
    socket.on('error', (error) =>
      context.logger.debug({ link: info.id, error: error.message }, 'terminal link failed'),
    );
    socket.on('close', () => this.#release());
  }

  /** Reads no more, answers what has arrived whole, then closes. Safe to call more than once. */
  finish(reason: CloseReason): void {
    if (this.#state !== 'open') return;
    this.#state = 'finishing';
    this.#closeReason = reason;
    this.#context.logger.debug({ link: this.info.id, reason }, 'closing terminal link');
    this.#socket.pause();
    clearTimeout(this.#idleTimer);
    this.#stopFrameTimer();
    this.#closingTimer = setTimeout(() => this.#socket.destroy(), this.#context.limits.drainTimeoutMs);
    this.#pump();
  }

  /** Answers what is being decided, but looks at nothing else that may have arrived, and closes. */
  #abandon(reason: CloseReason): void {
    this.#parser.abandon(reason);
    this.finish(reason);
  }

  /** Takes as many frames as there is room for, and lets the socket read on only when all were taken. */
  #pump(): void {
    if (this.#state === 'ended') return;
    while (this.#hasRoom()) {
      const frame = this.#parser.next();
      if (frame === undefined) {
        this.#afterLastFrame();
        return;
      }
      this.#take(frame);
    }
    this.#stopFrameTimer();
    if (this.#state === 'open' && !this.#socket.isPaused()) {
      this.#context.statistics.heldBack++;
      this.#socket.pause();
    }
  }

  #hasRoom(): boolean {
    return this.#inFlight < this.#context.limits.requestsInFlight && !this.#socket.writableNeedDrain;
  }

  #afterLastFrame(): void {
    if (this.#state === 'open' && this.#parser.fault !== undefined) {
      this.#badFrame(this.#parser.fault);
    } else if (this.#state === 'open') {
      this.#watchFrame();
      if (this.#socket.isPaused()) this.#socket.resume();
    } else if (this.#state === 'finishing' && this.#inFlight === 0) {
      this.#end();
    }
  }

  #take(frame: Buffer): void {
    this.#framesTaken++;
    this.#context.statistics.frames++;
    if (this.#state === 'open') this.#idleTimer.refresh();
    const message = Message.read(frame);
    if (message.problem !== undefined) this.#context.statistics.malformed++;
    if (!message.has(11) || !message.has(41)) {
      this.#badFrame(message.problem === undefined ? 'no field 11 or 41' : describe(message.problem));
      return;
    }
    this.#inFlight++;
    this.#context.statistics.inFlight++;
    let deciding: Promise<OutgoingFrame | 'close'>;
    try {
      deciding = this.#context.handle(message, this.info);
    } catch (error) {
      // A handler that throws before its first await must not take the link down with it.
      deciding = Promise.reject(error);
    }
    deciding.then(this.#onAnswer, this.#onFailure);
  }

  /** Made once per link and not once per message. */
  readonly #onAnswer = (answer: OutgoingFrame | 'close'): void => {
    this.#answer(answer);
    this.#decided();
  };

  readonly #onFailure = (error: unknown): void => {
    this.#context.statistics.failures++;
    this.#context.logger.error({ link: this.info.id, err: error }, 'a terminal message could not be decided');
    this.#abandon('failure');
    this.#decided();
  };

  #decided(): void {
    this.#inFlight--;
    this.#context.statistics.inFlight--;
    this.#pump();
  }

  #answer(answer: OutgoingFrame | 'close'): void {
    if (answer === 'close') {
      this.#abandon('no-answer');
      return;
    }
    if (this.#socket.destroyed) return;
    this.#context.statistics.answers++;
    // Answers that come in the same turn leave in one write.
    if (this.#outbox.push(answer.frame) === 1) process.nextTick(() => this.#flush());
  }

  #flush(): void {
    const frames = this.#outbox;
    const [first] = frames;
    if (first === undefined) return;
    this.#outbox = [];
    if (!this.#socket.destroyed) this.#socket.write(frames.length === 1 ? first : Buffer.concat(frames));
  }

  #badFrame(reason: string): void {
    this.#context.statistics.badFrames++;
    this.#context.logger.warn(
      { link: this.info.id, address: this.info.remoteAddress, reason },
      'bad frame from a terminal',
    );
    this.#abandon('bad-frame');
  }

  /** Starts the clock at the first byte of a frame; it runs on, whatever trickles in, until that frame is whole. */
  #watchFrame(): void {
    if (!this.#parser.isInsideFrame) {
      this.#stopFrameTimer();
    } else if (this.#frameTimer === undefined || this.#timedFrame !== this.#framesTaken) {
      this.#stopFrameTimer();
      this.#timedFrame = this.#framesTaken;
      this.#frameTimer = setTimeout(() => {
        this.#context.statistics.slowFrames++;
        this.#context.logger.warn(
          { link: this.info.id, address: this.info.remoteAddress },
          'frame not complete in time',
        );
        this.#abandon('slow-frame');
      }, this.#context.limits.frameTimeoutMs);
    }
  }

  #stopFrameTimer(): void {
    clearTimeout(this.#frameTimer);
    this.#frameTimer = undefined;
  }

  #onIdle(): void {
    if (this.#inFlight > 0) {
      this.#idleTimer.refresh();
      return;
    }
    this.#context.statistics.idle++;
    this.finish('idle');
  }

  #end(): void {
    this.#state = 'ended';
    this.#flush();
    this.#socket.end();
    this.#socket.resume();
    clearTimeout(this.#closingTimer);
    this.#closingTimer = setTimeout(() => this.#socket.destroy(), this.#context.limits.lingerMs);
  }

  #release(): void {
    this.#state = 'ended';
    this.#context.statistics.closes[this.#closeReason]++;
    clearTimeout(this.#idleTimer);
    clearTimeout(this.#closingTimer);
    this.#stopFrameTimer();
  }
}

function describe(problem: { path: string; reason: string }): string {
  return `${problem.path}: ${problem.reason}`;
}
