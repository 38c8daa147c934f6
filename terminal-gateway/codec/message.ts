import {
  BYTES,
  DIGITS,
  TEXT,
  TRACK,
  layoutOf,
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

/** What every byte of a field must be part of, by its kind. */
const wantedOf = Uint8Array.from({ length: 5 }, (_, kind) =>
  kind === DIGITS ? DECIMAL : kind === TRACK ? DECIMAL_OR_SEPARATOR : kind === TEXT ? PRINTABLE : 0,
);

/** The two characters of a packed byte as they lie in memory; nibble 13 is the separator of track data. */
const pairOf = new Uint16Array(
  Uint8Array.from({ length: 512 }, (_, index) => digitCharacter(index % 2 === 0 ? index >> 5 : (index >> 1) & 15))
    .buffer,
);

function digitCharacter(nibble: number): number {
  return nibble.toString(16).toUpperCase().charCodeAt(0);
}

/** The value of a packed byte, negative when a nibble is not decimal. */
const decimalOf = Int8Array.from({ length: 256 }, (_, byte) =>
  byte >> 4 <= 9 && (byte & 15) <= 9 ? (byte >> 4) * 10 + (byte & 15) : -1,
);

/** Copying this is the cheapest way to an array of 65 zeros. */
const NOWHERE: readonly number[] = new Array<number>(65).fill(0);

/** Where the characters of one message are collected before one native call makes a string of them. */
const characters = Buffer.from(new ArrayBuffer(8192));
/** The same memory, two characters at a time: every field begins at an even place. */
const pairs = new Uint16Array(characters.buffer);
/** Two characters come of each byte at most. */
const LONGEST = characters.length / 2;
/** How many characters of the message being read are there so far. */
let collected = 0;

/**
 * One received message: the frame as it came, and where in it each field lies.
 *
 * Reading the frame checks every field against the table once, and collects its characters as it goes: one string holds
 * those of all fields, and a field asked for is cut out of it. Fields of bytes are views of the frame.
 * A frame that is not right in every byte has a `problem`, and still gives the fields that could be read, so that
 * it can be answered.
 */
export class Message {
  /** TPDU to last field, without the length: a view of what came from the link. */
  readonly frame: Buffer;
  readonly problem: Problem | undefined;
  /** Per field: offset of its content in the frame << 13 | place of its characters in the text; 0 when it is not there. */
  readonly #positions: readonly number[];
  /** The MTI, then all fields of characters. */
  readonly #text: string;

  private constructor(frame: Buffer) {
    const positions = NOWHERE.slice();
    this.frame = frame;
    this.problem = locateFields(frame, positions);
    this.#positions = positions;
    this.#text = characters.toString('latin1', 0, collected);
  }

  /** Reads a frame without its length prefix. Never throws. */
  static read(frame: Buffer): Message {
    return new Message(frame);
  }

  /** Four digits: `0200`. */
  get mti(): string {
    return this.#text.substring(0, 4);
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
    const layout = layoutOf[field] ?? 0;
    if (position === 0 || (layout & 7) === BYTES) return undefined;
    const length = this.#lengthOf(position >> 13, layout);
    const place = position & 0x1fff;
    return this.#text.substring(place, place + length);
  }

  /** The content of a field of bytes: a view of the frame, not a copy. */
  bytes(field: BytesField): Buffer | undefined {
    const position = this.#positions[field] ?? 0;
    if (position === 0) return undefined;
    const start = position >> 13;
    return this.frame.subarray(start, start + this.#lengthOf(start, layoutOf[field] ?? 0));
  }

  /** A field as it was encoded, its length prefix included. */
  encoded(field: FieldNumber): Buffer | undefined {
    const position = this.#positions[field] ?? 0;
    if (position === 0) return undefined;
    const start = position >> 13;
    const layout = layoutOf[field] ?? 0;
    const end = start + contentBytes(layout & 7, this.#lengthOf(start, layout));
    return this.frame.subarray(start - ((layout >> 3) & 3), end);
  }

  /** Copies a field as it was encoded, its length prefix included, to `target`. @returns where it ends; `at` when it is not there */
  copyEncoded(field: FieldNumber, target: Buffer, at: number): number {
    const position = this.#positions[field] ?? 0;
    if (position === 0) return at;
    const start = position >> 13;
    const layout = layoutOf[field] ?? 0;
    const end = start + contentBytes(layout & 7, this.#lengthOf(start, layout));
    const { frame } = this;
    let to = at;
    for (let from = start - ((layout >> 3) & 3); from < end; from++) target[to++] = frame[from] ?? 0;
    return to;
  }

  /** Digits or bytes of a field whose content begins there: fixed, or what its prefix says. */
  #lengthOf(start: number, layout: number): number {
    const prefix = (layout >> 3) & 3;
    return prefix === 0 ? layout >> 8 : readPrefix(this.frame, start - prefix, prefix);
  }

  /** MTI to the last byte before field 64, or to the end when there is none: what the MAC covers. */
  get macInput(): Buffer {
    const mac = this.#positions[64] ?? 0;
    return this.frame.subarray(MTI_OFFSET, mac === 0 ? this.frame.length : mac >> 13);
  }
}

function contentBytes(kind: number, length: number): number {
  return kind >= TEXT ? length : (length + 1) >> 1;
}

/** Finds and checks the fields. Goes on behind a field whose content is wrong, as long as it knows where the next begins. */
function locateFields(frame: Buffer, positions: number[]): Problem | undefined {
  collected = 0;
  const end = frame.length;
  if (end < FIELDS_OFFSET) return { path: 'frame', reason: `${end} bytes are too few for a message` };
  if (end > LONGEST) return { path: 'frame', reason: `${end} bytes are more than ${LONGEST}` };
  let problem: Problem | undefined;
  collectDigits(frame, MTI_OFFSET, BITMAP_OFFSET);
  let offset = FIELDS_OFFSET;
  for (let byteIndex = 0; byteIndex < 8; byteIndex++) {
    let bits = frame[BITMAP_OFFSET + byteIndex] ?? 0;
    while (bits !== 0) {
      const highest = Math.clz32(bits) - 24;
      bits ^= 0x80 >> highest;
      const field = byteIndex * 8 + highest + 1;
      const layout = layoutOf[field] ?? 0;
      if (layout === 0) return problem ?? at(field, 'is not a field of this interface');
      const kind = layout & 7;
      const prefix = (layout >> 3) & 3;
      let length = layout >> 8;
      if (prefix !== 0) {
        if (offset + prefix > end) return problem ?? at(field, 'the message ends inside the length prefix');
        const counted = readPrefix(frame, offset, prefix);
        if (counted < 0) return problem ?? at(field, 'the length prefix is not decimal');
        offset += prefix;
        if (counted > length) {
          problem ??= at(field, `length ${counted} is above ${length}`);
          offset += contentBytes(kind, counted);
          if (offset > end) return problem;
          continue;
        }
        length = counted;
      }
      const next = offset + contentBytes(kind, length);
      if (next > end) {
        return problem ?? at(field, `needs ${next - offset} bytes, the message ends after ${end - offset}`);
      }
      const place = collected;
      if (kind === BYTES) {
        positions[field] = offset << 13;
      } else if (kind === TEXT) {
        if ((collectText(frame, offset, next) & PRINTABLE) !== 0) positions[field] = (offset << 13) | place;
        else problem ??= at(field, contentFault(frame, kind, offset, next));
      } else {
        const classes = collectDigits(frame, offset, next);
        const filled = length & 1;
        const rightAligned = (layout >> 5) & filled;
        if (
          (classes & (wantedOf[kind] ?? 0)) !== 0 &&
          (filled === 0 || isRightlyFilled(frame, offset, next, rightAligned))
        ) {
          positions[field] = (offset << 13) | (place + rightAligned);
        } else problem ??= at(field, contentFault(frame, kind, offset, next));
      }
      offset = next;
    }
  }
  if (offset !== end) problem ??= { path: 'end of message', reason: `${end - offset} bytes follow the last field` };
  return problem;
}

/** Appends two characters for each byte. @returns what all of the bytes may be part of, as bits of `classOf` */
function collectDigits(frame: Buffer, start: number, end: number): number {
  let classes = DECIMAL | DECIMAL_OR_SEPARATOR;
  let pair = collected >> 1;
  for (let index = start; index < end; index++) {
    const byte = frame[index] ?? 0;
    classes &= classOf[byte] ?? 0;
    pairs[pair] = pairOf[byte] ?? 0;
    pair += 1;
  }
  collected = pair << 1;
  return classes;
}

/** Appends the bytes as they are, up to an even place. @returns what all of them may be part of, as bits of `classOf` */
function collectText(frame: Buffer, start: number, end: number): number {
  let classes = PRINTABLE;
  let place = collected;
  for (let index = start; index < end; index++) {
    const byte = frame[index] ?? 0;
    classes &= classOf[byte] ?? 0;
    characters[place] = byte;
    place += 1;
  }
  collected = (place + 1) & ~1;
  return classes;
}

function at(field: number, reason: string): Problem {
  return { path: field === 1 ? 'bitmap' : `field ${field}`, reason };
}

/** The decimal value of one or two packed bytes; negative when a nibble is not decimal. LLL is right aligned: 0nnn. */
function readPrefix(frame: Buffer, offset: number, bytes: number): number {
  const first = decimalOf[frame[offset] ?? 0] ?? -1;
  if (bytes === 1 || first < 0) return first;
  const second = decimalOf[frame[offset + 1] ?? 0] ?? -1;
  return second < 0 ? second : first * 100 + second;
}

/** One value has one encoding: a filling nibble other than 0 would make two messages of equal content differ. */
function isRightlyFilled(frame: Buffer, start: number, end: number, rightAligned: number): boolean {
  return (rightAligned === 1 ? (frame[start] ?? 0) >> 4 : (frame[end - 1] ?? 0) & 15) === 0;
}

/** Says which byte of a field that did not pass is wrong; when none is, it is the filling. */
function contentFault(frame: Buffer, kind: number, start: number, end: number): string {
  const wanted = wantedOf[kind] ?? 0;
  const wrong = frame.subarray(start, end).findIndex((byte) => ((classOf[byte] ?? 0) & wanted) === 0);
  if (wrong < 0) return 'the filling nibble is not 0';
  if (kind === TEXT) return `byte ${wrong + 1} is not printable ASCII`;
  return `byte ${wrong + 1} is not ${kind === DIGITS ? 'packed decimal' : 'track data'}`;
}
