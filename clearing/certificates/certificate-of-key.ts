import type { HsmClient } from '@citycard/hsm-sim';
import forge from 'node-forge';
import { type CertificateKind, makeCertificate } from './certificate.ts';

/**
 * A certificate (PEM) of a key of an HSM by a CA whose key is in the same HSM, valid from a few minutes ago. Without
 * `caPem` the CA certifies itself. Nothing is recorded: this is for authorities that live as long as a test.
 *
 * @throws HsmUnavailable, HsmRefused
 */
export async function certificateOfKey(
  hsm: Pick<HsmClient, 'sign' | 'publicKey'>,
  asked: { keyName: string; kind: CertificateKind; cn: string; caKeyName: string; caPem?: string; validMs: number },
): Promise<string> {
  const { keyName, kind, cn, caKeyName, caPem, validMs } = asked;
  const now = Date.now();
  const { pem } = await makeCertificate(hsm, caKeyName, {
    kind,
    cn,
    publicKeySpki: await hsm.publicKey(keyName),
    notBefore: new Date(now - CLOCKS_DIFFER_MS),
    notAfter: new Date(now + validMs),
    ...(caPem === undefined ? {} : { issuer: forge.pki.certificateFromPem(caPem) }),
  });
  return pem;
}

/** The clock of who reads it may be behind. */
const CLOCKS_DIFFER_MS = 5 * 60_000;
