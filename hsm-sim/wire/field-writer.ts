/** Shorter runs of bytes are copied one by one: a call into the engine costs more than they do. */
const SHORT_BYTES = 24;
const FIRST_CAPACITY = 256;

/** Collects the fields of a command or answer; the counterpart of `FieldReader`. */
export class FieldWriter {
  #buffer: Buffer;
  #length = 0;

  /** @param capacity bytes expected; more are made room for */
  constructor(capacity = FIRST_CAPACITY) {
    this.#buffer = Buffer.allocUnsafe(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** Starts anew in the same memory; nothing that `toBuffer` gave before may be in use. */
  clear(): this {
    this.#length = 0;
    return this;
  }

  bytes(bytes: Uint8Array): this {
    const { length } = bytes;
    const at = this.#room(length);
    const buffer = this.#buffer;
    if (length > SHORT_BYTES) buffer.set(bytes, at);
    else for (let i = 0; i < length; i++) buffer[at + i] = bytes[i] as number;
    return this;
  }

  byte(value: number): this {
    requireWhole(value, 0xff);
    const at = this.#room(1);
    this.#buffer[at] = value;
    return this;
  }

  uint16(value: number): this {
    requireWhole(value, 0xffff);
    const at = this.#room(2);
    this.#buffer[at] = value >>> 8;
    this.#buffer[at + 1] = value;
    return this;
  }

  uint32(value: number): this {
    requireWhole(value, 0xffff_ffff);
    const at = this.#room(4);
    const buffer = this.#buffer;
    buffer[at] = value >>> 24;
    buffer[at + 1] = value >>> 16;
    buffer[at + 2] = value >>> 8;
    buffer[at + 3] = value;
    return this;
  }

  ascii(text: string): this {
    const { length } = text;
    const at = this.#room(length);
    for (let i = 0; i < length; i++) this.#buffer[at + i] = text.charCodeAt(i);
    return this;
  }

  /** Length 1 ‖ content. */
  short(bytes: Uint8Array): this {
    return this.byte(bytes.length).bytes(bytes);
  }

  shortText(text: string): this {
    return this.byte(text.length).ascii(text);
  }

  /** Length 2 ‖ content. */
  long(bytes: Uint8Array): this {
    return this.uint16(bytes.length).bytes(bytes);
  }

  longText(text: string): this {
    return this.uint16(text.length).ascii(text);
  }

  /** What was written so far, not copied: the writer is not used afterwards. */
  toBuffer(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Makes room for `count` bytes; where they begin. */
  #room(count: number): number {
    const at = this.#length;
    this.#length = at + count;
    if (this.#length > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(2 * this.#buffer.length, this.#length));
      larger.set(this.#buffer.subarray(0, at));
      this.#buffer = larger;
    }
    return at;
  }
}

/** Throws RangeError for what no unsigned field can hold. */
function requireWhole(value: number, largest: number): void {
  if (!Number.isInteger(value) || value < 0 || value > largest)
    throw new RangeError(`${value} is no whole number from 0 to ${largest}`);
}
