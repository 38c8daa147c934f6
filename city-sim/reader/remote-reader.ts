import { connect, type Socket } from 'node:net';
import { ChipWithoutPower, LinkClosed } from '../errors.ts';
import { FrameSplitter } from '../iso8583/frame.ts';

/** A chip as a reader holds it. */
export interface InsertableChip {
  readonly atr: Buffer;
  powerOn(): Buffer;
  powerOff(): void;
  transmit(apdu: Buffer): Buffer;
}

/** One-byte control payloads of the virtual reader driver; any other payload is a command APDU. */
const CONTROL = { off: 0x00, on: 0x01, reset: 0x02, atr: 0x04 } as const;

/**
 * A chip in a slot of a virtual PC/SC reader (vpcd): being connected means being inserted. Frames are length 2 ‖ payload,
 * and each frame leaves in one write, because the driver waits for it whole.
 */
export class RemoteReader {
  readonly #socket: Socket;
  readonly #chip: InsertableChip;
  readonly #splitter = new FrameSplitter();
  /** Resolves when the driver or `remove` has ended the connection. */
  readonly removed: Promise<void>;

  private constructor(socket: Socket, chip: InsertableChip) {
    this.#socket = socket;
    this.#chip = chip;
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => {
      for (const payload of this.#splitter.push(bytes)) this.#serve(payload);
    });
    socket.on('error', () => socket.destroy());
    this.removed = new Promise((resolve) => {
      socket.once('close', () => {
        chip.powerOff();
        resolve();
      });
    });
  }

  /** Inserts the chip. Throws LinkClosed when no reader listens there (vpcd: port 35963). */
  static async insert(chip: InsertableChip, address: { host: string; port: number }): Promise<RemoteReader> {
    const socket = connect(address);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', (error) => reject(new LinkClosed(error.message)));
    });
    return new RemoteReader(socket, chip);
  }

  /** Pulls the chip out. */
  async remove(): Promise<void> {
    this.#socket.destroy();
    await this.removed;
  }

  #serve(payload: Buffer): void {
    if (payload.length === 0) return;
    if (payload.length > 1) {
      this.#answer(() => this.#chip.transmit(payload));
      return;
    }
    if (payload[0] === CONTROL.off) this.#chip.powerOff();
    else if (payload[0] === CONTROL.on || payload[0] === CONTROL.reset) this.#chip.powerOn();
    else if (payload[0] === CONTROL.atr) this.#answer(() => this.#chip.atr);
  }

  /** A chip that loses its power leaves the reader. */
  #answer(make: () => Buffer): void {
    try {
      const payload = make();
      const length = Buffer.alloc(2);
      length.writeUInt16BE(payload.length);
      this.#socket.write(Buffer.concat([length, payload]));
    } catch (error) {
      this.#socket.destroy();
      if (!(error instanceof ChipWithoutPower)) throw error;
    }
  }
}
