import { type Database, type Transaction, transact } from '@citycard/common';
import { CITY_CA_KEY, type CertificateDeps, findCa } from './city-ca.ts';
import { makeRevocationList, type RevokedCertificate } from './revocation-list.ts';

/** How long others may go by a list that they cannot renew: longer than any holiday, shorter than a thief's patience. */
const GOOD_FOR_DAYS = 10;
/** A new list is made when the newest is so old, whether anything was revoked or not. */
const RENEWED_AFTER_HOURS = 24;
/** Two processes may want to publish; the second finds that the first has. */
const PUBLISH_LOCK = 5280;
const DAY_MS = 86_400_000;

export interface PublishedRevocationList {
  readonly number: bigint;
  readonly issuedAt: Date;
  readonly nextUpdate: Date;
  readonly entries: number;
  readonly der: Buffer;
}

/** The revocation list in force; undefined before the first. */
export async function revocationList(db: Database | Transaction): Promise<PublishedRevocationList | undefined> {
  const { rows } = await db.query<PublishedRevocationList>(
    `select number, issued_at as "issuedAt", next_update as "nextUpdate", entries, der
       from clearing.revocation_list order by number desc limit 1`,
  );
  return rows[0];
}

/**
 * Publishes a new revocation list when the newest does not hold every revoked certificate, or is a day old. The list is
 * signed in the HSM and kept with its number; whoever asks gets the newest.
 *
 * @returns the number of the list that is in force now; undefined while there is no city CA
 * @throws HsmUnavailable, HsmRefused
 */
export async function publishRevocationList(deps: {
  db: Database;
  hsm: CertificateDeps['hsm'];
}): Promise<bigint | undefined> {
  return transact(deps.db, async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1)', [PUBLISH_LOCK]);
    const ca = await findCa(tx);
    if (ca === undefined) return undefined;
    const newest = await newestList(tx);
    if (newest !== undefined && newest.isComplete && newest.isFresh) return newest.number;
    // X.509 counts whole seconds; a list that seems to come from the future would be refused.
    const issuedAt = new Date(Math.floor(Date.now() / 1000) * 1000);
    const number = (newest?.number ?? 0n) + 1n;
    const revoked = await revokedSince(tx, issuedAt);
    const nextUpdate = new Date(issuedAt.getTime() + GOOD_FOR_DAYS * DAY_MS);
    const der = await makeRevocationList(
      deps.hsm,
      { keyName: CITY_CA_KEY, pem: ca.pem },
      { number, issuedAt, nextUpdate, revoked },
    );
    await tx.query(
      'insert into clearing.revocation_list (number, issued_at, next_update, entries, der) values ($1, $2, $3, $4, $5)',
      [number, issuedAt, nextUpdate, revoked.length, der],
    );
    return number;
  });
}

/** The newest list beside what it should hold: the certificates revoked by now that were still in their time when it was made. */
async function newestList(
  tx: Transaction,
): Promise<{ number: bigint; isComplete: boolean; isFresh: boolean } | undefined> {
  const { rows } = await tx.query<{ number: bigint; isComplete: boolean; isFresh: boolean }>(
    `select number, issued_at > now() - make_interval(hours => $1) as "isFresh",
            entries = (select count(*) from clearing.certificate where revoked_at is not null and not_after > issued_at) as "isComplete"
       from clearing.revocation_list order by number desc limit 1`,
    [RENEWED_AFTER_HOURS],
  );
  return rows[0];
}

async function revokedSince(tx: Transaction, issuedAt: Date): Promise<RevokedCertificate[]> {
  const { rows } = await tx.query<RevokedCertificate>(
    `select serial, revoked_at as "revokedAt" from clearing.certificate
      where revoked_at is not null and not_after > $1 order by revoked_at, serial`,
    [issuedAt],
  );
  return rows;
}
