import type { Database, PersonalCertificate, Transaction } from '@citycard/common';
import { type CertificateDeps, type IssuedCertificate, issueCertificate, revokeCertificate } from './city-ca.ts';
import { certificateErrors } from './errors.ts';

/** A year: a key in a browser nobody uses any more ends by itself. */
const YEARS = 1;
/** One for each computer somebody works at. */
const MOST_IN_FORCE = 10;

/** A person's certificate as its holder sees it. */
export interface OwnCertificate {
  readonly serial: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly revokedAt: Date | null;
}

/**
 * A certificate for a key that a person's own browser has made, to sign approvals with. The request names the person or
 * nobody.
 *
 * @throws CityCardError `certificates.too-many-of-person` (409), and what `issueCertificate` throws of the request
 */
export async function issuePersonalCertificate(
  deps: CertificateDeps & { readonly db: Transaction },
  asked: { readonly holder: string; readonly csrPem: string },
): Promise<IssuedCertificate> {
  const { holder, csrPem } = asked;
  await deps.db.query(`select pg_advisory_xact_lock(hashtextextended('certificates of ' || $1, 0))`, [holder]);
  const inForce = (await listPersonalCertificates(deps.db, holder)).filter(
    ({ revokedAt, notAfter }) => revokedAt === null && notAfter > new Date(),
  );
  if (inForce.length >= MOST_IN_FORCE) throw certificateErrors.tooManyOfPerson({ holder, count: inForce.length });
  return issueCertificate(deps, { csrPem, cn: holder, kind: 'person', years: YEARS });
}

/** A person's certificates, the newest first. */
export async function listPersonalCertificates(db: Database | Transaction, holder: string): Promise<OwnCertificate[]> {
  const { rows } = await (db as Database).query<OwnCertificate>(
    `select serial, not_before as "notBefore", not_after as "notAfter", revoked_at as "revokedAt"
       from clearing.certificate where kind = 'person' and cn = $1 order by issued_at desc, serial`,
    [holder],
  );
  return rows;
}

/** The person's certificate of a serial number; undefined when the city CA gave it to no person. */
export async function findPersonalCertificate(
  db: Database | Transaction,
  serial: string,
): Promise<PersonalCertificate | undefined> {
  const { rows } = await (db as Database).query<PersonalCertificate>(
    `select serial, pem, cn as holder, not_before as "notBefore", not_after as "notAfter", revoked_at as "revokedAt"
       from clearing.certificate where kind = 'person' and serial = $1`,
    [serial],
  );
  return rows[0];
}

/** Revokes a person's certificates that are in force: one, or all of them. Answers their serial numbers. */
export async function revokePersonalCertificates(
  tx: Transaction,
  holder: string,
  reason: string,
  only?: string,
): Promise<string[]> {
  const serials = (await listPersonalCertificates(tx, holder))
    .filter(({ serial, revokedAt }) => revokedAt === null && (only === undefined || serial === only))
    .map(({ serial }) => serial);
  for (const serial of serials) await revokeCertificate(tx, { serial, reason });
  return serials;
}
