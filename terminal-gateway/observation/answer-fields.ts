import type { OutgoingFrame } from '../codec/frame-writer.ts';
import { kindOf, limitOf, prefixBytesOf, TEXT } from '../codec/field-table.ts';
import type { ResponseCode } from '../catalogue/response-codes.ts';

/** Offsets in a frame that begins with its length: length 2 ‖ TPDU 5 ‖ header 6 ‖ MTI 2 ‖ bitmap 8 ‖ fields. */
const BITMAP = 15;
const FIELDS = 23;
const REFERENCE = 37;
const CODE = 39;

/** Field 39 of an answer of ours; every answer has one. */
export function codeOf(answer: OutgoingFrame): ResponseCode {
  const at = placeOf(answer.frame, CODE);
  return answer.frame.toString('latin1', at, at + 2) as ResponseCode;
}

/** Field 37 of an answer of ours. */
export function referenceOf(answer: OutgoingFrame): string {
  const at = placeOf(answer.frame, REFERENCE);
  return answer.frame.toString('latin1', at, at + 12);
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
