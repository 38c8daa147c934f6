import { HsmStartFailed } from '../errors.ts';
import type { LmkSource } from '../keys/local-master-key.ts';
import { KeyStore } from '../store/key-store.ts';
import { verifyAuditChain } from './audit-log.ts';

/**
 * Proves or disproves the audit log of an HSM store: every entry unchanged, none missing up to the last change of
 * keys. Needs the LMK; the HSM may be running. Throws HsmStartFailed when the store cannot be opened.
 */
export function verifyAuditLog(
  directory: string,
  lmk: LmkSource,
): { ok: true; entries: number } | { ok: false; entry: number; reason: string } {
  if (!KeyStore.exists(directory)) throw new HsmStartFailed(`there is no key store in ${directory}`);
  const store = KeyStore.open(directory, lmk);
  return verifyAuditChain(directory, store.lmk, store.content.auditAnchor);
}
