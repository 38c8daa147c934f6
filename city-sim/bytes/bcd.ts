/** Packs an even number of decimal digits (or filler nibbles a–f) two to a byte. Throws RangeError on anything else. */
export function packDigits(digits: string): Buffer {
  if (!/^([0-9a-fA-F]{2})*$/.test(digits)) throw new RangeError(`not an even number of digits: "${digits}"`);
  return Buffer.from(digits, 'hex');
}

/** Whether every nibble is a decimal digit. */
export function isPackedDecimal(bytes: Buffer): boolean {
  return /^[0-9]*$/.test(bytes.toString('hex'));
}
