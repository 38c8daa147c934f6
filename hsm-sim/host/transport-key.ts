import { variantSchemes, isVariantScheme, SchemeCipher, type VariantScheme } from '../keys/variant-lmk.ts';
import { withOddParity } from '../keys/key-strength.ts';
import { unwrapTr31, wrapTr31 } from '../keys/tr31.ts';
import { parseHeader } from '../keys/tr31-header.ts';
import { HostRefused } from './errors.ts';
import type { HostFields, KeyText } from './host-fields.ts';
import { hasOddParity, hostCheckValue, isWeakKey, type HostAttributes, type HostKey } from './host-key.ts';
import type { KeyOptions } from './key-attributes.ts';
import { keyType } from './key-types.ts';
import { blockKey, variantText, type KeyRole, type LmkKeys } from './lmk-keys.ts';

/** By flag: 0 a ZMK, 1 a TMK. */
const ROLES = {
  '0': { type: '000', usages: ['K0', 'K1', '52'] },
  '1': { type: '002', usages: ['K0', 'K1', '51'] },
} as const;

/** A key that keys travel under, and how the audit log names it. */
export interface TransportKey {
  readonly key: HostKey;
  readonly name: string;
}

/**
 * Reads a ZMK or TMK: optional `;` ‖ flag 1 (0 ZMK, 1 TMK), then the key. Without `;` the flag may stand directly
 * before a key with a scheme letter.
 * @param use wrap: keys go out under it; unwrap: keys come in
 */
export function readTransportKey(fields: HostFields, keys: LmkKeys, use: 'wrap' | 'unwrap'): TransportKey {
  const flag = readFlag(fields);
  const { type, usages } = ROLES[flag];
  const role: KeyRole = { usages, modes: use === 'wrap' ? 'BEN' : 'BDN' };
  const key = keys.open(fields.key(), keyType(type), role, '10');
  return { key, name: `${flag === '0' ? 'ZMK' : 'TMK'} ${hostCheckValue(key, 6)}` };
}

function readFlag(fields: HostFields): '0' | '1' {
  if (fields.take(';')) return fields.matching(1, /^[01]$/) as '0' | '1';
  return fields.flagBeforeKey() ?? '0';
}

/**
 * A key under a transport key, by scheme: Z, U, X, T, Y as X9.17 has them, or R, a TR-31 block. Refuses with 29 when
 * the key must not go out, or not in this form; 26, 27 when scheme, key and transport key do not fit.
 */
export function exportKey(
  transport: HostKey,
  scheme: string,
  key: HostKey,
  attributes: HostAttributes | undefined,
  options: KeyOptions,
): string {
  if (scheme === 'R' && attributes) return exportBlock(transport, key, attributes, options);
  if (options.version || options.exportability || !isVariantScheme(scheme)) throw new HostRefused('26');
  // Without a key block nothing keeps the key to its use: only a key marked S, or one that never had a block, may go.
  if (key.attributes && key.attributes.exportability !== 'S') throw new HostRefused('29');
  return variantText(scheme, schemeCipher(transport, scheme, key).encipher(scheme, key.bytes));
}

function exportBlock(transport: HostKey, key: HostKey, attributes: HostAttributes, options: KeyOptions): string {
  if (key.attributes?.exportability === 'N') throw new HostRefused('29');
  const version = options.version ?? (transport.algorithm === 'A' ? 'D' : 'B');
  if ((version === 'D') !== (transport.algorithm === 'A')) throw new HostRefused('27');
  mustCarry(transport, key);
  const exportability = narrowed(attributes.exportability, options.exportability);
  return `R${wrapTr31(transport.bytes, { ...attributes, version, algorithm: key.algorithm, exportability }, key.bytes)}`;
}

/** A key may lose freedom on its way, never gain any: 29. */
export function narrowed(now: 'E' | 'N' | 'S', wanted: 'E' | 'N' | 'S' | undefined): 'E' | 'N' | 'S' {
  if (wanted === undefined || wanted === now) return now;
  const order = { N: 0, E: 1, S: 2 };
  if (order[wanted] > order[now]) throw new HostRefused('29');
  return wanted;
}

/**
 * The key of a text under a transport key. Refuses with 11 for wrong parity, equal or weak parts; 01 for a TR-31 block
 * whose MAC is wrong; 15 for one that is malformed; 26, 27 when scheme, key and transport key do not fit.
 */
export function importKey(transport: HostKey, text: KeyText): HostKey {
  const key = text.kind === 'block' ? importBlock(transport, text) : importVariant(transport, text);
  if (isWeakKey(key)) throw new HostRefused('11');
  return key;
}

function importVariant(transport: HostKey, text: KeyText & { kind: 'variant' }): HostKey {
  const length = variantSchemes[text.scheme].parts * 8;
  const algorithm = length === 8 ? 'D' : 'T';
  const holder = { bytes: text.bytes, algorithm } as const;
  const bytes = schemeCipher(transport, text.scheme, holder).decipher(text.scheme, text.bytes);
  if (!hasOddParity(bytes)) throw new HostRefused('11');
  return { bytes, algorithm };
}

function importBlock(transport: HostKey, text: KeyText & { kind: 'block' }): HostKey {
  if (text.scheme !== 'R') throw new HostRefused('26');
  const parsed = parseHeader(text.block);
  if (!parsed) throw new HostRefused('15');
  if ((parsed.header.version === 'D') !== (transport.algorithm === 'A')) throw new HostRefused('27');
  if (transport.bytes.length === 8) throw new HostRefused('27');
  const opened = unwrapTr31(transport.bytes, text.block);
  if (!opened) throw new HostRefused('01');
  const key = blockKey(opened.key, opened.header.algorithm, opened.header);
  mustCarry(transport, key);
  // The MAC vouches for the key; other makers do not all set parity, which DES ignores.
  return key.algorithm === 'A' ? key : { ...key, bytes: withOddParity(key.bytes) };
}

function schemeCipher(transport: HostKey, scheme: VariantScheme, key: HostKey): SchemeCipher {
  if (transport.algorithm === 'A') throw new HostRefused('26');
  if (key.algorithm === 'A' || variantSchemes[scheme].parts * 8 !== key.bytes.length) throw new HostRefused('27');
  mustCarry(transport, key);
  const cipher = new SchemeCipher(transport.bytes);
  if (!cipher.takes(scheme)) throw new HostRefused('27');
  return cipher;
}

/** A single-length key carries no longer one, a DES key no AES key: the chain would be as weak as its upper link. */
function mustCarry(transport: HostKey, key: HostKey): void {
  if (transport.algorithm === 'A') return;
  if (key.algorithm === 'A' || (transport.bytes.length === 8 && key.bytes.length > 8)) throw new HostRefused('27');
}
