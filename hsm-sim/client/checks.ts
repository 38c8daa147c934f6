/** Throws RangeError unless the value is a whole number from 0 to `largest`. */
export function whole(value: number, largest: number, what: string): void {
  if (!Number.isInteger(value) || value < 0 || value > largest)
    throw new RangeError(`${what} is a whole number from 0 to ${largest}, not ${value}`);
}

/** The bytes when there are `length` of them; throws RangeError otherwise. */
export function exactly(bytes: Buffer, length: number, what: string): Buffer {
  if (bytes.length !== length) throw new RangeError(`${what} has ${length} bytes, not ${bytes.length}`);
  return bytes;
}
