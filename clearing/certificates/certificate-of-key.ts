import type { HsmClient } from '@citycard/hsm-sim';
import forge from 'node-forge';
import { type CertificateKind, makeCertificate } from './certificate.ts';
import { readRequest } from './request.ts';

interface Asked {
  readonly kind: CertificateKind;
  readonly cn: string;
  /** The CA's key in the HSM; without `caPem` the CA certifies itself. */
  readonly caKeyName: string;
  readonly caPem?: string;
  readonly validMs: number;
}

/**
 * A certificate (PEM) of a key of an HSM by a CA whose key is in the same HSM, valid from a few minutes ago. Nothing is
 * recorded: this is for authorities that live as long as a test.
 *
 * @throws HsmUnavailable, HsmRefused
 */
export async function certificateOfKey(
  hsm: Pick<HsmClient, 'sign' | 'publicKey'>,
  asked: Asked & { readonly keyName: string },
): Promise<string> {
  return certificateOf(hsm, asked, await hsm.publicKey(asked.keyName));
}

/**
 * As {@link certificateOfKey}, of the key of a request that names nobody or the name asked for.
 *
 * @throws CityCardError `certificates.csr-unreadable`, `.csr-unsigned`, `.key-not-allowed`, `.cn-differs`; HsmUnavailable, HsmRefused
 */
export async function certificateOfRequest(
  hsm: Pick<HsmClient, 'sign'>,
  asked: Asked & { readonly csrPem: string },
): Promise<string> {
  return certificateOf(hsm, asked, readRequest(asked.csrPem, asked.cn));
}

async function certificateOf(
  hsm: Pick<HsmClient, 'sign'>,
  { kind, cn, caKeyName, caPem, validMs }: Asked,
  publicKeySpki: Buffer,
): Promise<string> {
  const now = Date.now();
  const { pem } = await makeCertificate(hsm, caKeyName, {
    kind,
    cn,
    publicKeySpki,
    notBefore: new Date(now - CLOCKS_DIFFER_MS),
    notAfter: new Date(now + validMs),
    ...(caPem === undefined ? {} : { issuer: forge.pki.certificateFromPem(caPem) }),
  });
  return pem;
}

/** The clock of who reads it may be behind. */
const CLOCKS_DIFFER_MS = 5 * 60_000;
