import type { CardAlgorithm } from '../keys/key-algorithm.ts';
import { transactionMac } from '../mac/cbc-mac.ts';
import { sessionCipher } from './card-key.ts';

/**
 * What the proof of an unload carries after its key: card random 4 ‖ online counter before 2 ‖ balance after 4 ‖
 * amount 4 ‖ type 1 ‖ SAM number 6 ‖ date 4 ‖ time 3 = 28.
 */
export const UNLOAD_PROOF_FIELDS_LENGTH = 28;

const SESSION_SUFFIX = Buffer.from('8000', 'hex');

/** MAC3 of DEBIT FOR UNLOAD: new balance ‖ old counter ‖ amount ‖ type ‖ SAM ‖ date ‖ time under SESULK (domain.md A.4). */
export function unloadMac3(algorithm: CardAlgorithm, cardKey: Uint8Array, fields: Buffer): Buffer {
  const session = sessionCipher(algorithm, cardKey, Buffer.concat([fields.subarray(0, 6), SESSION_SUFFIX]));
  return transactionMac(session, Buffer.concat([fields.subarray(6, 10), fields.subarray(4, 6), fields.subarray(10)]));
}
