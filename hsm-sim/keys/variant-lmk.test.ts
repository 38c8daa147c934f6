import { createDecipheriv, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isRefusedKey, withOddParity } from './key-strength.ts';
import { localMasterKey } from './local-master-key.ts';
import { hostLmk } from './variant-lmk-pairs.ts';
import { SchemeCipher, varied, variantSchemes, type VariantScheme } from './variant-lmk.ts';

interface Vector {
  readonly id: string;
  readonly [field: string]: string | readonly string[];
}
const { vectors } = JSON.parse(readFileSync(new URL('../../test/vectors.json', import.meta.url), 'utf8')) as {
  vectors: Vector[];
};
const vector = (id: string) => vectors.find((candidate) => candidate.id === id)!;
const hex = (text: unknown) => Buffer.from(String(text), 'hex');
const salt = Buffer.alloc(16, 7);
const test = hostLmk(localMasterKey('test', salt));
/** Pair of the last two digits of a key type. */
const PLACES = { '01': 3, '02': 7 } as const;

describe('variant LMK', () => {
  it('the test LMK has the published pairs', () => {
    expect(test.pairs).toEqual((vector('THALES-LMK')['pairs'] as readonly string[]).map(hex));
  });

  it.each(['THALES-KEY-1', 'THALES-KEY-2', 'THALES-KEY-3'])('%s', (id) => {
    const { keyType, scheme, underLmk, clear } = vector(id);
    const place = PLACES[String(keyType).slice(1) as keyof typeof PLACES];
    const cipher = new SchemeCipher(test.pairs[place]!, Number(String(keyType)[0]));
    expect(cipher.decipher(scheme as VariantScheme, hex(underLmk))).toEqual(hex(clear));
    expect(cipher.encipher(scheme as VariantScheme, hex(clear))).toEqual(hex(underLmk));
  });

  it('parts and variants: each 8 bytes under a key of its own, by OpenSSL', () => {
    const open = (key: Buffer, part: Uint8Array) =>
      createDecipheriv('des-ede-ecb', key, null).setAutoPadding(false).update(part);
    const pair = randomBytes(16);
    const masks = { Z: [0], U: [0xa6, 0x5a], X: [0, 0], T: [0x6a, 0xde, 0x2b], Y: [0, 0, 0] } as const;
    const variants = [0, 0xa6, 0x5a, 0x6a, 0xde, 0x2b, 0x50, 0x74, 0x9c, 0xfa];
    for (const [variant, left] of variants.entries()) {
      for (const [scheme, parts] of Object.entries(masks) as [VariantScheme, readonly number[]][]) {
        const clear = randomBytes(8 * parts.length);
        const enciphered = new SchemeCipher(pair, variant).encipher(scheme, clear);
        const expected = parts.map((mask, part) => {
          const key = Buffer.from(pair);
          key[0]! ^= left;
          key[8]! ^= mask;
          return open(key, enciphered.subarray(8 * part, 8 * part + 8));
        });
        expect(Buffer.concat(expected)).toEqual(clear);
      }
    }
  });

  it('the same part twice shows under X, not under U', () => {
    const cipher = new SchemeCipher(randomBytes(16));
    const part = randomBytes(8);
    const twice = Buffer.concat([part, part]);
    const halves = (scheme: VariantScheme) => cipher.encipher(scheme, twice);
    expect(halves('X').subarray(0, 8)).toEqual(halves('X').subarray(8));
    expect(halves('U').subarray(0, 8)).not.toEqual(halves('U').subarray(8));
  });

  it('holds only what its scheme has room for', () => {
    const cipher = new SchemeCipher(randomBytes(16));
    for (const scheme of Object.keys(variantSchemes) as VariantScheme[])
      expect(() => cipher.encipher(scheme, randomBytes(7))).toThrow(RangeError);
    expect(new SchemeCipher(randomBytes(24)).takes('T')).toBe(false);
    expect(new SchemeCipher(randomBytes(24)).takes('Y')).toBe(true);
    expect(varied(Buffer.alloc(16), 4, 0x5a).toString('hex')).toBe('de000000000000005a00000000000000');
  });
});

describe('an LMK under a passphrase', () => {
  const own = hostLmk(localMasterKey({ passphrase: 'three words and more' }, salt));

  it('has 20 strong pairs of its own and its own block key', () => {
    expect(own.pairs).toHaveLength(20);
    expect(new Set(own.pairs.map((pair) => pair.toString('hex'))).size).toBe(20);
    expect(own.pairs.some((pair) => test.pairs.some((published) => published.equals(pair)))).toBe(false);
    for (const pair of own.pairs) {
      expect(isRefusedKey(pair)).toBe(false);
      expect(withOddParity(pair)).toEqual(pair);
    }
    expect(own.block).not.toEqual(test.block);
    expect(own.block).toHaveLength(32);
  });

  it('is the same again for the same passphrase and store, another for another store', () => {
    const again = hostLmk(localMasterKey({ passphrase: 'three words and more' }, salt));
    const other = hostLmk(localMasterKey({ passphrase: 'three words and more' }, Buffer.alloc(16, 8)));
    expect(again.pairs).toEqual(own.pairs);
    expect(other.pairs[0]).not.toEqual(own.pairs[0]);
  });
});
