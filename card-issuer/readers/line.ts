import type { Socket } from 'node:net';
import { issuerErrors } from '../errors.ts';
import { transmitWhole } from './exchange.ts';
import type { CardInReader } from './reader.ts';

/** Payloads of one byte from the product: 0 power off, 1 power on, 4 asks for the answer to reset (as the vpcd driver has them). */
const control = { off: 0, on: 1, readAnswerToReset: 4 } as const;
/** Payloads of one byte from the reader: whether a card lies in it. Sent at every change and as a sign of life. */
const presence = { absent: 0, present: 1 } as const;
const answerTimeoutMs = 10_000;
/** The reader says at least every 10 s what lies in it; three times missed means that the computer is gone. */
const silenceMs = 30_000;
/** An extended answer does not exist in the card profile: 256 bytes and the status word. */
const longestFrame = 258;

/**
 * The line to one attached reader: frames of length(2) ‖ payload, one write per frame, one command under way at a time. An
 * empty answer says that no card is there, or not the one that was powered.
 */
export class ReaderLine {
  readonly #socket: Socket;
  #received: Buffer<ArrayBufferLike>;
  #waiting: { resolve: (frame: Buffer) => void; reject: (error: Error) => void } | undefined;
  #ended = false;
  /** Counts removals, so that a card that was put back is told from one that stayed. */
  #removals = 0;
  present = false;

  /** `received`: what came behind the greeting already. */
  constructor(socket: Socket, received: Buffer, onEnd: () => void) {
    this.#socket = socket;
    this.#received = received;
    socket.setNoDelay(true);
    socket.setTimeout(silenceMs, () => socket.destroy());
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#ended = true;
      this.present = false;
      this.#waiting?.reject(issuerErrors.chipGone('the reader went away'));
      this.#waiting = undefined;
      onEnd();
    });
    this.#take(Buffer.alloc(0));
  }

  /** Powers the card. @returns undefined when none is there */
  async powerOn(): Promise<CardInReader | undefined> {
    this.#send(Buffer.from([control.on]));
    const answerToReset = await this.#ask(Buffer.from([control.readAnswerToReset]));
    if (answerToReset.length === 0) return undefined;
    const removals = this.#removals;
    const transmit = async (apdu: Buffer) => {
      if (this.#ended || this.#removals !== removals) throw issuerErrors.chipGone();
      return transmitWhole((bytes) => this.#exchange(bytes), apdu);
    };
    return {
      answerToReset,
      transmit,
      expect: async (apdu, step) => {
        const { data, status } = await transmit(apdu);
        if (status !== '9000') throw issuerErrors.chipRefused({ step, status });
        return data;
      },
    };
  }

  powerOff(): void {
    if (!this.#ended) this.#send(Buffer.from([control.off]));
  }

  close(): void {
    this.#socket.destroy();
  }

  /** An empty answer means that the card is not there any more, even if nobody saw it leave. */
  async #exchange(apdu: Buffer): Promise<Buffer> {
    const answer = await this.#ask(apdu);
    if (answer.length > 0) return answer;
    this.#removals += 1;
    throw issuerErrors.chipGone();
  }

  #send(payload: Buffer): void {
    const frame = Buffer.alloc(2 + payload.length);
    frame.writeUInt16BE(payload.length);
    payload.copy(frame, 2);
    this.#socket.write(frame);
  }

  /** A reader that keeps an answer back for long is cut off: a late answer must never be taken for that of the next command. */
  #ask(payload: Buffer): Promise<Buffer> {
    return new Promise<Buffer>((resolve, reject) => {
      if (this.#ended) return reject(issuerErrors.chipGone('the reader went away'));
      const timer = setTimeout(() => this.#socket.destroy(), answerTimeoutMs);
      this.#waiting = {
        resolve: (frame) => {
          clearTimeout(timer);
          resolve(frame);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      this.#send(payload);
    });
  }

  #take(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    while (this.#received.length >= 2) {
      const length = this.#received.readUInt16BE();
      if (length > longestFrame) return void this.#socket.destroy();
      if (this.#received.length < 2 + length) return;
      const frame = this.#received.subarray(2, 2 + length);
      this.#received = this.#received.subarray(2 + length);
      if (frame.length === 1) this.#notePresence(frame.readUInt8());
      else this.#answer(frame);
    }
  }

  #notePresence(said: number): void {
    if (said === presence.absent) this.#removals += 1;
    this.present = said === presence.present;
  }

  #answer(frame: Buffer): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) this.#socket.destroy();
    else waiting.resolve(frame);
  }
}
