import { bcdToDigits } from '@citycard/common';
import type { DataField } from './document.ts';

/** The fields of the 8 bytes by name: digits as text, numbers as numbers. */
export type IndustryFacts = Readonly<Record<string, string | number>>;

const text = new TextDecoder('gb18030');

/**
 * Reads bytes 56 to 63 of a purchase record by the layout of its industry. Never throws: BCD that is no digits comes out
 * with letters, as it stands on the record. Bytes that the layout does not name are left out.
 */
export function readIndustryData(layout: readonly DataField[], data: Buffer): IndustryFacts {
  let at = 0;
  const facts: Record<string, string | number> = {};
  for (const { name, bytes, form } of layout) {
    const part = data.subarray(at, at + bytes);
    at += bytes;
    if (form === 'bcd') facts[name] = bcdToDigits(part);
    else if (form === 'number') facts[name] = part.readUIntBE(0, bytes);
    else
      facts[name] = text
        .decode(part)
        .replaceAll(/\p{Cc}/gu, '')
        .trim();
  }
  return facts;
}
