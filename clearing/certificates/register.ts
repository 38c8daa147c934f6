import type { Database, Transaction } from '@citycard/common';
import {
  type CertificateDeps,
  type IssuedCertificate,
  issueCertificate,
  partnerCertificateKinds,
  type PartnerCertificateKind,
} from './city-ca.ts';
import type { CertificateKind } from './certificate.ts';
import { certificateErrors } from './errors.ts';

/** A certificate as the register shows it. */
export interface RegisteredCertificate {
  readonly serial: string;
  readonly kind: CertificateKind;
  readonly cn: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly revokedAt: Date | null;
  readonly revocationReason: string | null;
  /** The certificate it took the place of. */
  readonly renews: string | null;
  /** The one that took its place. */
  readonly renewedBy: string | null;
  readonly pem: string;
}

const COLUMNS = `serial, kind, cn, not_before as "notBefore", not_after as "notAfter", revoked_at as "revokedAt",
  revocation_reason as "revocationReason", renews,
  (select serial from clearing.certificate newer where newer.renews = certificate.serial order by not_after desc limit 1) as "renewedBy", pem`;

export interface CertificateQuery {
  readonly kind?: string;
  readonly cn?: string;
  /** Only those in force that end within so many days and have no successor. */
  readonly expiringWithinDays?: number;
  /** Those behind this serial number in the order of the list. */
  readonly after?: string;
  readonly limit: number;
}

/** Certificates in the order in which they end. The CA's own is among them. */
export async function listCertificates(db: Database, query: CertificateQuery): Promise<RegisteredCertificate[]> {
  const { rows } = await db.query<RegisteredCertificate>(
    `select ${COLUMNS} from clearing.certificate
      where ($1::text is null or kind = $1) and ($2::text is null or cn = $2)
        and ($3::int is null or (revoked_at is null and not_after between now() and now() + make_interval(days => $3)
             and not exists (select from clearing.certificate newer where newer.renews = certificate.serial and newer.revoked_at is null)))
        and ($4::text is null or (not_after, serial) > (select not_after, serial from clearing.certificate where serial = $4))
      order by not_after, serial limit $5`,
    [query.kind ?? null, query.cn ?? null, query.expiringWithinDays ?? null, query.after ?? null, query.limit],
  );
  return rows;
}

/** When the last certificate of each holder ends that is in force now, by name; who has none is not among them. */
export async function certificateEnds(
  db: Database,
  kind: string,
  holders: readonly string[],
): Promise<ReadonlyMap<string, Date>> {
  const { rows } = await db.query<{ cn: string; ends: Date }>(
    `select cn, max(not_after) as ends from clearing.certificate
      where kind = $1 and cn = any($2) and revoked_at is null and now() between not_before and not_after group by cn`,
    [kind, holders],
  );
  return new Map(rows.map(({ cn, ends }) => [cn, ends]));
}

/** @throws CityCardError `certificates.unknown` */
export async function findCertificate(db: Database | Transaction, serial: string): Promise<RegisteredCertificate> {
  const { rows } = await db.query<RegisteredCertificate>(
    `select ${COLUMNS} from clearing.certificate where serial = $1`,
    [serial],
  );
  const [row] = rows;
  if (row === undefined) throw certificateErrors.unknown({ serial });
  return row;
}

/**
 * A new certificate for the holder of one that is in force: same kind, same name, its own key and time. The old one stays
 * good until its end, so that the holder changes over when it suits.
 *
 * @throws CityCardError `certificates.unknown`, `.not-to-renew`, and what `issueCertificate` throws of the request
 */
export async function renewCertificate(
  deps: CertificateDeps & { readonly db: Transaction },
  asked: { readonly serial: string; readonly csrPem: string },
): Promise<IssuedCertificate> {
  const old = await findCertificate(deps.db, asked.serial);
  const { kind } = old;
  if (kind === 'person') throw certificateErrors.notToRenew({ serial: old.serial, reason: 'it is a person’s' });
  if (!isPartnerKind(kind))
    throw certificateErrors.notToRenew({ serial: old.serial, reason: 'it is of a key in our own HSM' });
  const now = new Date();
  if (old.revokedAt !== null) throw certificateErrors.notToRenew({ serial: old.serial, reason: 'it was revoked' });
  if (old.notAfter < now)
    throw certificateErrors.notToRenew({ serial: old.serial, reason: `it expired on ${old.notAfter.toISOString()}` });
  return issueCertificate(deps, { csrPem: asked.csrPem, cn: old.cn, kind, renews: old.serial });
}

function isPartnerKind(kind: CertificateKind): kind is PartnerCertificateKind {
  return (partnerCertificateKinds as readonly string[]).includes(kind);
}
