import type { Socket } from 'node:net';
import { issuerErrors } from '../errors.ts';

/** Control bytes of the virtual reader's protocol: a payload of one byte is for the reader, not for the card. */
const control = { on: 1, readAnswerToReset: 4 } as const;
const answerTimeoutMs = 10_000;
const longestAnswer = 300;

/** A chip in the machine: frames of length(2) ‖ payload over TCP, one write per frame. */
export class Chip {
  readonly #socket: Socket;
  #received = Buffer.alloc(0);
  #waiting: { resolve: (frame: Buffer) => void; reject: (error: Error) => void } | undefined;
  #gone = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('error', () => this.#leave());
    socket.on('close', () => this.#leave());
  }

  /** Powers the chip and reads its answer to reset. */
  async powerOn(): Promise<Buffer> {
    this.#send(Buffer.from([control.on]));
    return this.#ask(Buffer.from([control.readAnswerToReset]));
  }

  /** Sends a command APDU; answers data and status word apart. */
  async transmit(apdu: Buffer): Promise<{ data: Buffer; status: string }> {
    const answer = await this.#ask(apdu);
    if (answer.length < 2) throw issuerErrors.chipGone('answer shorter than a status word');
    return { data: answer.subarray(0, -2), status: answer.subarray(-2).toString('hex').toUpperCase() };
  }

  /** As `transmit`, for commands that must succeed. @throws card-issuer.chip-refused with the command and the status word */
  async expect(apdu: Buffer, step: string): Promise<Buffer> {
    const { data, status } = await this.transmit(apdu);
    if (status !== '9000') throw issuerErrors.chipRefused({ step, status });
    return data;
  }

  eject(): void {
    this.#socket.end();
  }

  #send(payload: Buffer): void {
    const frame = Buffer.alloc(2 + payload.length);
    frame.writeUInt16BE(payload.length);
    payload.copy(frame, 2);
    this.#socket.write(frame);
  }

  #ask(payload: Buffer): Promise<Buffer> {
    return new Promise<Buffer>((resolve, reject) => {
      if (this.#gone) return reject(issuerErrors.chipGone());
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
      if (length > longestAnswer) return void this.#socket.destroy();
      if (this.#received.length < 2 + length) return;
      const frame = this.#received.subarray(2, 2 + length);
      this.#received = this.#received.subarray(2 + length);
      const waiting = this.#waiting;
      this.#waiting = undefined;
      waiting?.resolve(frame);
    }
  }

  #leave(): void {
    this.#gone = true;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(issuerErrors.chipGone());
  }
}
