import {
  BYTES,
  DIGITS,
  TEXT,
  kindOf,
  limitOf,
  prefixBytesOf,
  rightAligned,
  type BytesField,
  type FieldNumber,
  type TextField,
} from './field-table.ts';
import type { Problem } from './problem.ts';

/** A frame without its length: TPDU 5 ‖ header 6 ‖ MTI 2 ‖ bitmap 8 ‖ fields. */
export const MTI_OFFSET = 11;
const BITMAP_OFFSET = 13;
export const FIELDS_OFFSET = 21;

const DECIMAL = 1;
const DECIMAL_OR_SEPARATOR = 2;
const PRINTABLE = 4;

/** What each byte may be part of, so that the inner loops look up instead of compare. */
const classOf = Uint8Array.from({ length: 256 }, (_, byte) => {
  const nibbles = [byte >> 4, byte & 15];
  return (
    (nibbles.every((nibble) => nibble <= 9) ? DECIMAL : 0) |
    (nibbles.every((nibble) => nibble <= 9 || nibble === 13) ? DECIMAL_OR_SEPARATOR : 0) |
    (byte >= 0x20 && byte <= 0x7e ? PRINTABLE : 0)
  );
});

/** Copying this is the cheapest way to an array of 65 zeros. */
const NOWHERE: readonly number[] = new Array<number>(65).fill(0);

/**
 * One received message: the frame as it came, and where in it each field lies.
 *
 * Reading the frame checks every field against the table once and copies nothing; values are made when asked for.
 * A frame that is not right in every byte has a `problem`, and still gives the fields that could be read, so that
 * it can be answered.
 */
export class Message {
  /** TPDU to last field, without the length: a view of what came from the link. */
  readonly frame: Buffer;
  readonly problem: Problem | undefined;
  /** Per field: offset of its content << 12 | length in digits or bytes; 0 when the message does not have it. */
  readonly #positions: readonly number[];
  #hex: string | undefined;
  #latin1: string | undefined;

  private constructor(frame: Buffer, positions: readonly number[], problem: Problem | undefined) {
    this.frame = frame;
    this.#positions = positions;
    this.problem = problem;
  }

  /** Reads a frame without its length prefix. Never throws. */
  static read(frame: Buffer): Message {
    const positions = NOWHERE.slice();
    return new Message(frame, positions, locateFields(frame, positions));
  }

  /** Four digits: `0200`. */
  get mti(): string {
    return this.#hexText().substring(0, 4);
  }

  get tpdu(): Buffer {
    return this.frame.subarray(0, 5);
  }

  get header(): Buffer {
    return this.frame.subarray(5, MTI_OFFSET);
  }

  has(field: FieldNumber): boolean {
    return this.#positions[field] !== 0;
  }

  /** The numbers of the fields that could be read, ascending. */
  fields(): FieldNumber[] {
    const present: FieldNumber[] = [];
    for (let field = 2; field <= 64; field++) if (this.#positions[field] !== 0) present.push(field as FieldNumber);
    return present;
  }

  /** The value of a field of digits, track data (separator `D`) or ASCII. */
  text(field: TextField): string | undefined {
    const position = this.#positions[field] ?? 0;
    if (position === 0) return undefined;
    const start = position >> 12;
    const length = position & 0xfff;
    if (kindOf[field] === TEXT) return this.#latin1Text().substring(start - MTI_OFFSET, start - MTI_OFFSET + length);
    const first = 2 * (start - MTI_OFFSET) + (rightAligned[field] === 1 ? length & 1 : 0);
    const text = this.#hexText().substring(first, first + length);
    return kindOf[field] === DIGITS ? text : text.toUpperCase();
  }

  /** The content of a field of bytes: a view of the frame, not a copy. */
  bytes(field: BytesField): Buffer | undefined {
    const position = this.#positions[field] ?? 0;
    if (position === 0) return undefined;
    const start = position >> 12;
    return this.frame.subarray(start, start + (position & 0xfff));
  }

  /** A field as it was encoded, its length prefix included. */
  encoded(field: FieldNumber): Buffer | undefined {
    const position = this.#positions[field] ?? 0;
    if (position === 0) return undefined;
    const start = position >> 12;
    return this.frame.subarray(start - (prefixBytesOf[field] ?? 0), start + contentBytes(field, position & 0xfff));
  }

  /** MTI to the last byte before field 64, or to the end when there is none: what the MAC covers. */
  get macInput(): Buffer {
    const mac = this.#positions[64] ?? 0;
    return this.frame.subarray(MTI_OFFSET, mac === 0 ? this.frame.length : mac >> 12);
  }

  // One native call makes all digits of the message, and one all its letters; fields are cut out of these.
  #hexText(): string {
    return (this.#hex ??= this.frame.toString('hex', MTI_OFFSET));
  }

  #latin1Text(): string {
    return (this.#latin1 ??= this.frame.toString('latin1', MTI_OFFSET));
  }
}

function contentBytes(field: number, length: number): number {
  return (kindOf[field] ?? 0) >= TEXT ? length : (length + 1) >> 1;
}

/** Fills in where the fields lie. Goes on behind a field whose content is wrong, as long as it knows where the next begins. */
function locateFields(frame: Buffer, positions: number[]): Problem | undefined {
  const end = frame.length;
  if (end < FIELDS_OFFSET) return { path: 'frame', reason: `${end} bytes are too few for a message` };
  let problem: Problem | undefined;
  let offset = FIELDS_OFFSET;
  for (let byteIndex = 0; byteIndex < 8; byteIndex++) {
    let bits = frame[BITMAP_OFFSET + byteIndex] ?? 0;
    while (bits !== 0) {
      const highest = Math.clz32(bits) - 24;
      bits ^= 0x80 >> highest;
      const field = byteIndex * 8 + highest + 1;
      const prefix = prefixBytesOf[field] ?? 0;
      if (kindOf[field] === 0) return problem ?? at(field, 'is not a field of this interface');
      let length = limitOf[field] ?? 0;
      if (prefix !== 0) {
        if (offset + prefix > end) return problem ?? at(field, 'the message ends inside the length prefix');
        const counted = readPrefix(frame, offset, prefix);
        if (counted < 0) return problem ?? at(field, 'the length prefix is not decimal');
        offset += prefix;
        if (counted > length) {
          problem ??= at(field, `length ${counted} is above ${length}`);
          offset += contentBytes(field, counted);
          if (offset > end) return problem;
          continue;
        }
        length = counted;
      }
      const next = offset + contentBytes(field, length);
      if (next > end) {
        return problem ?? at(field, `needs ${next - offset} bytes, the message ends after ${end - offset}`);
      }
      const fault = contentFault(frame, field, offset, next, length);
      if (fault === undefined) positions[field] = (offset << 12) | length;
      else problem ??= at(field, fault);
      offset = next;
    }
  }
  if (offset !== end) problem ??= { path: 'end of message', reason: `${end - offset} bytes follow the last field` };
  return problem;
}

function at(field: number, reason: string): Problem {
  return { path: field === 1 ? 'bitmap' : `field ${field}`, reason };
}

/** The decimal value of one or two packed bytes; negative when a nibble is not decimal. LLL is right aligned: 0nnn. */
function readPrefix(frame: Buffer, offset: number, bytes: number): number {
  let value = 0;
  for (let index = offset; index < offset + bytes; index++) {
    const byte = frame[index] ?? 0;
    if (((classOf[byte] ?? 0) & DECIMAL) === 0) return -1;
    value = value * 100 + (byte >> 4) * 10 + (byte & 15);
  }
  return value;
}

function contentFault(frame: Buffer, field: number, start: number, end: number, length: number): string | undefined {
  const kind = kindOf[field] ?? 0;
  if (kind === BYTES) return undefined;
  const wanted = kind === TEXT ? PRINTABLE : kind === DIGITS ? DECIMAL : DECIMAL_OR_SEPARATOR;
  for (let index = start; index < end; index++) {
    if (((classOf[frame[index] ?? 0] ?? 0) & wanted) === 0) {
      if (kind === TEXT) return `byte ${index - start + 1} is not printable ASCII`;
      return `byte ${index - start + 1} is not ${kind === DIGITS ? 'packed decimal' : 'track data'}`;
    }
  }
  // One value has one encoding: a filling nibble other than 0 would make two messages of equal content differ.
  if (kind !== TEXT && (length & 1) === 1) {
    const filling = rightAligned[field] === 1 ? (frame[start] ?? 0) >> 4 : (frame[end - 1] ?? 0) & 15;
    if (filling !== 0) return 'the filling nibble is not 0';
  }
  return undefined;
}
