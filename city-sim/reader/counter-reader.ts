import { connect, type Socket } from 'node:net';
import { ChipWithoutPower, LinkClosed } from '../errors.ts';
import { FrameSplitter } from '../iso8583/frame.ts';
import type { InsertableChip } from './remote-reader.ts';

/** One-byte payloads from the host drive the slot; one-byte payloads to it say whether a chip lies there. */
const CONTROL = { off: 0x00, on: 0x01, reset: 0x02, atr: 0x04 } as const;
const PRESENCE = { absent: 0x00, present: 0x01 } as const;
const SIGN_OF_LIFE_MS = 10_000;

/**
 * A card reader at a counter, attached to a host by docs/counter-readers.md: what `citycard reader attach` does for a PC/SC
 * reader, done for virtual chips. A chip is put in and taken out while the reader stays attached.
 */
export class CounterReader {
  readonly #socket: Socket;
  readonly #splitter: FrameSplitter;
  readonly #alive: NodeJS.Timeout;
  #chip: InsertableChip | undefined;
  /** Powered since it was put in; a chip put back unpowered is mute until the host powers it. */
  #powered = false;
  #removeAfter: number | undefined;
  /** Commands that reached a chip. */
  commands = 0;
  /** Resolves when the host or `unplug` has ended the connection. */
  readonly gone: Promise<void>;

  private constructor(socket: Socket, splitter: FrameSplitter) {
    this.#socket = socket;
    this.#splitter = splitter;
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => {
      for (const payload of this.#splitter.push(bytes)) this.#serve(payload);
    });
    socket.on('error', () => socket.destroy());
    this.#alive = setInterval(() => this.#tellPresence(), SIGN_OF_LIFE_MS);
    this.gone = new Promise((resolve) => {
      socket.once('close', () => {
        clearInterval(this.#alive);
        this.#chip?.powerOff();
        resolve();
      });
    });
  }

  /** Attaches a reader of this name with a clerk's token. Throws LinkClosed with the host's sentence when it refuses. */
  static async attach(
    address: { host: string; port: number },
    greeting: { reader: string; token: string },
  ): Promise<CounterReader> {
    const socket = connect(address);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', (error) => reject(new LinkClosed(error.message)));
    });
    socket.write(frame(Buffer.from(JSON.stringify(greeting))));
    const splitter = new FrameSplitter();
    const [answer = Buffer.from('{}'), ...more] = await firstFrames(socket, splitter);
    const said = JSON.parse(answer.toString()) as { attached?: string; refused?: { sentence: string } };
    if (said.attached === undefined) {
      socket.destroy();
      throw new LinkClosed(said.refused?.sentence ?? 'no reason given');
    }
    const reader = new CounterReader(socket, splitter);
    for (const payload of more) reader.#serve(payload);
    reader.#tellPresence();
    return reader;
  }

  /** Puts a chip in. */
  insert(chip: InsertableChip): void {
    if (this.#chip) this.remove();
    this.#chip = chip;
    this.#powered = false;
    this.#removeAfter = undefined;
    this.#tellPresence();
  }

  /** Takes the chip out. */
  remove(): void {
    this.#chip?.powerOff();
    this.#chip = undefined;
    this.#tellPresence();
  }

  /** Takes the chip out after so many more commands: it has done the last of them, and its answer is lost. */
  removeAfter(commands: number): void {
    this.#removeAfter = commands;
  }

  /** Pulls the reader's plug. */
  async unplug(): Promise<void> {
    this.#socket.destroy();
    await this.gone;
  }

  #tellPresence(): void {
    this.#socket.write(frame(Buffer.from([this.#chip ? PRESENCE.present : PRESENCE.absent])));
  }

  #serve(payload: Buffer): void {
    if (payload.length === 1) return this.#control(payload.readUInt8());
    this.#socket.write(frame(this.#transmit(payload)));
  }

  #control(code: number): void {
    if (code === CONTROL.off) {
      this.#chip?.powerOff();
      this.#powered = false;
    } else if (code === CONTROL.on || code === CONTROL.reset) {
      this.#chip?.powerOn();
      this.#powered = this.#chip !== undefined;
    } else if (code === CONTROL.atr) {
      this.#socket.write(frame(this.#powered && this.#chip ? this.#chip.atr : Buffer.alloc(0)));
    }
  }

  /** No chip, no power or torn away: an empty answer. */
  #transmit(apdu: Buffer): Buffer {
    if (!this.#chip || !this.#powered) return Buffer.alloc(0);
    try {
      this.commands += 1;
      const answer = this.#chip.transmit(apdu);
      if (this.#removeAfter === undefined) return answer;
      this.#removeAfter -= 1;
      if (this.#removeAfter > 0) return answer;
    } catch (error) {
      if (!(error instanceof ChipWithoutPower)) throw error;
    }
    this.remove();
    return Buffer.alloc(0);
  }
}

function frame(payload: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(payload.length);
  return Buffer.concat([length, payload]);
}

function firstFrames(socket: Socket, splitter: FrameSplitter): Promise<Buffer[]> {
  return new Promise((resolve, reject) => {
    const take = (bytes: Buffer) => {
      const frames = splitter.push(bytes);
      if (frames.length === 0) return;
      socket.off('data', take);
      socket.off('close', refuse);
      resolve(frames);
    };
    const refuse = () => reject(new LinkClosed('the host hung up'));
    socket.on('data', take);
    socket.once('close', refuse);
  });
}
