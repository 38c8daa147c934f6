import type { Socket } from 'node:net';
import type { Pcsc, PcscCard } from './reader-pcsc.ts';

/** What the installation says with a payload of one byte (docs/counter-readers.md); anything longer is a command for the card. */
const control = { off: 0, on: 1, reset: 2, readAnswerToReset: 4 } as const;
const signOfLifeMs = 10_000;
const greetingTimeoutMs = 10_000;
const noCard = Buffer.alloc(0);

/**
 * Between the line to the installation and a PC/SC reader: carries commands to the card that was powered, and to no other,
 * one after the other, and says whether a card lies there.
 */
export class ReaderBridge {
  readonly #socket: Socket;
  readonly #pcsc: Pcsc;
  readonly #reader: string;
  readonly #alive: NodeJS.Timeout;
  /** Resolves when the line is closed, whoever closed it. */
  readonly closed: Promise<void>;
  #received: Buffer = Buffer.alloc(0);
  #greeted: ((answer: Buffer) => void) | undefined;
  #card: PcscCard | undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(socket: Socket, pcsc: Pcsc, reader: string) {
    this.#socket = socket;
    this.#pcsc = pcsc;
    this.#reader = reader;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', () => socket.destroy());
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    this.#alive = setInterval(() => this.tellPresence(), signOfLifeMs);
  }

  /** Names itself to the installation. @returns its sentence when it refuses */
  async greet(window: string, token: string): Promise<string | undefined> {
    const answered = new Promise<Buffer>((resolve) => (this.#greeted = resolve));
    this.#send(Buffer.from(JSON.stringify({ reader: window, token })));
    const timer = setTimeout(() => this.#socket.destroy(), greetingTimeoutMs);
    const answer = await Promise.race([answered, this.closed]);
    clearTimeout(timer);
    if (answer === undefined) return 'it hung up without a word.';
    const said = JSON.parse(answer.toString('utf8')) as { attached?: string; refused?: { sentence?: string } };
    if (said.attached === undefined) return said.refused?.sentence ?? 'it gave no reason.';
    this.tellPresence();
    return undefined;
  }

  tellPresence(): void {
    if (this.#greeted !== undefined) return;
    const present = this.#pcsc.readers.get(this.#reader) === 'card';
    this.#send(Buffer.from([present ? 1 : 0]));
  }

  hangUp(): void {
    this.#socket.destroy();
  }

  /** Hangs up and lets the card go. Safe to call twice. */
  async end(): Promise<void> {
    clearInterval(this.#alive);
    this.hangUp();
    await this.#work;
    await this.#release();
  }

  #take(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    while (this.#received.length >= 2) {
      const end = 2 + this.#received.readUInt16BE();
      if (this.#received.length < end) return;
      const payload = this.#received.subarray(2, end);
      this.#received = this.#received.subarray(end);
      const greeted = this.#greeted;
      this.#greeted = undefined;
      if (greeted !== undefined) greeted(payload);
      else this.#work = this.#work.then(() => this.#serve(payload));
    }
  }

  async #serve(payload: Buffer): Promise<void> {
    if (payload.length > 1) return this.#send(await this.#exchange(payload));
    switch (payload[0]) {
      case control.off:
        return this.#release();
      case control.on:
      case control.reset:
        await this.#release();
        this.#card = await this.#pcsc.powerOn(this.#reader);
        return;
      case control.readAnswerToReset:
        return this.#send(this.#card?.answerToReset ?? noCard);
      default:
        return;
    }
  }

  /** A card that does not answer is let go: what lies there next has to be powered, and so be recognised, first. */
  async #exchange(apdu: Buffer): Promise<Buffer> {
    try {
      return (await this.#card?.exchange(apdu)) ?? noCard;
    } catch {
      await this.#release();
      return noCard;
    }
  }

  async #release(): Promise<void> {
    const card = this.#card;
    this.#card = undefined;
    await card?.release();
  }

  #send(payload: Buffer): void {
    if (this.#socket.destroyed) return;
    const frame = Buffer.alloc(2 + payload.length);
    frame.writeUInt16BE(payload.length);
    payload.copy(frame, 2);
    this.#socket.write(frame);
  }
}
