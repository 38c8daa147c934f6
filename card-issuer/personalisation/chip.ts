import type { Socket } from 'node:net';
import { issuerErrors } from '../errors.ts';

/** Control bytes of the virtual reader's protocol: a payload of one byte is for the reader, not for the card. */
const control = { on: 1, readAnswerToReset: 4 } as const;
const answerTimeoutMs = 10_000;
const longestAnswer = 300;
const lengthBytes = 2;

/** A chip that can be personalised, wherever it is: in the bureau's machine or in the reader of a counter. */
export interface PersonalisedChip {
  /** Powers the chip and reads its answer to reset. */
  powerOn(): Promise<Buffer>;
  /** Sends a command APDU; answers data and status word apart. */
  transmit(apdu: Buffer): Promise<{ data: Buffer; status: string }>;
  /** As `transmit`, for commands that must succeed. @throws card-issuer.chip-refused with the command and the status word */
  expect(apdu: Buffer, step: string): Promise<Buffer>;
}

/** A chip in the machine: frames of length(2) ‖ payload over TCP, one write per frame. */
export class Chip implements PersonalisedChip {
  readonly #socket: Socket;
  /** One timer for all answers: setting one up for each would be a good part of the work. */
  readonly #timer: NodeJS.Timeout;
  #received: Buffer | undefined;
  #waiting: { resolve: (frame: Buffer) => void; reject: (error: Error) => void } | undefined;
  #gone = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('error', () => this.#leave());
    socket.on('close', () => this.#leave());
    this.#timer = setTimeout(() => {
      if (this.#waiting !== undefined) socket.destroy();
    }, answerTimeoutMs);
  }

  async powerOn(): Promise<Buffer> {
    this.#send(Buffer.from([control.on]));
    return this.#ask(Buffer.from([control.readAnswerToReset]));
  }

  async transmit(apdu: Buffer): Promise<{ data: Buffer; status: string }> {
    const answer = await this.#ask(apdu);
    if (answer.length < 2) throw issuerErrors.chipGone('answer shorter than a status word');
    return { data: answer.subarray(0, -2), status: answer.toString('hex', answer.length - 2).toUpperCase() };
  }

  async expect(apdu: Buffer, step: string): Promise<Buffer> {
    const { data, status } = await this.transmit(apdu);
    if (status !== '9000') throw issuerErrors.chipRefused({ step, status });
    return data;
  }

  eject(): void {
    clearTimeout(this.#timer);
    this.#socket.end();
  }

  #send(payload: Buffer): void {
    const frame = Buffer.allocUnsafe(lengthBytes + payload.length);
    frame.writeUInt16BE(payload.length);
    payload.copy(frame, lengthBytes);
    this.#socket.write(frame);
  }

  #ask(payload: Buffer): Promise<Buffer> {
    return new Promise<Buffer>((resolve, reject) => {
      if (this.#gone) return reject(issuerErrors.chipGone());
      this.#timer.refresh();
      this.#waiting = { resolve, reject };
      this.#send(payload);
    });
  }

  #take(chunk: Buffer): void {
    let received = this.#received === undefined ? chunk : Buffer.concat([this.#received, chunk]);
    this.#received = undefined;
    while (received.length >= lengthBytes) {
      const length = received.readUInt16BE();
      if (length > longestAnswer) return void this.#socket.destroy();
      const end = lengthBytes + length;
      if (received.length < end) break;
      const frame = received.subarray(lengthBytes, end);
      received = received.subarray(end);
      const waiting = this.#waiting;
      this.#waiting = undefined;
      waiting?.resolve(frame);
    }
    if (received.length > 0) this.#received = received;
  }

  #leave(): void {
    this.#gone = true;
    clearTimeout(this.#timer);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(issuerErrors.chipGone());
  }
}
