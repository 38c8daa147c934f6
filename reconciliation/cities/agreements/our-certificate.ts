import { X509Certificate } from 'node:crypto';
import { ensureOwnCertificate, HOME_CITY } from '@citycard/clearing';
import { type Principal, recordAct, type Transaction } from '@citycard/common';
import { CITY_FILES_KEY, type CityDeps } from '../deps.ts';
import { cityErrors } from '../errors.ts';

/** A certificate whose end is nearer is not signed with any more. */
const LAST_MINUTES_MS = 60_000;

/** A request of our signing key under our city code, for the CA of another city: PEM, built and signed in the HSM. */
export async function requestCityCertificate(deps: CityDeps): Promise<{ csrPem: string }> {
  const subject = { country: 'CN', organisation: 'Resident Card City', commonName: deps.homeCity ?? HOME_CITY };
  const request = await deps.hsm.certificateRequest({ name: CITY_FILES_KEY, subject });
  const lines = request.toString('base64').replaceAll(/.{64}(?=.)/g, '$&\n');
  return { csrPem: `-----BEGIN CERTIFICATE REQUEST-----\n${lines}\n-----END CERTIFICATE REQUEST-----\n` };
}

/**
 * Keeps the certificate that the CA of another city made of our request; files for that city are signed with it from now on.
 *
 * @throws CityCardError `cities.certificate-bad`
 */
export async function keepCityCertificate(
  tx: Transaction,
  deps: CityDeps,
  officer: Principal,
  { city, certificatePem }: { city: string; certificatePem: string },
): Promise<{ notAfter: Date }> {
  const bad = (problem: string, cause?: unknown) => cityErrors.certificateBad({ city, problem }, cause);
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(certificatePem);
  } catch (cause) {
    throw bad('it cannot be read', cause);
  }
  const ours = await deps.hsm.publicKey(CITY_FILES_KEY);
  if (!certificate.publicKey.export({ type: 'spki', format: 'der' }).equals(ours))
    throw bad(`it is not of the key ${CITY_FILES_KEY} in our HSM`);
  const home = deps.homeCity ?? HOME_CITY;
  if (!certificate.subject.split('\n').includes(`CN=${home}`)) throw bad(`it does not bear our code ${home}`);
  const notAfter = new Date(certificate.validTo);
  if (notAfter.getTime() < Date.now()) throw bad(`it expired on ${notAfter.toISOString()}`);
  await tx.query(
    `insert into reconciliation.city_certificate (city, certificate_pem, not_after, set_by) values ($1, $2, $3, $4)
     on conflict (city) do update set certificate_pem = excluded.certificate_pem, not_after = excluded.not_after,
       set_by = excluded.set_by, set_at = clock_timestamp()`,
    [city, certificatePem, notAfter, officer.id],
  );
  const detail = { serial: certificate.serialNumber, notAfter: notAfter.toISOString() };
  await recordAct(tx, officer, { act: 'city-certificate', subject: `city ${city}`, detail });
  return { notAfter };
}

/** What files for a city are signed with: the certificate of its own CA when it has given us one, else that of ours. */
export async function signingCertificate(deps: CityDeps, city: string): Promise<string> {
  const { rows } = await deps.db.query<{ certificate_pem: string; not_after: Date }>(
    'select certificate_pem, not_after from reconciliation.city_certificate where city = $1',
    [city],
  );
  const [given] = rows;
  if (given !== undefined && given.not_after.getTime() < Date.now() + LAST_MINUTES_MS)
    throw cityErrors.certificateBad({
      city,
      problem: `it expired on ${given.not_after.toISOString()}; ask for a new one`,
    });
  if (given !== undefined) return given.certificate_pem;
  const own = { keyName: CITY_FILES_KEY, usage: 'file-sign', cn: deps.homeCity ?? HOME_CITY } as const;
  return (await ensureOwnCertificate(deps, own)).certificatePem;
}
