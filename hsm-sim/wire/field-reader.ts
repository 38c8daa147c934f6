/** Thrown when a message ends before its fields do, or goes on after them. */
export class FieldsEndWrong extends Error {
  override readonly name = 'FieldsEndWrong';
}

/** Reads the fields of a command or answer in order. Every method throws FieldsEndWrong past the end. */
export class FieldReader {
  readonly message: Buffer;
  #at: number;

  constructor(message: Buffer, from: number) {
    this.message = message;
    this.#at = from;
  }

  /** Where the next field begins in the message. */
  get position(): number {
    return this.#at;
  }

  /** Takes `count` bytes without copying; their offset in the message. */
  skip(count: number): number {
    const at = this.#at;
    if (at + count > this.message.length) throw new FieldsEndWrong('the message is truncated');
    this.#at = at + count;
    return at;
  }

  bytes(count: number): Buffer {
    const at = this.skip(count);
    return this.message.subarray(at, at + count);
  }

  byte(): number {
    return this.message[this.skip(1)] as number;
  }

  uint16(): number {
    return this.message.readUInt16BE(this.skip(2));
  }

  uint32(): number {
    return this.message.readUInt32BE(this.skip(4));
  }

  ascii(count: number): string {
    const at = this.skip(count);
    return this.message.toString('latin1', at, at + count);
  }

  /** Length 1 ‖ content. */
  short(): Buffer {
    return this.bytes(this.byte());
  }

  shortText(): string {
    return this.ascii(this.byte());
  }

  /** Length 2 ‖ content. */
  long(): Buffer {
    return this.bytes(this.uint16());
  }

  longText(): string {
    return this.ascii(this.uint16());
  }

  end(): void {
    if (this.#at !== this.message.length) throw new FieldsEndWrong('the message goes on after its last field');
  }
}
