import type { CardAlgorithm } from '../cryptography/block-cipher.ts';
import type { NonVolatileMemory } from './memory.ts';
import { MASTER_FILE } from './files.ts';

/** Key ids, which are the key types of the FMCOS family (docs/reference/card-personalisation.md). */
export const KEY_ID = {
  applicationBlock: 0x32,
  applicationUnblock: 0x33,
  tac: 0x34,
  maintenance: 0x36,
  pinUnblock: 0x37,
  pinReload: 0x38,
  cardMaster: 0x39,
  pin: 0x3a,
  unload: 0x3d,
  purchase: 0x3e,
  load: 0x3f,
} as const;

/** Algorithm byte of a key record. */
export const ALGORITHM_BYTE: Readonly<Record<CardAlgorithm, number>> = { '3des': 0x00, sm4: 0x04 };

/** A key as the chip keeps it. For the card master key, version and algorithm bytes hold security state and try counter. */
export interface StoredKey {
  readonly cell: string;
  readonly record: Buffer;
  readonly fourth: number;
  readonly fifth: number;
  readonly value: Buffer;
}

/** Name of the cell of a key. */
export function keyCell(directory: string, keyId: number, index: number): string {
  return `${directory}/0000/${keyId.toString(16).toUpperCase()}/${index}`;
}

/** A key of a directory, or of the MF when the directory has none of that id. */
export function findKey(memory: NonVolatileMemory, directory: string, keyId: number, index = 1): StoredKey | undefined {
  for (const place of new Set([directory, MASTER_FILE])) {
    const cell = keyCell(place, keyId, index);
    const record = memory.read(cell);
    if (record) return storedKey(cell, record);
  }
  return undefined;
}

/** Reads a key record: type ‖ use ‖ change ‖ fourth ‖ fifth ‖ value. */
export function storedKey(cell: string, record: Buffer): StoredKey {
  return { cell, record, fourth: record[3] ?? 0, fifth: record[4] ?? 0, value: record.subarray(5) };
}
