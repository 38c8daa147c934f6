import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { HsmStartFailed } from '../errors.ts';

export const NONCE_BYTES = 16;
export const PROOF_BYTES = 32;
const LEAST_SECRET_BYTES = 16;

export type Side = 'device' | 'caller';

/** What a side shows to know the secret: HMAC-SHA-256 over its role and both nonces, its own last. */
export function proofOf(secret: Buffer, side: Side, others: Buffer, own: Buffer): Buffer {
  return createHmac('sha256', secret).update(`hsm ${side}`).update(others).update(own).digest();
}

export function isProof(shown: Buffer, expected: Buffer): boolean {
  return shown.length === expected.length && timingSafeEqual(shown, expected);
}

export function newNonce(): Buffer {
  return randomBytes(NONCE_BYTES);
}

/**
 * The secret that callers of an HSM share with it: the bytes of a file that only its owner may read.
 *
 * @throws HsmStartFailed when the file cannot be read, is too short, or may be read by others
 */
export function readCallerSecret(file: string): Buffer {
  try {
    const secret = readFileSync(file);
    if (secret.length < LEAST_SECRET_BYTES)
      throw new Error(`it has ${secret.length} bytes, at least ${LEAST_SECRET_BYTES} are needed`);
    if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0)
      throw new Error('others may read it; take that right away (chmod 600)');
    return secret;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new HsmStartFailed(`the caller secret ${file} cannot be used: ${reason}`, { cause: error });
  }
}
