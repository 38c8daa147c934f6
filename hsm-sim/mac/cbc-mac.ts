import type { BlockCipher } from '../cipher/block-cipher.ts';
import { SingleDes } from '../cipher/triple-des.ts';
import { padBlocks, type PaddingMethod } from './padding.ts';

/** The last block of CBC over the padded data (ISO/IEC 9797-1 algorithm 1); IV zero unless given. */
export function cbcMac(cipher: BlockCipher, data: Uint8Array, padding: PaddingMethod, iv?: Uint8Array): Buffer {
  return chain(cipher, padBlocks(data, padding, cipher.blockLength), iv);
}

/**
 * Retail MAC: CBC with the left key half, the last block further deciphered with the right and enciphered with the
 * left one (ISO/IEC 9797-1 algorithm 3, X9.19). 8 bytes.
 */
export function retailMac(key: Uint8Array, data: Uint8Array, padding: PaddingMethod, iv?: Uint8Array): Buffer {
  const left = new SingleDes(key.subarray(0, 8));
  const mac = chain(left, padBlocks(data, padding, 8), iv);
  new SingleDes(key.subarray(8, 16)).decipher(mac, 0, mac, 0);
  left.encipher(mac, 0, mac, 0);
  return mac;
}

function chain(cipher: BlockCipher, padded: Uint8Array, iv?: Uint8Array): Buffer {
  const state = Buffer.alloc(cipher.blockLength);
  if (iv) state.set(iv);
  for (let at = 0; at < padded.length; at += cipher.blockLength) {
    for (let i = 0; i < cipher.blockLength; i++) state[i] = (state[i] as number) ^ (padded[at + i] as number);
    cipher.encipher(state, 0, state, 0);
  }
  return state;
}
