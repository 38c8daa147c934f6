import type { BlockCipher } from '../cipher/block-cipher.ts';
import { padBlocks } from './padding.ts';

/**
 * The ECB-MAC of bank-card terminals (domain.md C.7): all blocks XORed together, the result written as upper-case
 * hexadecimal, its first half enciphered, XORed with the second half, enciphered again and written as hexadecimal.
 * @returns the first 8 characters, as ASCII bytes, the content of field 64
 */
export function bankCardMac(cipher: BlockCipher, data: Uint8Array): Buffer {
  const size = cipher.blockLength;
  const padded = padBlocks(data, 1, size);
  const folded = Buffer.alloc(size);
  for (let at = 0; at < padded.length; at += size) xorInto(folded, padded.subarray(at, at + size));
  const written = Buffer.from(folded.toString('hex').toUpperCase(), 'ascii');
  const state = Buffer.from(written.subarray(0, size));
  cipher.encipher(state, 0, state, 0);
  xorInto(state, written.subarray(size));
  cipher.encipher(state, 0, state, 0);
  return Buffer.from(state.toString('hex').toUpperCase().slice(0, 8), 'ascii');
}

function xorInto(target: Buffer, other: Uint8Array): void {
  other.forEach((byte, index) => {
    target[index] = (target[index] as number) ^ byte;
  });
}
