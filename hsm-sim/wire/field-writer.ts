/** Collects the fields of a command or answer; the counterpart of `FieldReader`. */
export class FieldWriter {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  bytes(bytes: Uint8Array): this {
    this.#parts.push(bytes);
    this.#length += bytes.length;
    return this;
  }

  byte(value: number): this {
    return this.bytes(unsigned(value, 1));
  }

  uint16(value: number): this {
    return this.bytes(unsigned(value, 2));
  }

  uint32(value: number): this {
    return this.bytes(unsigned(value, 4));
  }

  ascii(text: string): this {
    return this.bytes(Buffer.from(text, 'latin1'));
  }

  /** Length 1 ‖ content. */
  short(bytes: Uint8Array): this {
    return this.byte(bytes.length).bytes(bytes);
  }

  shortText(text: string): this {
    return this.short(Buffer.from(text, 'latin1'));
  }

  /** Length 2 ‖ content. */
  long(bytes: Uint8Array): this {
    return this.uint16(bytes.length).bytes(bytes);
  }

  longText(text: string): this {
    return this.long(Buffer.from(text, 'latin1'));
  }

  toBuffer(): Buffer {
    return Buffer.concat(this.#parts, this.#length);
  }
}

/** Big-endian; throws RangeError unless the value is a whole number that fits. */
function unsigned(value: number, bytes: 1 | 2 | 4): Buffer {
  const field = Buffer.alloc(bytes);
  field.writeUIntBE(value, 0, bytes);
  return field;
}
