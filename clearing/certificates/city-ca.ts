import type { Database, Transaction } from '@citycard/common';
import type { HsmClient } from '@citycard/hsm-sim';
import forge from 'node-forge';
import { type CertificateKind, derBytes, makeCertificate, type MadeCertificate } from './certificate.ts';
import { certificateErrors } from './errors.ts';
import { checkName, readRequest } from './request.ts';

export const CITY_CA_KEY = 'CITY-CA';

/** Kinds a partner can ask for; the others are made by ourselves. */
export const partnerCertificateKinds = ['operator', 'city', 'bank', 'partner', 'server', 'terminal'] as const;
export type PartnerCertificateKind = (typeof partnerCertificateKinds)[number];

export interface CertificateDeps {
  /** A pool, or a transaction when the certificate belongs to a larger act. */
  readonly db: Database | Transaction;
  readonly hsm: Pick<HsmClient, 'sign' | 'publicKey' | 'listKeys' | 'generateRsa' | 'certificateRequest'>;
}

export interface IssuedCertificate {
  readonly serial: string;
  readonly certificatePem: string;
  readonly caPem: string;
  readonly notAfter: Date;
}

export interface CertificateRow {
  readonly serial: string;
  readonly kind: CertificateKind;
  readonly cn: string;
  readonly pem: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly revokedAt: Date | null;
}

const CA_YEARS = 20;
/** Long enough that renewals do not crowd, short enough that a forgotten key ends by itself. */
const PARTNER_YEARS = 3;
/** Partners' clocks may be behind ours; a certificate that is "not yet valid" for them would be a call at night. */
const BACKDATED_MS = 5 * 60_000;

/**
 * Makes sure that the city CA exists and returns its certificate. Makes the RSA key in the HSM when there is none
 * (needs the HSM's authorised state then), and signs itself a certificate once. Safe to call at every start.
 */
export async function ensureCityCa(deps: CertificateDeps, city: string): Promise<{ caPem: string }> {
  const existing = await findCa(deps.db);
  if (existing !== undefined) return { caPem: existing.pem };
  const publicKeySpki = await ensureRsaKey(deps.hsm, CITY_CA_KEY, 'ca');
  const validity = validityFrom(new Date(), CA_YEARS);
  const cn = `City Card CA ${city}`;
  const made = await makeCertificate(deps.hsm, CITY_CA_KEY, { kind: 'ca', cn, publicKeySpki, ...validity });
  // Two processes may start at once: the index lets one CA in, and both go on with that one.
  await deps.db.query(INSERT_CERTIFICATE, rowValues('ca', cn, made, validity));
  return { caPem: (await cityCa(deps.db)).pem };
}

/** The CA's certificate. @throws CityCardError `certificates.no-ca` */
export async function cityCa(db: Database | Transaction): Promise<CertificateRow> {
  const ca = await findCa(db);
  if (ca === undefined) throw certificateErrors.noCa();
  return ca;
}

/**
 * A certificate for a partner's own key. The request must be signed by that key, must carry RSA of 2048 to 4096 bits,
 * and must name either nobody or exactly the name asked for. Nothing else is taken from it.
 *
 * @throws CityCardError `certificates.csr-unreadable`, `.csr-unsigned`, `.key-not-allowed`, `.cn-differs`,
 * `.cn-not-allowed`, `.no-ca`
 */
export async function issueCertificate(
  deps: CertificateDeps,
  asked: { csrPem: string; cn: string; kind: PartnerCertificateKind | 'person'; years?: number; renews?: string },
): Promise<IssuedCertificate> {
  checkName(asked.kind, asked.cn);
  const publicKeySpki = readRequest(asked.csrPem, asked.cn);
  return issue(deps, { ...asked, publicKeySpki });
}

/**
 * The certificate of a signing key of our own HSM (for example CITY-FILES under the city's code); the key is made when
 * there is none (needs authorised state then). An existing certificate that is still valid is returned again.
 */
export async function ensureOwnCertificate(
  deps: CertificateDeps,
  own: { keyName: string; usage: 'file-sign' | 'report-sign'; cn: string },
): Promise<IssuedCertificate> {
  checkName('own', own.cn);
  const publicKeySpki = await ensureRsaKey(deps.hsm, own.keyName, own.usage);
  const { rows } = await deps.db.query<{ serial: string; pem: string; notAfter: Date }>(
    `select serial, pem, not_after as "notAfter" from clearing.certificate
     where kind = 'own' and cn = $1 and revoked_at is null and not_after > now() + interval '30 days'
     order by not_after desc`,
    [own.cn],
  );
  const mine = rows.find(({ pem }) => spkiOf(pem).equals(publicKeySpki));
  if (mine === undefined) return issue(deps, { kind: 'own', cn: own.cn, publicKeySpki });
  const { serial, pem, notAfter } = mine;
  return { serial, certificatePem: pem, caPem: (await cityCa(deps.db)).pem, notAfter };
}

/**
 * From now on no signature by this certificate is accepted. Revoking again changes nothing: the first moment stays.
 *
 * @throws CityCardError `certificates.unknown`, `.ca-stays`
 */
export async function revokeCertificate(
  db: Database | Transaction,
  revoked: { serial: string; reason: string },
): Promise<{ revokedAt: Date }> {
  const { rows } = await db.query<{ kind: string; revoked_at: Date | null }>(
    `update clearing.certificate
     set revoked_at = coalesce(revoked_at, date_trunc('milliseconds', clock_timestamp())), revocation_reason = coalesce(revocation_reason, $2)
     where serial = $1 and kind <> 'ca' returning kind, revoked_at`,
    [revoked.serial, revoked.reason],
  );
  const revokedAt = rows[0]?.revoked_at;
  if (revokedAt) return { revokedAt };
  const ca = await findCa(db);
  throw ca?.serial === revoked.serial ? certificateErrors.caStays() : certificateErrors.unknown(revoked);
}

async function issue(
  deps: CertificateDeps,
  content: { kind: CertificateKind; cn: string; publicKeySpki: Buffer; years?: number; renews?: string },
): Promise<IssuedCertificate> {
  const ca = await cityCa(deps.db);
  const wanted = validityFrom(new Date(), content.years ?? PARTNER_YEARS);
  const validity = { ...wanted, notAfter: wanted.notAfter < ca.notAfter ? wanted.notAfter : ca.notAfter };
  const made = await makeCertificate(deps.hsm, CITY_CA_KEY, {
    ...content,
    ...validity,
    issuer: forge.pki.certificateFromPem(ca.pem),
  });
  await deps.db.query(INSERT_CERTIFICATE, rowValues(content.kind, content.cn, made, validity, content.renews));
  return { serial: made.serial, certificatePem: made.pem, caPem: ca.pem, notAfter: validity.notAfter };
}

/** The public key of a name in the HSM; the key is made when there is none. */
export async function ensureRsaKey(
  hsm: CertificateDeps['hsm'],
  name: string,
  usage: 'ca' | 'file-sign' | 'report-sign',
): Promise<Buffer> {
  const keys = await hsm.listKeys();
  if (keys.some((key) => key.name === name)) return hsm.publicKey(name);
  return (await hsm.generateRsa({ name, usage, bits: 2048 })).publicKeySpki;
}

/** SubjectPublicKeyInfo of a certificate, DER. */
function spkiOf(pem: string): Buffer {
  return derBytes(forge.pki.publicKeyToAsn1(forge.pki.certificateFromPem(pem).publicKey));
}

function validityFrom(now: Date, years: number): { notBefore: Date; notAfter: Date } {
  // X.509 counts whole seconds.
  const notBefore = new Date(Math.floor((now.getTime() - BACKDATED_MS) / 1000) * 1000);
  const notAfter = new Date(notBefore);
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + years);
  return { notBefore, notAfter };
}

const INSERT_CERTIFICATE = `
  insert into clearing.certificate (serial, kind, cn, key_id, pem, not_before, not_after, renews)
  values ($1, $2, $3, $4, $5, $6, $7, $8)
  on conflict ((true)) where kind = 'ca' do nothing`;

function rowValues(
  kind: CertificateKind,
  cn: string,
  made: MadeCertificate,
  validity: { notBefore: Date; notAfter: Date },
  renews?: string,
): unknown[] {
  return [made.serial, kind, cn, made.keyId, made.pem, validity.notBefore, validity.notAfter, renews ?? null];
}

/** The CA's certificate, when there is one; behind it in `pem` those that a province has put above it. */
export async function findCa(db: Database | Transaction): Promise<CertificateRow | undefined> {
  const { rows } = await db.query<CertificateRow>(
    `select serial, kind, cn, pem, not_before as "notBefore", not_after as "notAfter", revoked_at as "revokedAt"
     from clearing.certificate where kind = 'ca'`,
  );
  return rows[0];
}
