import type { Faults } from '../operation/faults.ts';
import type { DeviceMetrics } from '../operation/metrics.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { AuthorisedState } from '../custody/authorised-state.ts';
import type { Ceremony } from '../custody/ceremony.ts';
import type { Custodians } from '../custody/custodians.ts';
import { CommandRefused, type HsmErrorCode } from '../errors.ts';
import { isCardAlgorithm, type CardAlgorithm } from '../keys/key-algorithm.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import { FACTOR_LENGTH } from '../purse/card-key.ts';
import type { KeyStore } from '../store/key-store.ts';
import type { FieldReader } from '../wire/field-reader.ts';
import type { FieldWriter } from '../wire/field-writer.ts';

/** The parts of a running HSM that commands work with. */
export interface Device {
  readonly store: KeyStore;
  readonly ring: KeyRing;
  readonly custodians: Custodians;
  readonly authorised: AuthorisedState;
  readonly ceremony: Ceremony;
  readonly audit: AuditLog;
  readonly metrics: DeviceMetrics;
  readonly faults: Faults;
  /** Names of all commands, which are the names of client methods. */
  readonly commandNames: ReadonlySet<string>;
}

/** What the audit log says about a command besides its code and error. */
export interface AuditNote {
  subject?: string;
  count?: number;
}

export interface Command {
  /** Two characters on the wire. */
  readonly code: string;
  /** The client method it serves; authorised state is given for these names. */
  readonly name: string;
  /** Changes keys, components or custodians: the log is forced to disk before the answer. */
  readonly changes?: boolean;
  /** Reads the fields, acts, writes the answer's fields. Refuses by throwing CommandRefused; notes come first. */
  run(device: Device, fields: FieldReader, answer: FieldWriter, note: AuditNote): void | Promise<void>;
}

/** Most factors of a derivation; ministry, province, city, card. */
export const MAX_FACTORS = 4;

/** Algorithm 1: `T` triple DES, `4` SM4. */
export function readAlgorithm(fields: FieldReader): CardAlgorithm {
  const code = fields.ascii(1);
  const algorithm = code === 'T' ? '3des' : code === '4' ? 'sm4' : '';
  if (!isCardAlgorithm(algorithm)) throw new CommandRefused('15');
  return algorithm;
}

/** Count 1 ‖ count × 8 bytes, root side first. */
export function readFactors(fields: FieldReader): Buffer {
  const count = fields.byte();
  if (count > MAX_FACTORS) throw new CommandRefused('15');
  return fields.bytes(count * FACTOR_LENGTH);
}

export function readFlag(fields: FieldReader): boolean {
  const flag = fields.byte();
  if (flag > 1) throw new CommandRefused('15');
  return flag === 1;
}

/** Items of one bulk command. */
export const MAX_ITEMS = 1000;

/** The count before the items of a bulk command. */
export function readCount(fields: FieldReader): number {
  const count = fields.uint16();
  if (count < 1 || count > MAX_ITEMS) throw new CommandRefused('80');
  return count;
}

/** Key ‖ algorithm 1 ‖ factors: how every item under a derived key begins. */
export interface DerivedKeyFields {
  readonly reference: string;
  readonly algorithm: CardAlgorithm;
  readonly factors: Buffer;
}

export function readDerivedKey(fields: FieldReader): DerivedKeyFields {
  return { reference: fields.longText(), algorithm: readAlgorithm(fields), factors: readFactors(fields) };
}

export type ItemResult<T> = { readonly code: '00'; readonly value: T } | { readonly code: Exclude<HsmErrorCode, '00'> };

/** Runs one item of a bulk command; a refusal is the item's own and leaves the others alone. */
export function itemResult<T>(work: () => T): ItemResult<T> {
  try {
    return { code: '00', value: work() };
  } catch (error) {
    if (error instanceof CommandRefused) return { code: error.code };
    throw error;
  }
}
