import type { FieldNumber } from '../codec/field-table.ts';
import { OutgoingFrame } from '../codec/frame-writer.ts';
import { LARGEST_FRAME } from '../codec/frame-parser.ts';
import { MTI_OFFSET, type Message } from '../codec/message.ts';
import { clockDigits } from './clock-digits.ts';

/** Offsets in a frame that begins with its length: length 2 ‖ TPDU 5 ‖ header 6 ‖ MTI 2 ‖ bitmap 8 ‖ fields. */
const LENGTH_BYTES = 2;
const MTI = LENGTH_BYTES + MTI_OFFSET;
const BITMAP = 15;
const FIELDS = 23;
const MAC_BYTES = 8;

/** Bits of 12, 13, 37 and 39, which every answer has, in the bitmap's bytes 1 and 4. */
const CLOCK_BITS = 0x18;
const OUTCOME_BITS = 0x0a;
/** Added to the MTI's second byte: function + 1. */
const ANSWER = 0x10;
/** What an answer has more than its request: 12, 13, 37, 39 and 64. */
const OWN_BYTES = 5 + 12 + 2 + MAC_BYTES;

const scratch = Buffer.alloc(LARGEST_FRAME + LENGTH_BYTES);

/**
 * An answer without fields of its own: the same bytes as `packAnswer` gives, put together from the bytes of the request
 * instead of from the values of its fields. Undefined when it is not as simple as that.
 */
export function packPlainAnswer(
  request: Message,
  answer: { readonly code: string; readonly at: Date; readonly reference: string },
  mac: boolean,
): OutgoingFrame | undefined {
  const { code, reference } = answer;
  const { frame } = request;
  if (request.problem !== undefined || code.length !== 2 || reference.length !== 12) return undefined;
  if (!isPackedDecimal(frame[MTI_OFFSET] ?? 0) || !isPackedDecimal((frame[MTI_OFFSET + 1] ?? 0) + ANSWER))
    return undefined;
  if (frame.length + OWN_BYTES > LARGEST_FRAME) return undefined;
  writeEnvelope(frame);
  let offset = copyField(request, 11, FIELDS);
  offset += clockDigits(answer.at).packed.copy(scratch, offset);
  scratch[BITMAP + 1] = (scratch[BITMAP + 1] ?? 0) | CLOCK_BITS;
  scratch[BITMAP + 4] = OUTCOME_BITS;
  offset = writeText(reference, offset);
  offset = writeText(code, offset);
  if (offset < 0) return undefined;
  offset = copyField(request, 41, offset);
  offset = copyField(request, 42, offset);
  offset = copyField(request, 60, offset);
  if (mac) {
    scratch[BITMAP + 7] = (scratch[BITMAP + 7] ?? 0) | 1;
    scratch.fill(0, offset, offset + MAC_BYTES);
    offset += MAC_BYTES;
  }
  const counted = offset - LENGTH_BYTES;
  scratch[0] = counted >> 8;
  scratch[1] = counted & 0xff;
  const packed = Buffer.allocUnsafe(offset);
  scratch.copy(packed, 0, 0, offset);
  return new OutgoingFrame(packed, mac);
}

function isPackedDecimal(byte: number): boolean {
  return byte >> 4 <= 9 && (byte & 15) <= 9;
}

/** TPDU with its addresses swapped, the header as it came, MTI + 10, no field announced yet. */
function writeEnvelope(frame: Buffer): void {
  scratch[2] = frame[0] ?? 0;
  scratch[3] = frame[3] ?? 0;
  scratch[4] = frame[4] ?? 0;
  scratch[5] = frame[1] ?? 0;
  scratch[6] = frame[2] ?? 0;
  for (let index = 5; index <= MTI_OFFSET; index++) scratch[LENGTH_BYTES + index] = frame[index] ?? 0;
  scratch[MTI + 1] = (frame[MTI_OFFSET + 1] ?? 0) + ANSWER;
  for (let index = BITMAP; index < FIELDS; index++) scratch[index] = 0;
}

function copyField(request: Message, field: FieldNumber, offset: number): number {
  const end = request.copyEncoded(field, scratch, offset);
  if (end === offset) return offset;
  const byte = BITMAP + ((field - 1) >> 3);
  scratch[byte] = (scratch[byte] ?? 0) | (0x80 >> ((field - 1) & 7));
  return end;
}

/** @returns the end; negative, whatever follows, when a character is no printable ASCII */
function writeText(text: string, start: number): number {
  if (start < 0) return start;
  for (let index = 0; index < text.length; index++) {
    const character = text.charCodeAt(index);
    if (character < 0x20 || character > 0x7e) return -1;
    scratch[start + index] = character;
  }
  return start + text.length;
}
