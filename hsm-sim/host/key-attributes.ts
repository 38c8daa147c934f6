import { parseOptional, type OptionalBlock } from '../keys/tr31-header.ts';
import { HostRefused } from './errors.ts';
import type { HostFields } from './host-fields.ts';
import type { HostAlgorithm, HostAttributes } from './host-key.ts';
import { BLOCK_TYPE, isUsage, keyType, type KeyType } from './key-types.ts';

/** `%00`: the variant LMK; `%01`: the key block LMK. */
const LMK_IDS = { variant: '00', block: '01' } as const;
/** Algorithm field of `#`: letter and number of parts, and the length in bytes it stands for. */
const LENGTHS: Readonly<Record<string, number>> = { D1: 8, T2: 16, T3: 24, A1: 16, A2: 24, A3: 32 };

export interface StatedAttributes extends HostAttributes {
  readonly algorithm: HostAlgorithm;
  readonly length: number;
}

/** What may follow the fields of a key command, in this order. */
export interface KeyOptions {
  /** `#`: usage 2 ‖ algorithm 2 ‖ mode 1 ‖ key version 2 ‖ exportability 1 ‖ number of optional blocks 2 ‖ blocks. */
  readonly attributes?: StatedAttributes;
  /** `&`: exportability the key shall have where it goes to. */
  readonly exportability?: 'E' | 'N' | 'S';
  /** `!`: version of the key block it shall go out in. */
  readonly version?: 'A' | 'B' | 'C' | 'D';
}

/** Options a command knows besides the LMK id. */
export type OptionMarks = '#' | '&#' | '&!#';

/**
 * Reads `%` LMK id and the options of the command, and the end of the message.
 * @param scheme of the key under the LMK: must be one of the LMK that `%` names, else 26
 */
export function readOptions(fields: HostFields, scheme: string, marks: OptionMarks): KeyOptions {
  readLmkId(fields, scheme);
  const takes = (mark: string) => marks.includes(mark) && fields.take(mark);
  const exportability = takes('&') ? (fields.matching(1, /^[ENS]$/) as 'E' | 'N' | 'S') : undefined;
  const version = takes('!') ? (fields.matching(1, /^[ABCD]$/) as 'A' | 'B' | 'C' | 'D') : undefined;
  const attributes = takes('#') ? readAttributes(fields) : undefined;
  fields.end();
  return {
    ...(attributes ? { attributes } : {}),
    ...(exportability ? { exportability } : {}),
    ...(version ? { version } : {}),
  };
}

/** `%` LMK id, when it is there: 13 when there is no such LMK, 26 when the scheme belongs to the other one. */
export function readLmkId(fields: HostFields, scheme: string): void {
  if (!fields.take('%')) return;
  const id = fields.digits(2);
  if (id !== LMK_IDS.variant && id !== LMK_IDS.block) throw new HostRefused('13');
  if ((id === LMK_IDS.block) !== (scheme === 'S')) throw new HostRefused('26');
}

function readAttributes(fields: HostFields): StatedAttributes {
  const usage = fields.matching(2, /^[0-9A-Z]{2}$/);
  const algorithm = fields.text(2);
  const length = LENGTHS[algorithm];
  const mode = fields.matching(1, /^[A-Z]$/);
  const keyVersion = fields.matching(2, /^([0-9A-Z]{2}|c[1-9])$/);
  const exportability = fields.matching(1, /^[ENS]$/) as 'E' | 'N' | 'S';
  const optional = readOptionalBlocks(fields);
  if (length === undefined || !isUsage(usage, mode)) throw new HostRefused('15');
  const letter = algorithm.charAt(0) as HostAlgorithm;
  return { usage, algorithm: letter, length, mode, keyVersion, exportability, optional };
}

/** Number 2 ‖ optional blocks. */
export function readOptionalBlocks(fields: HostFields): OptionalBlock[] {
  return Array.from({ length: Number(fields.digits(2)) }, () => readOptional(fields));
}

function readOptional(fields: HostFields): OptionalBlock {
  const start = fields.matching(4, /^[0-9A-Z]{2}[0-9A-F]{2}$/);
  const length = Number.parseInt(start.slice(2), 16);
  // The long form serves blocks of more than 251 characters, which no command needs to state.
  if (length < 4) throw new HostRefused('15');
  const parsed = parseOptional(start + fields.text(length - 4), 0);
  if (!parsed) throw new HostRefused('15');
  return { id: parsed.id, data: parsed.data };
}

/**
 * The type a command states: FFF leaves it to the key block and is none. Refuses with 04 for unknown types and for FFF
 * with a variant scheme.
 */
export function statedType(code: string, scheme: string): KeyType | undefined {
  if (code !== BLOCK_TYPE) return keyType(code);
  if (scheme !== 'S') throw new HostRefused('04');
  return undefined;
}

/**
 * The attributes a key block of this type gets: those stated, or the type's own; exportable in key blocks. Refuses with
 * 15 when neither says them, 28 when the stated usage is none of the type.
 */
export function blockAttributes(type: KeyType | undefined, stated: StatedAttributes | undefined): HostAttributes {
  if (stated) {
    if (type && !type.usages.includes(stated.usage)) throw new HostRefused('28');
    const { usage, mode, keyVersion, exportability, optional } = stated;
    return { usage, mode, keyVersion, exportability, optional };
  }
  if (!type?.attributes) throw new HostRefused('15');
  return { ...type.attributes, keyVersion: '00', exportability: 'E', optional: [] };
}
