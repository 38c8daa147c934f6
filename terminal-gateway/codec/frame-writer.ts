import {
  BYTES,
  TEXT,
  TRACK,
  fieldName,
  fieldNumbers,
  kindOf,
  limitOf,
  prefixBytesOf,
  rightAligned,
  type FieldValues,
} from './field-table.ts';
import { LARGEST_FRAME } from './frame-parser.ts';
import { EncodingError } from './problem.ts';

/** Offsets in a frame that begins with its length: length 2 ‖ TPDU 5 ‖ header 6 ‖ MTI 2 ‖ bitmap 8. */
const TPDU = 2;
const HEADER = 7;
const MTI = 13;
const BITMAP = 15;
const FIELDS = 23;
const MAC_BYTES = 8;

/** All fields of the table at their limits fit, so the writer need not ask before each byte. */
const scratch = Buffer.alloc(8192);

export interface Envelope {
  readonly tpdu: Buffer;
  readonly header: Buffer;
  readonly mti: string;
}

/** A frame ready for the link. With a place for field 64 it is not complete before `setMac`. */
export class OutgoingFrame {
  /** Length ‖ TPDU ‖ header ‖ MTI ‖ bitmap ‖ fields. */
  readonly frame: Buffer;
  readonly carriesMac: boolean;

  constructor(frame: Buffer, carriesMac: boolean) {
    this.frame = frame;
    this.carriesMac = carriesMac;
  }

  /** MTI to the last byte before field 64 (or to the end when the frame carries none). */
  get macInput(): Buffer {
    return this.frame.subarray(MTI, this.carriesMac ? this.frame.length - MAC_BYTES : this.frame.length);
  }

  /** Writes field 64 in its place, as often as needed: a stored answer gets its MAC afresh. */
  setMac(mac: Buffer): this {
    if (!this.carriesMac) throw new EncodingError('field 64', 'this frame was packed without a MAC');
    if (mac.length !== MAC_BYTES) throw new EncodingError('field 64', `a MAC has 8 bytes, not ${mac.length}`);
    mac.copy(this.frame, this.frame.length - MAC_BYTES);
    return this;
  }
}

/**
 * Packs a message into a frame with its length in front.
 *
 * With `mac` the bitmap announces field 64 and its 8 bytes are left zero for {@link OutgoingFrame.setMac}.
 *
 * @throws EncodingError naming the field whose value the format cannot carry.
 */
export function packFrame(envelope: Envelope, fields: FieldValues, mac: boolean): OutgoingFrame {
  if (envelope.tpdu.length !== 5) throw new EncodingError('TPDU', `has 5 bytes, not ${envelope.tpdu.length}`);
  if (envelope.header.length !== 6) throw new EncodingError('header', `has 6 bytes, not ${envelope.header.length}`);
  if (envelope.mti.length !== 4) throw new EncodingError('MTI', `has 4 digits, not ${envelope.mti.length}`);
  for (let index = 0; index < 5; index++) scratch[TPDU + index] = envelope.tpdu[index] ?? 0;
  for (let index = 0; index < 6; index++) scratch[HEADER + index] = envelope.header[index] ?? 0;
  if (writeDigits(envelope.mti, MTI, 0, 9) < 0) throw new EncodingError('MTI', 'is not decimal');
  for (let index = BITMAP; index < FIELDS; index++) scratch[index] = 0;
  let offset = FIELDS;
  for (let index = 0; index < fieldNumbers.length; index++) {
    const field = fieldNumbers[index] ?? 64;
    if (field === 64) continue;
    const value = fields[field];
    if (value === undefined) continue;
    setBit(field);
    offset = writeField(field, value, offset);
  }
  if (mac) {
    setBit(64);
    for (let index = 0; index < MAC_BYTES; index++) scratch[offset++] = 0;
  }
  const counted = offset - TPDU;
  if (counted > LARGEST_FRAME) throw new EncodingError('frame', `${counted} bytes are above ${LARGEST_FRAME}`);
  scratch[0] = counted >> 8;
  scratch[1] = counted & 0xff;
  const frame = Buffer.allocUnsafe(offset);
  scratch.copy(frame, 0, 0, offset);
  return new OutgoingFrame(frame, mac);
}

function setBit(field: number): void {
  const byte = BITMAP + ((field - 1) >> 3);
  scratch[byte] = (scratch[byte] ?? 0) | (0x80 >> ((field - 1) & 7));
}

function writeField(field: number, value: string | Buffer, start: number): number {
  const kind = kindOf[field] ?? 0;
  const prefix = prefixBytesOf[field] ?? 0;
  const limit = limitOf[field] ?? 0;
  const length = value.length;
  if (prefix === 0 ? length !== limit : length > limit) {
    throw wrong(field, `has ${prefix === 0 ? '' : 'at most '}${limit} places, not ${length}`);
  }
  let offset = start;
  if (prefix === 2) scratch[offset++] = Math.trunc(length / 100);
  if (prefix !== 0) {
    const rest = length % 100;
    scratch[offset++] = (Math.trunc(rest / 10) << 4) | (rest % 10);
  }
  if (typeof value === 'string') {
    if (kind === BYTES) throw wrong(field, 'takes bytes, not text');
    offset =
      kind === TEXT
        ? writeText(value, offset)
        : writeDigits(value, offset, rightAligned[field] ?? 0, kind === TRACK ? 13 : 9);
    if (offset < 0) throw wrong(field, kind === TEXT ? 'is not printable ASCII' : 'is not decimal');
    return offset;
  }
  if (kind !== BYTES) throw wrong(field, 'takes text, not bytes');
  scratch.set(value, offset);
  return offset + length;
}

function wrong(field: number, reason: string): EncodingError {
  return new EncodingError(`field ${field}`, `${fieldName(field) ?? 'unknown'} ${reason}`);
}

function writeText(text: string, start: number): number {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || code > 0x7e) return -1;
    scratch[start + index] = code;
  }
  return start + text.length;
}

/** Packs digits two to a byte; `largest` 13 lets the track separator D through. Returns the end, or -1. */
function writeDigits(text: string, start: number, alignRight: number, largest: number): number {
  let offset = start;
  let index = 0;
  if (alignRight === 1 && (text.length & 1) === 1) {
    const only = nibble(text.charCodeAt(index++), largest);
    if (only < 0) return -1;
    scratch[offset++] = only;
  }
  for (; index < text.length; index += 2) {
    const high = nibble(text.charCodeAt(index), largest);
    const low = index + 1 < text.length ? nibble(text.charCodeAt(index + 1), largest) : 0;
    if (high < 0 || low < 0) return -1;
    scratch[offset++] = (high << 4) | low;
  }
  return offset;
}

function nibble(code: number, largest: number): number {
  const digit = code - 0x30;
  if (digit >= 0 && digit <= 9) return digit;
  return largest === 13 && code === 0x44 ? 13 : -1;
}
