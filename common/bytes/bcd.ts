const HEX_DIGITS = /^[0-9a-f]*$/i;

/** Two digits per byte, high nibble first. Nibbles above 9 come out as `a`–`f`; ask {@link isBcd} first where it matters. */
export function bcdToDigits(bytes: Buffer): string {
  return bytes.toString('hex');
}

/**
 * Packs digits two to a byte, high nibble first. Padding is the caller's to choose, so the length must be even; hex
 * digits are taken as they are (`f` is a common pad).
 *
 * @throws RangeError for an odd length or a character that is no hex digit.
 */
export function digitsToBcd(digits: string): Buffer {
  if (digits.length % 2 !== 0) throw new RangeError(`${digits.length} digits do not fill whole bytes`);
  if (!HEX_DIGITS.test(digits)) throw new RangeError('only digits 0-9 and a-f can be packed');
  return Buffer.from(digits, 'hex');
}

/** Whether every nibble is a decimal digit. */
export function isBcd(bytes: Buffer): boolean {
  return bytes.every((byte) => byte >> 4 <= 9 && (byte & 0x0f) <= 9);
}
