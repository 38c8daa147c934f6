import { DES_SCHEDULE_WORDS, desBlock, scheduleDes, tripleDesBlock } from '../cipher/des.ts';
import { wordAt, type TripleDes } from '../cipher/triple-des.ts';

const block = new Int32Array(2);
const tacSchedule = new Int32Array(DES_SCHEDULE_WORDS);

/**
 * The 3DES TAC of one card in one go, for bulk verification: last level of diversification, left ⊕ right, CBC-MAC with
 * padding 80. It allocates nothing; the general way through `deriveLevel` and `tacCipher` gives the same word.
 * @param parent key of the level above the card
 * @param factorAt offset of the card factor (8 bytes) in `message`
 * @param dataAt offset of the TAC input in `message`
 * @returns left 4 bytes of the MAC as a signed 32-bit word
 */
export function tripleDesTac(
  parent: TripleDes,
  message: Uint8Array,
  factorAt: number,
  dataAt: number,
  dataLength: number,
): number {
  const factorLeft = wordAt(message, factorAt);
  const factorRight = wordAt(message, factorAt + 4);
  block[0] = factorLeft;
  block[1] = factorRight;
  tripleDesBlock(parent.first, parent.second, block, false);
  const left = block[0];
  const right = block[1];
  block[0] = ~factorLeft;
  block[1] = ~factorRight;
  tripleDesBlock(parent.first, parent.second, block, false);
  scheduleDes(left ^ block[0], right ^ block[1], tacSchedule);

  block[0] = 0;
  block[1] = 0;
  const whole = dataLength & ~7;
  for (let at = dataAt; at < dataAt + whole; at += 8) {
    block[0] ^= wordAt(message, at);
    block[1] ^= wordAt(message, at + 4);
    desBlock(tacSchedule, block, false);
  }
  absorbRest(message, dataAt + whole, dataLength - whole);
  desBlock(tacSchedule, block, false);
  return block[0];
}

/** XORs the last 0 to 7 bytes and the padding byte 80 into the block. */
function absorbRest(message: Uint8Array, at: number, length: number): void {
  let left = 0;
  let right = 0;
  for (let i = 0; i <= length; i++) {
    const byte = i < length ? (message[at + i] as number) : 0x80;
    if (i < 4) left |= byte << (24 - 8 * i);
    else right |= byte << (56 - 8 * i);
  }
  block[0] = (block[0] as number) ^ left;
  block[1] = (block[1] as number) ^ right;
}
