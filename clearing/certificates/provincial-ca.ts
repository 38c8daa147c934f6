import { X509Certificate } from 'node:crypto';
import type { Database, Transaction } from '@citycard/common';
import { CITY_CA_KEY, type CertificateDeps, ensureRsaKey, findCa } from './city-ca.ts';
import { keyIdOfPem } from './certificate.ts';
import { certificateErrors } from './errors.ts';

/** As many authorities as may stand above a city: province, ministry, and a bridge between them. */
const MAX_CHAIN = 4;

/**
 * A request for a certificate of the city CA, to be signed by a provincial one: PEM, built and signed in the HSM over the
 * CA's own key, which is made when there is none (needs the HSM's authorised state then).
 */
export async function requestCaCertificate(hsm: CertificateDeps['hsm'], city: string): Promise<{ csrPem: string }> {
  await ensureRsaKey(hsm, CITY_CA_KEY, 'ca');
  const subject = { country: 'CN', organisation: 'Resident Card City CA', commonName: `City Card CA ${city}` };
  const request = await hsm.certificateRequest({ name: CITY_CA_KEY, subject });
  const lines = request.toString('base64').replaceAll(/.{64}(?=.)/g, '$&\n');
  return { csrPem: `-----BEGIN CERTIFICATE REQUEST-----\n${lines}\n-----END CERTIFICATE REQUEST-----\n` };
}

/**
 * Puts the certificate in force that the province has made of our request, with the certificates above it up to a root. It
 * must be of the CA's key in the HSM, allow signing certificates, be valid now, and chain up to the last one given, which
 * signs itself. A self-signed CA certificate is replaced only by one of the same name: what it has issued stays good.
 *
 * @param chainPem the CA's certificate first, then each issuer
 * @throws CityCardError `certificates.chain-not-good`
 */
export async function importCaCertificate(
  deps: CertificateDeps,
  chainPem: string,
): Promise<{ serial: string; notAfter: Date }> {
  const chain = readChain(chainPem);
  const [ca] = chain;
  if (ca === undefined) throw certificateErrors.chainNotGood({ reason: 'it holds no certificate' });
  const ours = await deps.hsm.publicKey(CITY_CA_KEY);
  if (!ca.publicKey.export({ type: 'spki', format: 'der' }).equals(ours))
    throw certificateErrors.chainNotGood({ reason: 'its first certificate is not of the CA key in our HSM' });
  const complaint = chainComplaint(chain, new Date());
  if (complaint !== undefined) throw certificateErrors.chainNotGood({ reason: complaint });
  const existing = await findCa(deps.db);
  if (existing !== undefined && new X509Certificate(existing.pem).subject !== ca.subject)
    throw certificateErrors.chainNotGood({ reason: 'it bears another name than the CA has issued certificates under' });
  const row = {
    serial: ca.serialNumber.toLowerCase(),
    cn: /^CN=(.*)$/m.exec(ca.subject)?.[1] ?? '',
    pem: chain.map((certificate) => certificate.toString()).join(''),
    notBefore: new Date(ca.validFrom),
    notAfter: new Date(ca.validTo),
  };
  await deps.db.query(
    `insert into clearing.certificate (serial, kind, cn, key_id, pem, not_before, not_after)
     values ($1, 'ca', $2, $3, $4, $5, $6)
     on conflict ((true)) where kind = 'ca' do update
       set serial = excluded.serial, pem = excluded.pem, not_before = excluded.not_before, not_after = excluded.not_after`,
    [row.serial, row.cn, keyIdOfPem(row.pem), row.pem, row.notBefore, row.notAfter],
  );
  return { serial: row.serial, notAfter: row.notAfter };
}

/** Why the CA's certificate, or one above it, is not good at a moment; undefined when all are. */
export async function caComplaint(db: Database | Transaction, at: Date): Promise<string | undefined> {
  const ca = await findCa(db);
  return ca === undefined ? 'there is no city CA' : chainComplaint(readChain(ca.pem), at);
}

function chainComplaint(chain: readonly X509Certificate[], at: Date): string | undefined {
  for (const [index, certificate] of chain.entries()) {
    const name = certificate.subject.replaceAll('\n', ', ');
    const issuer = chain[index + 1] ?? certificate;
    if (!certificate.ca) return `the certificate of "${name}" does not allow signing certificates`;
    if (at < new Date(certificate.validFrom) || at > new Date(certificate.validTo))
      return `the certificate of "${name}" is valid from ${certificate.validFrom} to ${certificate.validTo} only`;
    if (!certificate.checkIssued(issuer) || !certificate.verify(issuer.publicKey))
      return issuer === certificate
        ? `the certificate above "${name}" is missing`
        : `the certificate of "${name}" was not signed by the one after it`;
  }
  return undefined;
}

function readChain(pem: string): X509Certificate[] {
  const parts = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (parts.length > MAX_CHAIN) throw certificateErrors.chainNotGood({ reason: `it has more than ${MAX_CHAIN} parts` });
  try {
    return parts.map((part) => new X509Certificate(part));
  } catch (cause) {
    throw certificateErrors.chainNotGood({ reason: 'a certificate in it cannot be read' }, cause);
  }
}
