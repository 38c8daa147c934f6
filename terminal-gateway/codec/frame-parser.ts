import { MTI_OFFSET } from './message.ts';

/** TPDU 5 ‖ header 6 ‖ MTI 2 ‖ bitmap 8: nothing shorter is a message. */
export const SMALLEST_FRAME = 21;
export const LARGEST_FRAME = 4096;
const LENGTH_BYTES = 2;

/**
 * Cuts a byte stream into frames: length 2 ‖ content (terminal interface, section 1).
 *
 * Chunks are pushed as they come, frames are pulled when there is room for them. A frame that lies in one chunk is a
 * view of it; only one that is torn between chunks is put together, in a buffer of its own size. What it holds
 * between calls is at most one frame and the rest of the last chunk.
 */
export class FrameParser {
  #chunk: Buffer | undefined;
  #offset = 0;
  /** A frame torn between chunks: its length prefix, then a buffer of that size, filled so far. */
  #prefix = 0;
  #prefixBytes = 0;
  #torn: Buffer | undefined;
  #filled = 0;
  #fault: string | undefined;

  /** Why the stream can not be followed any further; nothing more comes out of it. */
  get fault(): string | undefined {
    return this.#fault;
  }

  /** Whether the first byte of a frame has come, but not yet its last (asked when `next` gives nothing more). */
  get isInsideFrame(): boolean {
    return this.#prefixBytes > 0 || this.#torn !== undefined;
  }

  /** Takes the next bytes of the stream. All frames of the chunk before must have been pulled. */
  push(chunk: Buffer): void {
    this.#chunk =
      this.#chunk === undefined || this.#offset === this.#chunk.length
        ? chunk
        : Buffer.concat([this.#chunk.subarray(this.#offset), chunk]);
    this.#offset = 0;
  }

  /** The next whole frame without its length, if there is one. */
  next(): Buffer | undefined {
    const chunk = this.#chunk;
    if (this.#fault !== undefined || chunk === undefined) return undefined;
    if (this.#torn === undefined) {
      while (this.#prefixBytes < LENGTH_BYTES) {
        const byte = chunk[this.#offset];
        if (byte === undefined) return this.#release();
        this.#prefix = (this.#prefix << 8) | byte;
        this.#prefixBytes++;
        this.#offset++;
      }
      if (this.#prefix < SMALLEST_FRAME || this.#prefix > LARGEST_FRAME) {
        return this.#fail(`frame length ${this.#prefix} is not ${SMALLEST_FRAME} to ${LARGEST_FRAME}`);
      }
      const end = this.#offset + this.#prefix;
      if (end <= chunk.length) {
        const frame = chunk.subarray(this.#offset, end);
        this.#offset = end;
        return this.#deliver(frame);
      }
      this.#torn = Buffer.allocUnsafe(this.#prefix);
      this.#filled = 0;
    }
    const torn = this.#torn;
    const copied = chunk.copy(torn, this.#filled, this.#offset);
    this.#filled += copied;
    this.#offset += copied;
    if (this.#filled < torn.length) return this.#release();
    return this.#deliver(torn);
  }

  /** Forgets all that has come and takes no more: the stream is not to be followed any further. */
  abandon(reason: string): void {
    if (this.#fault === undefined) this.#fail(reason);
  }

  #deliver(frame: Buffer): Buffer | undefined {
    this.#prefix = 0;
    this.#prefixBytes = 0;
    this.#torn = undefined;
    if (!isRequestMti(frame)) return this.#fail(`MTI ${frame.toString('hex', MTI_OFFSET, MTI_OFFSET + 2)} is none`);
    return frame;
  }

  #release(): undefined {
    this.#chunk = undefined;
    return undefined;
  }

  #fail(fault: string): undefined {
    this.#fault = fault;
    this.#torn = undefined;
    return this.#release();
  }
}

/**
 * A terminal sends version 0, class 1 to 8, function 0, 2 or 4 (request, advice, notification), origin 0 to 5. The odd
 * functions are answers: they are ours to send, and answering one would set two machines talking for ever.
 */
function isRequestMti(frame: Buffer): boolean {
  const first = frame[MTI_OFFSET] ?? 0;
  const second = frame[MTI_OFFSET + 1] ?? 0;
  if (first < 0x01 || first > 0x08) return false;
  const messageFunction = second >> 4;
  return (messageFunction === 0 || messageFunction === 2 || messageFunction === 4) && (second & 15) <= 5;
}
