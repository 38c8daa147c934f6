/** Padding methods of ISO/IEC 9797-1: 1 zeros, 2 a byte 80 then zeros, 3 a length block before and zeros behind. */
export type PaddingMethod = 1 | 2 | 3;

/** `data` padded to whole blocks; under method 1 and 3 data that fills its blocks stays as it is. */
export function padBlocks(data: Uint8Array, method: PaddingMethod, blockLength: number): Buffer {
  const prefix = method === 3 ? blockLength : 0;
  const content = data.length + (method === 2 ? 1 : 0);
  const padded = Buffer.alloc(prefix + Math.max(1, Math.ceil(content / blockLength)) * blockLength);
  padded.set(data, prefix);
  if (method === 2) padded[data.length] = 0x80;
  if (method === 3) padded.writeUInt32BE(data.length * 8, blockLength - 4);
  return padded;
}
