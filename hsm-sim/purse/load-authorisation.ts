import { putWord, wordAt } from '../cipher/triple-des.ts';
import type { PurseKernel } from './purse-kernel.ts';

/**
 * What a load or unload authorisation carries after its key, in this order: card random 4 ‖ online counter 2 ‖
 * balance before 4 ‖ amount 4 ‖ type 1 ‖ SAM number 6 ‖ MAC1 4 ‖ date 4 ‖ time 3 = 32.
 */
export const LOAD_FIELDS_LENGTH = 32;

/** amount 4 ‖ type 1 ‖ SAM number 6 ‖ date 4 ‖ time 3: what MAC2 is over. */
const mac2Input = new Uint8Array(18);

/**
 * MAC2 written to `out` when MAC1 of INITIALIZE FOR LOAD or UNLOAD is right, false when it is not (domain.md A.4).
 * @param kernel holds the card key
 */
export function authoriseLoad(kernel: PurseKernel, message: Uint8Array, at: number, out: Uint8Array): boolean {
  useOnlineSession(kernel, message, at);
  if (kernel.mac(message, at + 6, 15) !== wordAt(message, at + 21)) return false;
  for (let i = 0; i < 11; i++) mac2Input[i] = message[at + 10 + i] as number;
  for (let i = 0; i < 7; i++) mac2Input[11 + i] = message[at + 25 + i] as number;
  putWord(kernel.mac(mac2Input, 0, 18), out, 0);
  return true;
}

/** Session key of loads and unloads: card random 4 ‖ online counter 2, both at `at`, ‖ 80 00. */
export function useOnlineSession(kernel: PurseKernel, message: Uint8Array, at: number): void {
  kernel.useSessionKey(wordAt(message, at), (wordAt(message, at + 2) << 16) | 0x8000);
}
