import { desCbc } from '../cipher/des-cbc.ts';
import { desBlock, tripleDesBlock } from '../cipher/des.ts';
import { putWord, type TripleDes } from '../cipher/triple-des.ts';
import { viewOf } from '../cipher/word-view.ts';

const block = new Int32Array(2);

/** Two upper-case hexadecimal characters per byte, as 16 bits of ASCII. */
const hexadecimal = new Uint16Array(256);
for (let byte = 0; byte < 256; byte++)
  hexadecimal[byte] = Buffer.from(byte.toString(16).toUpperCase().padStart(2, '0'), 'latin1').readUInt16BE(0);

/**
 * The ECB-MAC of bank-card terminals under a triple-DES key (domain.md C.7), over bytes where they stand and without
 * allocating: 8 ASCII characters written to `out` at `to`. `bankCardMac` says it for every cipher.
 */
export function tripleDesEcbMac(
  cipher: TripleDes,
  bytes: Uint8Array,
  at: number,
  length: number,
  out: Uint8Array,
  to: number,
): void {
  const view = viewOf(bytes);
  let left = 0;
  let right = 0;
  const whole = at + (length & ~7);
  for (let from = at; from < whole; from += 8) {
    left ^= view.getInt32(from);
    right ^= view.getInt32(from + 4);
  }
  left ^= restWord(bytes, whole, length & 7);
  right ^= restWord(bytes, whole + 4, (length & 7) - 4);
  block[0] = (hexOf(left >>> 24) << 16) | hexOf((left >>> 16) & 255);
  block[1] = (hexOf((left >>> 8) & 255) << 16) | hexOf(left & 255);
  tripleDesBlock(cipher.first, cipher.second, block, false);
  block[0] ^= (hexOf(right >>> 24) << 16) | hexOf((right >>> 16) & 255);
  block[1] ^= (hexOf((right >>> 8) & 255) << 16) | hexOf(right & 255);
  tripleDesBlock(cipher.first, cipher.second, block, false);
  const mac = block[0];
  putWord((hexOf(mac >>> 24) << 16) | hexOf((mac >>> 16) & 255), out, to);
  putWord((hexOf((mac >>> 8) & 255) << 16) | hexOf(mac & 255), out, to + 4);
}

/** X9.19 with zero padding, 8 bytes written to `out` at `to`: single DES CBC, the last block under both halves. */
export function retailMacOfZeroPadded(
  cipher: TripleDes,
  bytes: Uint8Array,
  at: number,
  length: number,
  out: Uint8Array,
  to: number,
): void {
  block[0] = 0;
  block[1] = 0;
  const whole = at + (length & ~7);
  desCbc(cipher.first, block, bytes, at, length);
  if (length === 0 || (length & 7) > 0) {
    block[0] ^= restWord(bytes, whole, length & 7);
    block[1] ^= restWord(bytes, whole + 4, (length & 7) - 4);
    desBlock(cipher.first, block, false);
  }
  desBlock(cipher.second, block, true);
  desBlock(cipher.first, block, false);
  putWord(block[0], out, to);
  putWord(block[1], out, to + 4);
}

function hexOf(byte: number): number {
  return hexadecimal[byte] as number;
}

/** The first `count` (up to 4) bytes as the high end of a word, zeros behind. */
function restWord(bytes: Uint8Array, at: number, count: number): number {
  let word = 0;
  for (let i = 0; i < 4 && i < count; i++) word |= (bytes[at + i] as number) << (24 - 8 * i);
  return word;
}
