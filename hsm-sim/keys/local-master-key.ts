import { createHash, createHmac, scryptSync } from 'node:crypto';
import { aesCmac } from './aes-cmac.ts';

/** Where the LMK comes from: the published test value, or a passphrase that an operator enters at start. */
export type LmkSource = 'test' | { readonly passphrase: string };

/** Shorter passphrases could be tried out against a stolen store. */
export const MIN_PASSPHRASE_LENGTH = 12;

/** About 100 ms: paid once per start, and once per guess by whoever has the store. */
const SCRYPT = { N: 32768, r: 8, p: 1, maxmem: 64 * 1024 * 1024 } as const;

/** The local master key: everything the HSM keeps outside itself is under it. */
export interface LocalMasterKey {
  readonly isTest: boolean;
  /** Protects key blocks, AES-256. */
  readonly blockProtection: Buffer;
  /** First 3 bytes of the CMAC of zeros, hexadecimal: tells LMKs apart without telling the LMK. */
  readonly check: string;
  /** HMAC-SHA-256 under a key of its own for `purpose` (store seal, audit chain, PIN). */
  authenticate(purpose: string, data: Uint8Array | string): Buffer;
}

/** @param salt 16 bytes kept with the store; the test LMK does not use it */
export function localMasterKey(source: LmkSource, salt: Uint8Array): LocalMasterKey {
  const root =
    source === 'test'
      ? createHash('sha256').update('citycard hsm-sim published test LMK, no secret').digest()
      : scryptSync(source.passphrase, salt, 32, SCRYPT);
  const blockProtection = derive(root, 'key blocks');
  const purposeKeys = new Map<string, Buffer>();
  const purposeKey = (purpose: string) => {
    const key = purposeKeys.get(purpose) ?? derive(root, purpose);
    purposeKeys.set(purpose, key);
    return key;
  };
  return {
    isTest: source === 'test',
    blockProtection,
    check: aesCmac(blockProtection, Buffer.alloc(16)).toString('hex', 0, 3).toUpperCase(),
    authenticate: (purpose, data) => createHmac('sha256', purposeKey(purpose)).update(data).digest(),
  };
}

function derive(root: Uint8Array, purpose: string): Buffer {
  return createHmac('sha256', root).update(purpose).digest();
}
