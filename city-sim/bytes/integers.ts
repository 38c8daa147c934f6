/** Unsigned big-endian integer of 1 to 6 bytes. Throws RangeError when it does not fit. */
export function unsigned(value: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  bytes.writeUIntBE(value, 0, length);
  return bytes;
}

/** Unsigned big-endian integer of 8 bytes, for totals in fen. */
export function unsigned64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}
