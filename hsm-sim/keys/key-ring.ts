import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { BlockCipher } from '../cipher/block-cipher.ts';
import { CommandRefused } from '../errors.ts';
import { cipherFor, deriveLevel, FACTOR_LENGTH } from '../purse/card-key.ts';
import { isStoreName } from '../store/store-name.ts';
import type { KeyStore } from '../store/key-store.ts';
import { checkValue } from './check-value.ts';
import {
  algorithmCodes,
  algorithmOfCode,
  isCardAlgorithm,
  type CardAlgorithm,
  type KeyAlgorithm,
} from './key-algorithm.ts';
import { closeKeyBlock, openKeyBlock } from './key-block.ts';
import { keyUsages, usageAllows, usageOfCode, usualLevels, type KeyUsage } from './key-usage.ts';

/** Opened key blocks kept, so that a terminal's MAK is not deciphered for every message; the oldest leaves first. */
const MAX_OPEN_BLOCKS = 20_000;
/** Upper levels of diversification kept per root: one per city met. */
const MAX_UPPER_LEVELS = 512;

export interface KeyAttributes {
  readonly usage: KeyUsage;
  readonly algorithm: KeyAlgorithm;
  readonly exportable: boolean;
  /** Derivation factors the key must be used with; absent in blocks made before keys were bound to it: the usual number. */
  readonly levels?: number;
}

/** A symmetric key in clear, inside the HSM only. */
export class OpenKey {
  readonly usage: KeyUsage;
  readonly algorithm: CardAlgorithm;
  readonly exportable: boolean;
  readonly levels: number;
  readonly bytes: Buffer;
  readonly cipher: BlockCipher;
  readonly kcv: string;
  readonly #upperLevels = new Map<string, BlockCipher>();
  /** The upper level asked for last: one city after the other the same. */
  #lastUpper: { readonly factors: Buffer; readonly cipher: BlockCipher } | undefined;

  constructor(attributes: KeyAttributes & { readonly algorithm: CardAlgorithm }, bytes: Buffer) {
    this.usage = attributes.usage;
    this.algorithm = attributes.algorithm;
    this.exportable = attributes.exportable;
    this.levels = attributes.levels ?? usualLevels(attributes.usage);
    this.bytes = bytes;
    this.cipher = cipherFor(this.algorithm, bytes);
    this.kcv = checkValue(this.algorithm, bytes);
  }

  /**
   * The key below this one along whole factors of 8 bytes in `factors`; the key itself when it is bound to none. Refuses
   * with 35 another number of factors than the key is bound to: a city key used as a card key would encipher what a
   * caller likes, the factor of a card among it, and so give card keys away.
   */
  derive(factors: Buffer): Buffer {
    this.#requireLevels(factors);
    if (factors.length === 0) return this.bytes;
    return deriveLevel(this.#upper(factors), factors.subarray(factors.length - FACTOR_LENGTH));
  }

  /**
   * The cipher of the level above the factor that stands at `last` in a message, the factors above it from `first` on. The
   * caller has seen that their number is the key's.
   */
  parentAt(message: Buffer, first: number, last: number): BlockCipher {
    if (first === last) return this.cipher;
    const known = this.#lastUpper;
    if (known && isAt(message, first, known.factors)) return known.cipher;
    const factors = Buffer.from(message.subarray(first, last));
    const cipher = this.#upper(Buffer.concat([factors, NO_FACTOR]));
    this.#lastUpper = { factors, cipher };
    return cipher;
  }

  #requireLevels(factors: Buffer): void {
    if (factors.length !== this.levels * FACTOR_LENGTH) throw new CommandRefused('35');
  }

  /** Remembered: all cards of a city share it. */
  #upper(factors: Buffer): BlockCipher {
    const upper = factors.length - FACTOR_LENGTH;
    if (upper <= 0) return this.cipher;
    const path = factors.toString('latin1', 0, upper);
    const known = this.#upperLevels.get(path);
    if (known) return known;
    let cipher = this.cipher;
    for (let at = 0; at < upper; at += FACTOR_LENGTH)
      cipher = cipherFor(this.algorithm, deriveLevel(cipher, factors.subarray(at, at + FACTOR_LENGTH)));
    if (this.#upperLevels.size >= MAX_UPPER_LEVELS) this.#upperLevels.clear();
    this.#upperLevels.set(path, cipher);
    return cipher;
  }
}

const NO_FACTOR = Buffer.alloc(FACTOR_LENGTH);

function isAt(message: Buffer, at: number, bytes: Buffer): boolean {
  for (let i = 0; i < bytes.length; i++) if (message[at + i] !== bytes[i]) return false;
  return true;
}

/** A key for data, 32 bytes in clear, inside the HSM only. */
export interface OpenDataKey {
  readonly usage: KeyUsage;
  readonly algorithm: 'aes' | 'hmac';
  readonly exportable: boolean;
  readonly bytes: Buffer;
  readonly kcv: string;
}

export interface OpenKeyPair {
  readonly privateKey: KeyObject;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Buffer;
}

/** Resolves key references and holds opened keys. */
export class KeyRing {
  readonly #store: KeyStore;
  readonly #named = new Map<string, OpenKey | OpenDataKey>();
  readonly #blocks = new Map<string, OpenKey | OpenDataKey>();
  readonly #pairs = new Map<string, OpenKeyPair>();
  /** When keys of the store were last used, by reference, ms; since the start. */
  readonly #usedAt = new Map<string, number>();

  constructor(store: KeyStore) {
    this.#store = store;
  }

  /**
   * The key of a reference, when it may serve one of `usages` with `algorithm`.
   * Refuses with 26 reference, 12 unknown name, 13 altered block, 28 usage, 27 algorithm.
   */
  resolve(reference: string, usages: readonly KeyUsage[], algorithm?: CardAlgorithm): OpenKey {
    const key = this.#open(reference);
    if (!(key instanceof OpenKey) || !usages.includes(key.usage)) throw new CommandRefused('28');
    if (algorithm !== undefined && key.algorithm !== algorithm) throw new CommandRefused('27');
    this.noteUse(reference);
    return key;
  }

  /** The data key of a reference; refuses as `resolve` does. */
  resolveData(reference: string, usage: 'data-wrap' | 'blind-index'): OpenDataKey {
    const key = this.#open(reference);
    if (key instanceof OpenKey || key.usage !== usage) throw new CommandRefused('28');
    this.noteUse(reference);
    return key;
  }

  /** A key of the store, `name:…`, is being used. Blocks are their callers' and not listed. */
  noteUse(reference: string): void {
    if (reference.startsWith('name:')) this.#usedAt.set(reference, Date.now());
  }

  /** Whole seconds since 1970 of the last use since the HSM was started; 0 when there was none. */
  lastUse(name: string): number {
    return Math.floor((this.#usedAt.get(`name:${name}`) ?? 0) / 1000);
  }

  /** How the audit log names a reference: the name, or usage and check value of a block. */
  describe(reference: string): string {
    if (reference.startsWith('name:')) return isStoreName(reference.slice(5)) ? reference : 'name:?';
    const key = this.#blocks.get(reference);
    return key ? `block:${key.usage}/${key.kcv}` : 'block:?';
  }

  /** Closes a symmetric or private key under the LMK. A label ties it to its name in the store. */
  close(attributes: KeyAttributes, bytes: Uint8Array, label?: string): string {
    const { code, mode } = keyUsages[attributes.usage];
    const header = {
      usage: code,
      algorithm: algorithmCodes[attributes.algorithm],
      mode,
      exportability: attributes.exportable ? 'E' : 'N',
      levels: attributes.levels ?? usualLevels(attributes.usage),
    };
    return closeKeyBlock(this.#store.lmk.blockProtection, label === undefined ? header : { ...header, label }, bytes);
  }

  /** Opens a block of the store; refuses with 13 unless it is sound and labelled. */
  openLabelled(block: string): { attributes: KeyAttributes; bytes: Buffer; label: string } {
    const { label, ...opened } = this.#openBlock(block);
    if (label === undefined) throw new CommandRefused('13');
    return { ...opened, label };
  }

  /** Attributes and bytes of a stored key, RSA keys included; refuses with 12. */
  stored(name: string): { attributes: KeyAttributes; bytes: Buffer } {
    const entry = this.#store.content.keys.find((key) => key.name === name);
    if (!entry) throw new CommandRefused('12');
    const opened = this.openLabelled(entry.block);
    if (opened.label !== name) throw new CommandRefused('13');
    return opened;
  }

  /** Stores a key under a new name; refuses with 30 when the name is taken. Other content is replaced along with it. */
  add(
    name: string,
    attributes: KeyAttributes,
    bytes: Uint8Array,
    along: Parameters<KeyStore['replace']>[0] = {},
  ): void {
    const { keys } = this.#store.content;
    if (keys.some((key) => key.name === name)) throw new CommandRefused('30');
    this.#store.replace({ ...along, keys: [...keys, { name, block: this.close(attributes, bytes, name) }] });
  }

  /** The RSA key pair of a name; refuses with 12 unknown, 28 not an RSA key. */
  keyPair(name: string): OpenKeyPair {
    const known = this.#pairs.get(name);
    if (known) return known;
    const { attributes, bytes } = this.stored(name);
    if (attributes.algorithm !== 'rsa') throw new CommandRefused('28');
    const privateKey = createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8' });
    const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
    this.#pairs.set(name, { privateKey, spki });
    return { privateKey, spki };
  }

  /** Attributes and check value of a stored key; for RSA the first 3 bytes of SHA-256 over the public key. */
  listed(name: string): KeyAttributes & { readonly levels: number; readonly kcv: string } {
    const { usage, algorithm, exportable, levels = usualLevels(usage) } = this.#attributesOf(name);
    const kcv =
      algorithm === 'rsa'
        ? createHash('sha256').update(this.keyPair(name).spki).digest('hex').slice(0, 6).toUpperCase()
        : this.#open(`name:${name}`).kcv;
    return { usage, algorithm, exportable, levels, kcv };
  }

  #attributesOf(name: string): KeyAttributes {
    return this.#named.get(`name:${name}`) ?? this.stored(name).attributes;
  }

  #open(reference: string): OpenKey | OpenDataKey {
    const known = this.#named.get(reference) ?? this.#blocks.get(reference);
    if (known) return known;
    if (reference.startsWith('name:')) {
      const { attributes, bytes } = this.stored(reference.slice(5));
      const key = secretKey(attributes, bytes);
      this.#named.set(reference, key);
      return key;
    }
    if (!reference.startsWith('block:')) throw new CommandRefused('26');
    const { attributes, bytes, label } = this.#openBlock(reference.slice(6));
    // A labelled block belongs in the store, under its name.
    if (label !== undefined) throw new CommandRefused('13');
    const key = secretKey(attributes, bytes);
    if (this.#blocks.size >= MAX_OPEN_BLOCKS) {
      const oldest = this.#blocks.keys().next();
      if (oldest.done !== true) this.#blocks.delete(oldest.value);
    }
    this.#blocks.set(reference, key);
    return key;
  }

  #openBlock(block: string): { attributes: KeyAttributes; bytes: Buffer; label: string | undefined } {
    const opened = openKeyBlock(this.#store.lmk.blockProtection, block);
    if (!opened) throw new CommandRefused('13');
    const { header, key } = opened;
    const usage = usageOfCode(header.usage);
    const algorithm = algorithmOfCode(header.algorithm);
    if (usage === undefined || algorithm === undefined || !allows(usage, algorithm)) throw new CommandRefused('13');
    if (header.mode !== keyUsages[usage].mode) throw new CommandRefused('13');
    return {
      attributes: {
        usage,
        algorithm,
        exportable: header.exportability === 'E',
        levels: header.levels ?? usualLevels(usage),
      },
      bytes: key,
      label: header.label,
    };
  }
}

/** Components of a key carry its algorithm; every other usage has its own. */
function allows(usage: KeyUsage, algorithm: KeyAlgorithm): boolean {
  return usage === 'component' ? algorithm !== 'rsa' : usageAllows(usage, algorithm);
}

function secretKey(attributes: KeyAttributes, bytes: Buffer): OpenKey | OpenDataKey {
  const { algorithm, usage, exportable } = attributes;
  if (algorithm === 'rsa') throw new CommandRefused('28');
  if (isCardAlgorithm(algorithm)) return new OpenKey({ ...attributes, algorithm }, bytes);
  return { usage, algorithm, exportable, bytes, kcv: checkValue(algorithm, bytes) };
}
