import { createCipheriv } from 'node:crypto';
import { cardFactor, type CardNo, cityFactor, tacInput } from '@citycard/clearing';
import { publishedKey } from '../../demo/published-components.ts';

const BLOCK = 8;
const TAC_BYTES = 4;
/** Bytes of a record that hold its TAC. */
const TAC_AT = 47;

/**
 * Puts the TAC of a test card into a record (domain page, A.4): made under the published TAC root, which anybody can
 * compute with. An HSM makes no TACs, for only cards do.
 */
export function withTac(record: Buffer, card: CardNo): Buffer {
  const cityKey = derived(publishedKey('DTK'), cityFactor(card.slice(3, 7)));
  const cardKey = derived(cityKey, cardFactor(card));
  const folded = Buffer.from(cardKey.subarray(0, BLOCK).map((byte, at) => byte ^ (cardKey[at + BLOCK] ?? 0)));
  const signed = Buffer.from(record);
  macOf(folded, tacInput(record)).copy(signed, TAC_AT);
  return signed;
}

/** One level of diversification (A.6): E(K, f) ‖ E(K, ~f). */
function derived(key: Buffer, factor: Buffer): Buffer {
  const inverted = Buffer.from(factor.map((byte) => byte ^ 0xff));
  return createCipheriv('des-ede-ecb', key, null)
    .setAutoPadding(false)
    .update(Buffer.concat([factor, inverted]));
}

/** CBC-MAC with a zero IV over data filled with 80 00 …, its left 4 bytes. The key is one DES key, three times the same. */
function macOf(key: Buffer, data: Buffer): Buffer {
  const filled = Buffer.alloc(Math.ceil((data.length + 1) / BLOCK) * BLOCK);
  data.copy(filled);
  filled[data.length] = 0x80;
  const cipher = createCipheriv('des-ede3-cbc', Buffer.concat([key, key, key]), Buffer.alloc(BLOCK));
  return cipher.setAutoPadding(false).update(filled).subarray(-BLOCK).subarray(0, TAC_BYTES);
}
