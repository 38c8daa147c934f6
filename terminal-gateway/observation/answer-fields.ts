import type { OutgoingFrame } from '../codec/frame-writer.ts';
import { kindOf, limitOf, prefixBytesOf, TEXT } from '../codec/field-table.ts';
import type { ResponseCode } from '../catalogue/response-codes.ts';

/** Offsets in a frame that begins with its length: length 2 ‖ TPDU 5 ‖ header 6 ‖ MTI 2 ‖ bitmap 8 ‖ fields. */
const BITMAP = 15;
const FIELDS = 23;
const REFERENCE = 37;
const REFERENCE_BYTES = 12;
/** Field 38, which may stand between them. */
const APPROVAL_BIT = 0x04;
const APPROVAL_BYTES = 6;

/** Fields 37 and 39 of an answer of ours; every answer has them. */
export function outcomeOf({ frame }: OutgoingFrame): { readonly code: ResponseCode; readonly reference: string } {
  const at = placeOf(frame, REFERENCE);
  const approval = (frame[BITMAP + 4] ?? 0) & APPROVAL_BIT;
  const codeAt = at + REFERENCE_BYTES + (approval === 0 ? 0 : APPROVAL_BYTES);
  const text = frame.toString('latin1', at, codeAt + 2);
  return { code: text.slice(-2) as ResponseCode, reference: text.slice(0, REFERENCE_BYTES) };
}

/** Where a field of fixed length begins: behind the lengths of those announced before it. The frame is one we packed. */
function placeOf(frame: Buffer, wanted: number): number {
  let at = FIELDS;
  for (let field = 2; field < wanted; field++) {
    const bit = 0x80 >> ((field - 1) & 7);
    if (((frame[BITMAP + ((field - 1) >> 3)] ?? 0) & bit) === 0) continue;
    const prefix = prefixBytesOf[field] ?? 0;
    let length = limitOf[field] ?? 0;
    if (prefix > 0) {
      length = bcd(frame[at] ?? 0);
      if (prefix === 2) length = length * 100 + bcd(frame[at + 1] ?? 0);
    }
    at += prefix + ((kindOf[field] ?? 0) >= TEXT ? length : (length + 1) >> 1);
  }
  return at;
}

function bcd(byte: number): number {
  return (byte >> 4) * 10 + (byte & 15);
}
