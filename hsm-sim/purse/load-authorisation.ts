import { timingSafeEqual } from 'node:crypto';
import type { CardAlgorithm } from '../keys/key-algorithm.ts';
import { transactionMac } from '../mac/cbc-mac.ts';
import { sessionCipher } from './card-key.ts';

/**
 * What a load authorisation carries after its key, in this order: card random 4 ‖ online counter 2 ‖
 * balance before 4 ‖ amount 4 ‖ type 1 ‖ SAM number 6 ‖ MAC1 4 ‖ date 4 ‖ time 3 = 32.
 */
export const LOAD_FIELDS_LENGTH = 32;

const SESSION_SUFFIX = Buffer.from('8000', 'hex');

/** MAC2 when MAC1 of INITIALIZE FOR LOAD is right, undefined when it is not (domain.md A.4). */
export function authoriseLoad(algorithm: CardAlgorithm, cardKey: Uint8Array, fields: Buffer): Buffer | undefined {
  const randomAndCounter = fields.subarray(0, 6);
  const balance = fields.subarray(6, 10);
  const amountTypeSam = fields.subarray(10, 21);
  const mac1 = fields.subarray(21, 25);
  const dateTime = fields.subarray(25, 32);
  const session = sessionCipher(algorithm, cardKey, Buffer.concat([randomAndCounter, SESSION_SUFFIX]));
  const expected = transactionMac(session, Buffer.concat([balance, amountTypeSam]));
  if (!timingSafeEqual(expected, mac1)) return undefined;
  return transactionMac(session, Buffer.concat([amountTypeSam, dateTime]));
}
