import { RemoteReader, type InsertableChip } from '../reader/remote-reader.ts';
import { DayFailed } from './errors.ts';
import type { Office } from './office.ts';
import { inParallel } from './waiting.ts';

/** Chips in a machine at one time. */
const SLOTS = 8;

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Where the machines listen for chips. */
export async function findMachines(office: Office): Promise<{ cards: Address; sams: Address; readBack: Address }> {
  return office.get('bureau-1', '/v1/personalisation/machines');
}

/**
 * Puts blank chips into a machine, eight at a time, and takes them out finished and powered. Throws DayFailed for a chip
 * that comes out as blank as it went in.
 */
export async function runThroughMachine<T extends InsertableChip & { readonly personalised: boolean }>(
  blanks: readonly T[],
  machine: Address,
  onDone: () => void,
): Promise<void> {
  await inParallel(blanks, SLOTS, async (chip) => {
    const reader = await RemoteReader.insert(chip, machine);
    await reader.removed;
    if (!chip.personalised) throw new DayFailed('The machine ejected a chip that it did not personalise.');
    chip.powerOn();
    onDone();
  });
}
