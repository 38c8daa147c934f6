import { decipherBlocks, encipherBlocks, type BlockCipher } from '../cipher/block-cipher.ts';
import { desCipher } from './tr31-ciphers.ts';

/** XORed into the first byte of the left LMK half for variants 1–9; variant 0 leaves it. */
const VARIANTS = [0x00, 0xa6, 0x5a, 0x6a, 0xde, 0x2b, 0x50, 0x74, 0x9c, 0xfa];

/**
 * XORed into the first byte of the right half of the enciphering key, one value per 8 bytes of the enciphered key, so
 * that parts cannot change places.
 */
const PART_VARIANTS = { 1: [0x00], 2: [0xa6, 0x5a], 3: [0x6a, 0xde, 0x2b] } as const;

/**
 * How a DES key is written: none or Z single length; U double, T triple with part variants; X double, Y triple in
 * plain ECB (domain.md D.2).
 */
export type VariantScheme = 'Z' | 'U' | 'X' | 'T' | 'Y';

/** Length of the key in units of 8 bytes, and whether its parts are enciphered under part variants. */
export const variantSchemes: Readonly<Record<VariantScheme, { parts: 1 | 2 | 3; variant: boolean }>> = {
  Z: { parts: 1, variant: false },
  U: { parts: 2, variant: true },
  X: { parts: 2, variant: false },
  T: { parts: 3, variant: true },
  Y: { parts: 3, variant: false },
};

export function isVariantScheme(text: string): text is VariantScheme {
  return Object.hasOwn(variantSchemes, text);
}

/** A double-length key changed by a key type variant in its left and a part variant in its right half. */
export function varied(key: Uint8Array, variant: number, part: number): Buffer {
  const changed = Buffer.from(key);
  changed[0] = (changed[0] as number) ^ (VARIANTS[variant] ?? 0);
  changed[8] = (changed[8] as number) ^ part;
  return changed;
}

/**
 * Enciphers keys under one double-length key by scheme: a key type variant of an LMK pair, or a transport key
 * (variant 0). Key schedules are kept.
 */
export class SchemeCipher {
  readonly #key: Buffer;
  readonly #variant: number;
  readonly #ciphers = new Map<number, BlockCipher>();

  constructor(key: Uint8Array, variant = 0) {
    this.#key = Buffer.from(key);
    this.#variant = variant;
  }

  /** Whether the scheme can be used: part variants need a double-length key above. */
  takes(scheme: VariantScheme): boolean {
    return !variantSchemes[scheme].variant || this.#key.length === 16;
  }

  encipher(scheme: VariantScheme, key: Uint8Array): Buffer {
    return this.#run(scheme, key, encipherBlocks);
  }

  decipher(scheme: VariantScheme, key: Uint8Array): Buffer {
    return this.#run(scheme, key, decipherBlocks);
  }

  #run(scheme: VariantScheme, key: Uint8Array, blocks: (cipher: BlockCipher, data: Uint8Array) => Buffer): Buffer {
    const { parts, variant } = variantSchemes[scheme];
    if (key.length !== parts * 8) throw new RangeError(`scheme ${scheme} holds ${parts * 8} bytes`);
    if (!variant) return blocks(this.#cipher(0), key);
    const masks = PART_VARIANTS[parts];
    return Buffer.concat(masks.map((mask, part) => blocks(this.#cipher(mask), key.subarray(8 * part, 8 * part + 8))));
  }

  #cipher(part: number): BlockCipher {
    const known = this.#ciphers.get(part);
    if (known) return known;
    const changed = part === 0 && this.#variant === 0 ? this.#key : varied(this.#key, this.#variant, part);
    const cipher = desCipher(changed);
    this.#ciphers.set(part, cipher);
    return cipher;
  }
}
