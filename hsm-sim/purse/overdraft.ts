import { putWord, wordAt } from '../cipher/triple-des.ts';
import type { PurseKernel } from './purse-kernel.ts';
import { useOnlineSession } from './load-authorisation.ts';

/**
 * What an update of the overdraft limit carries after its key: card random 4 ‖ online counter 2 ‖ balance 4 ‖
 * old limit 3 ‖ type 1 (07) ‖ SAM number 6 ‖ new limit 3 ‖ MAC1 4 ‖ date 4 ‖ time 3 = 34.
 */
export const OVERDRAFT_FIELDS_LENGTH = 34;

/** new limit 3 ‖ type 1 ‖ SAM number 6 ‖ date 4 ‖ time 3: what MAC2 is over. */
const mac2Input = new Uint8Array(17);

/** MAC2 written to `out` when MAC1 of INITIALIZE FOR UPDATE is right, false when it is not (domain.md A.4). */
export function authoriseOverdraft(kernel: PurseKernel, message: Uint8Array, at: number, out: Uint8Array): boolean {
  useOnlineSession(kernel, message, at);
  if (kernel.mac(message, at + 6, 14) !== wordAt(message, at + 23)) return false;
  for (let i = 0; i < 3; i++) mac2Input[i] = message[at + 20 + i] as number;
  for (let i = 0; i < 7; i++) mac2Input[3 + i] = message[at + 13 + i] as number;
  for (let i = 0; i < 7; i++) mac2Input[10 + i] = message[at + 27 + i] as number;
  putWord(kernel.mac(mac2Input, 0, 17), out, 0);
  return true;
}
