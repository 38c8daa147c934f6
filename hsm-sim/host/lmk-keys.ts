import { encipherBlocks } from '../cipher/block-cipher.ts';
import type { LocalMasterKey } from '../keys/local-master-key.ts';
import { desCipher } from '../keys/tr31-ciphers.ts';
import { parseHeader } from '../keys/tr31-header.ts';
import { unwrapTr31, wrapTr31 } from '../keys/tr31.ts';
import { hostLmk, type HostLmk } from '../keys/variant-lmk-pairs.ts';
import { SchemeCipher, variantSchemes, type VariantScheme } from '../keys/variant-lmk.ts';
import { HostRefused } from './errors.ts';
import type { KeyText } from './host-fields.ts';
import {
  hasOddParity,
  isComponent,
  isWeakKey,
  type HostAlgorithm,
  type HostAttributes,
  type HostKey,
} from './host-key.ts';
import { isUsage, type KeyType } from './key-types.ts';

/** Opened keys kept, so that a working key is not deciphered for every message; the oldest leaves first. */
const MAX_OPEN_KEYS = 10_000;

/** What a command wants of a key: usages and modes a key block must have; what a key of a type may do is its type's. */
export interface KeyRole {
  readonly usages: readonly string[];
  /** Letters of the modes that will do. */
  readonly modes: string;
}

/** A key that came in a key block. */
type BlockKey = HostKey & { readonly attributes: HostAttributes };

/** Opens and closes keys under the LMK: variant schemes under a pair, scheme S as version D blocks. */
export class LmkKeys {
  readonly #lmk: HostLmk;
  readonly #ciphers = new Map<string, SchemeCipher>();
  readonly #blocks = new Map<string, BlockKey>();
  readonly #variants = new Map<string, HostKey>();
  readonly #sound = new WeakSet<HostKey>();

  constructor(lmk: HostLmk) {
    this.#lmk = lmk;
  }

  /**
   * The key a command names. Refuses with `parity` (10 or 11) when a variant key is not sound (`openSound`), 13 when a
   * block does not open, 28 when the block is not for the role.
   */
  open(text: KeyText, type: KeyType, role: KeyRole, parity: '10' | '11'): HostKey {
    if (text.kind === 'variant') return this.openSound(text, type, parity);
    const key = this.openBlock(text);
    const { usage, mode, keyVersion } = key.attributes;
    if (isComponent(keyVersion) || !role.usages.includes(usage) || !role.modes.includes(mode))
      throw new HostRefused('28');
    return key;
  }

  /**
   * A key under the variant LMK. Refuses with `parity` when it has wrong parity, which is what a key of another type or
   * LMK shows, or equal or weak parts: under X and Y somebody may have written one part twice.
   */
  openSound(text: KeyText & { kind: 'variant' }, type: KeyType, parity: '10' | '11'): HostKey {
    const key = this.openVariant(text.scheme, text.bytes, type, parity);
    if (this.#sound.has(key)) return key;
    if (isWeakKey(key)) throw new HostRefused(parity);
    this.#sound.add(key);
    return key;
  }

  /** A key or component under the variant LMK, of odd parity, else `parity`. */
  openVariant(scheme: VariantScheme, bytes: Buffer, type: KeyType, parity: '10' | '11'): HostKey {
    const name = `${type.code}${scheme}${bytes.toString('latin1')}`;
    const known = this.#variants.get(name);
    if (known) return known;
    const key = this.#cipher(type).decipher(scheme, bytes);
    if (!hasOddParity(key)) throw new HostRefused(parity);
    return keep(this.#variants, name, { bytes: key, algorithm: key.length === 8 ? 'D' : 'T' });
  }

  /** Any key block of scheme S, whatever it is for. */
  openBlock(text: KeyText & { kind: 'block' }): BlockKey {
    if (text.scheme !== 'S') throw new HostRefused('26');
    const known = this.#blocks.get(text.block);
    if (known) return known;
    if (!parseHeader(text.block)) throw new HostRefused('15');
    const opened = unwrapTr31(this.#lmk.block, text.block);
    if (!opened) throw new HostRefused('13');
    return keep(this.#blocks, text.block, blockKey(opened.key, opened.header.algorithm, opened.header));
  }

  /** The key under the pair and variant of its type, with the scheme letter (none for Z). Refuses with 27, 26. */
  closeVariant(scheme: VariantScheme, type: KeyType, key: HostKey): string {
    if (key.algorithm === 'A' || variantSchemes[scheme].parts * 8 !== key.bytes.length) throw new HostRefused('27');
    return variantText(scheme, this.#cipher(type).encipher(scheme, key.bytes));
  }

  closeBlock(key: HostKey, attributes: HostAttributes): string {
    return `S${wrapTr31(this.#lmk.block, { version: 'D', algorithm: key.algorithm, ...attributes }, key.bytes)}`;
  }

  #cipher(type: KeyType): SchemeCipher {
    const known = this.#ciphers.get(type.code);
    if (known) return known;
    const cipher = new SchemeCipher(this.#lmk.pairs[type.pair] as Buffer, type.variant);
    this.#ciphers.set(type.code, cipher);
    return cipher;
  }
}

function keep<K extends HostKey>(kept: Map<string, K>, name: string, key: K): K {
  if (kept.size >= MAX_OPEN_KEYS) kept.delete(kept.keys().next().value ?? '');
  kept.set(name, key);
  return key;
}

const opened = new WeakMap<LocalMasterKey, LmkKeys>();

/** The keys under one local master key; made once. */
export function lmkKeys(lmk: LocalMasterKey): LmkKeys {
  const known = opened.get(lmk);
  if (known) return known;
  const keys = new LmkKeys(hostLmk(lmk));
  opened.set(lmk, keys);
  return keys;
}

export function variantText(scheme: VariantScheme, bytes: Buffer): string {
  return (scheme === 'Z' ? '' : scheme) + bytes.toString('hex').toUpperCase();
}

/** 16 hexadecimal digits that tell variant LMKs apart: zeros under the XOR of all pairs. */
export function lmkCheckValue(lmk: LocalMasterKey): string {
  const folded = Buffer.alloc(16);
  for (const pair of hostLmk(lmk).pairs)
    pair.forEach((byte, index) => (folded[index] = (folded[index] as number) ^ byte));
  return encipherBlocks(desCipher(folded), Buffer.alloc(8)).toString('hex').toUpperCase();
}

/**
 * The key of an opened block. Refuses with 15 when header and key do not fit each other: an algorithm or length we do
 * not have, or a usage or mode that X9.143 does not know.
 */
export function blockKey(bytes: Buffer, algorithm: string, attributes: HostAttributes): BlockKey {
  const fits = isAlgorithm(algorithm) && KEY_LENGTHS[algorithm].includes(bytes.length);
  if (!fits || !isUsage(attributes.usage, attributes.mode)) throw new HostRefused('15');
  const { usage, mode, keyVersion, exportability, optional } = attributes;
  // Some write a single-length key as T; what it is decides, not its letter.
  const actual = algorithm === 'T' && bytes.length === 8 ? 'D' : algorithm;
  return { bytes, algorithm: actual, attributes: { usage, mode, keyVersion, exportability, optional } };
}

const KEY_LENGTHS: Readonly<Record<HostAlgorithm, readonly number[]>> = { D: [8], T: [8, 16, 24], A: [16, 24, 32] };

function isAlgorithm(text: string): text is HostAlgorithm {
  return Object.hasOwn(KEY_LENGTHS, text);
}
