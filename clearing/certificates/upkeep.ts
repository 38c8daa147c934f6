import { type Database, type Logger, transact } from '@citycard/common';
import { raiseAlarm } from '../alarms/alarm.ts';
import { repeat } from '../repeat.ts';
import type { CertificateDeps } from './city-ca.ts';
import { publishRevocationList } from './revocations.ts';

interface UpkeepDeps {
  readonly db: Database;
  readonly hsm: CertificateDeps['hsm'];
  readonly logger: Logger;
}

/** A revocation that could not be published at once (the HSM was away) is published soon after. */
const LOOK_EVERY_MS = 2_000;
const WARN_EVERY_MS = 3_600_000;
/** Days before its end at which somebody is told of a certificate: time to order, time to hurry, the last call. */
const WARNINGS_DAYS = [30, 7, 1] as const;

/** Keeps the revocation list complete and fresh, and raises alarms for certificates whose end is near. */
export function startCertificateUpkeep(deps: UpkeepDeps): { stop(): Promise<void> } {
  let warnedAt = 0;
  const work = async () => {
    await publishRevocationList(deps);
    if (Date.now() - warnedAt < WARN_EVERY_MS) return;
    await warnOfExpiry(deps.db);
    warnedAt = Date.now();
  };
  const complaint = 'the revocation list was not published, will be tried again';
  return { stop: repeat(deps.logger, 'certificates', complaint, LOOK_EVERY_MS, work) };
}

/**
 * Alarms `certificate-expiring` for certificates in force without a successor, once for each of 30, 7 and 1 days before
 * their end; answers how many were raised. Persons are told on their own pages.
 */
export async function warnOfExpiry(db: Database): Promise<number> {
  return transact(db, async (tx) => {
    const { rows } = await tx.query<{ serial: string; kind: string; cn: string; notAfter: Date; days: number }>(
      `with near as (
         select serial, (select min(days) from unnest($1::int[]) days where not_after <= now() + make_interval(days => days)) as days
           from clearing.certificate
          where kind <> 'person' and revoked_at is null and not_after between now() and now() + make_interval(days => $2)
            and not exists (select from clearing.certificate newer where newer.renews = certificate.serial and newer.revoked_at is null)
       )
       update clearing.certificate set warned_days = near.days from near
        where certificate.serial = near.serial and (warned_days is null or warned_days > near.days)
       returning certificate.serial, kind, cn, not_after as "notAfter", near.days`,
      [WARNINGS_DAYS, Math.max(...WARNINGS_DAYS)],
    );
    for (const { serial, kind, cn, notAfter, days } of rows) {
      await raiseAlarm(tx, {
        kind: 'certificate-expiring',
        severity: days === Math.max(...WARNINGS_DAYS) ? 'notice' : 'warning',
        subject: `certificate ${serial}`,
        evidence: { kind, cn, notAfter: notAfter.toISOString(), withinDays: days },
      });
    }
    return rows.length;
  });
}
