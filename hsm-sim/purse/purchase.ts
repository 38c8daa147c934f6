import { putWord, wordAt } from '../cipher/triple-des.ts';
import type { PurseKernel } from './purse-kernel.ts';

/**
 * What a purchase carries after its key, in this order: card random 4 ‖ offline counter 2 ‖ transaction number 4 ‖
 * amount 4 ‖ type 1 ‖ SAM number 6 ‖ date 4 ‖ time 3 = 28.
 */
export const PURCHASE_FIELDS_LENGTH = 28;

/** MAC1, by which the card knows the SAM, written to `out` (domain.md A.4). */
export function purchaseMac1(kernel: PurseKernel, message: Uint8Array, at: number, out: Uint8Array): boolean {
  useOfflineSession(kernel, message, at);
  putWord(kernel.mac(message, at + 10, 18), out, 0);
  return true;
}

/** Whether the 4 bytes behind the purchase fields are MAC2, by which the SAM knows that the card has paid. */
export function isPurchaseMac2(kernel: PurseKernel, message: Uint8Array, at: number): boolean {
  useOfflineSession(kernel, message, at);
  return kernel.mac(message, at + 10, 4) === wordAt(message, at + PURCHASE_FIELDS_LENGTH);
}

/** SESPK: card random ‖ offline counter ‖ low two bytes of the transaction number. */
function useOfflineSession(kernel: PurseKernel, message: Uint8Array, at: number): void {
  kernel.useSessionKey(wordAt(message, at), (wordAt(message, at + 2) << 16) | (wordAt(message, at + 6) & 0xffff));
}
