/** The bytes when there are `length` of them; throws RangeError otherwise. */
export function exactly(bytes: Buffer, length: number, what: string): Buffer {
  if (bytes.length !== length) throw new RangeError(`${what} has ${length} bytes, not ${bytes.length}`);
  return bytes;
}
