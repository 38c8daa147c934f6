import { wordAt } from '../cipher/triple-des.ts';
import type { PurseKernel } from './purse-kernel.ts';
import { useOnlineSession } from './load-authorisation.ts';

/**
 * What the proof of an unload carries after its key: card random 4 ‖ online counter before 2 ‖ balance after 4 ‖
 * amount 4 ‖ type 1 ‖ SAM number 6 ‖ date 4 ‖ time 3 = 28, then MAC3 4.
 */
export const UNLOAD_PROOF_FIELDS_LENGTH = 28;

/** balance after 4 ‖ counter before 2 ‖ amount 4 ‖ type 1 ‖ SAM number 6 ‖ date 4 ‖ time 3: what MAC3 is over. */
const mac3Input = new Uint8Array(24);

/** Whether MAC3 of DEBIT FOR UNLOAD, behind the proof fields, is right (domain.md A.4). */
export function isUnloadMac3(kernel: PurseKernel, message: Uint8Array, at: number): boolean {
  useOnlineSession(kernel, message, at);
  for (let i = 0; i < 4; i++) mac3Input[i] = message[at + 6 + i] as number;
  for (let i = 0; i < 2; i++) mac3Input[4 + i] = message[at + 4 + i] as number;
  for (let i = 0; i < 18; i++) mac3Input[6 + i] = message[at + 10 + i] as number;
  return kernel.mac(mac3Input, 0, 24) === wordAt(message, at + UNLOAD_PROOF_FIELDS_LENGTH);
}
