/** A keyed block cipher. Implementations keep only the key schedule, so one object serves any number of calls. */
export interface BlockCipher {
  readonly blockLength: 8 | 16;
  /** Enciphers one block from `input` at `at` to `output` at `to`; both may be the same bytes. */
  encipher(input: Uint8Array, at: number, output: Uint8Array, to: number): void;
  decipher(input: Uint8Array, at: number, output: Uint8Array, to: number): void;
}

/** ECB over whole blocks; throws RangeError when the length is no multiple of the block. */
export function encipherBlocks(cipher: BlockCipher, data: Uint8Array): Buffer {
  return mapBlocks(cipher, data, (at, output) => cipher.encipher(data, at, output, at));
}

export function decipherBlocks(cipher: BlockCipher, data: Uint8Array): Buffer {
  return mapBlocks(cipher, data, (at, output) => cipher.decipher(data, at, output, at));
}

function mapBlocks(cipher: BlockCipher, data: Uint8Array, block: (at: number, output: Buffer) => void): Buffer {
  if (data.length % cipher.blockLength !== 0)
    throw new RangeError(`${data.length} bytes are no multiple of ${cipher.blockLength}`);
  const output = Buffer.alloc(data.length);
  for (let at = 0; at < data.length; at += cipher.blockLength) block(at, output);
  return output;
}
