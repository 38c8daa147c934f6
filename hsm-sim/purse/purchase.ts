import type { CardAlgorithm } from '../keys/key-algorithm.ts';
import { transactionMac } from '../mac/cbc-mac.ts';
import { sessionCipher } from './card-key.ts';

/**
 * What a purchase carries after its key, in this order: card random 4 ‖ offline counter 2 ‖ transaction number 4 ‖
 * amount 4 ‖ type 1 ‖ SAM number 6 ‖ date 4 ‖ time 3 = 28.
 */
export const PURCHASE_FIELDS_LENGTH = 28;

/** MAC1, by which the card knows the SAM (domain.md A.4). */
export function purchaseMac1(algorithm: CardAlgorithm, cardKey: Uint8Array, fields: Buffer): Buffer {
  return transactionMac(session(algorithm, cardKey, fields), fields.subarray(10, 28));
}

/** MAC2, by which the SAM knows that the card has paid. */
export function purchaseMac2(algorithm: CardAlgorithm, cardKey: Uint8Array, fields: Buffer): Buffer {
  return transactionMac(session(algorithm, cardKey, fields), fields.subarray(10, 14));
}

/** SESPK: card random ‖ offline counter ‖ low two bytes of the transaction number. */
function session(algorithm: CardAlgorithm, cardKey: Uint8Array, fields: Buffer) {
  return sessionCipher(algorithm, cardKey, Buffer.concat([fields.subarray(0, 6), fields.subarray(8, 10)]));
}
