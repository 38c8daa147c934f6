import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CertificateDeps, issueCertificate, newKeyAndRequest } from '@citycard/clearing';
import { type Database, transact } from '@citycard/common';
import { citycardErrors } from '../errors.ts';

/** With what the gateway shows itself to terminals; PEM. */
export interface GatewayCertificate {
  readonly key: string;
  readonly cert: string;
  readonly notAfter: Date;
}

/** Files of a key and a certificate that somebody else looks after. */
export interface GatewayCertificateFiles {
  readonly keyFile: string;
  readonly certificateFile: string;
}

/** Long enough for a machine that is started once a year, short enough that a copied key ends by itself. */
const YEARS = 1;
const RENEWED_DAYS_BEFORE = 30;
const DAY_MS = 86_400_000;

/** Whether a certificate of ours should be made anew now. */
export function isDue({ notAfter }: GatewayCertificate, now = new Date()): boolean {
  return notAfter.getTime() - now.getTime() < RENEWED_DAYS_BEFORE * DAY_MS;
}

/**
 * The gateway's own certificate of the city CA in the installation's folder: `gateway.key` (readable by its owner only) and
 * `gateway.pem`. Made when there is none of this name and CA, and again a month before its end; the key never leaves the
 * folder.
 *
 * @throws HsmUnavailable, CityCardError `certificates.*`
 */
export async function ownGatewayCertificate(
  deps: { readonly db: Database; readonly hsm: CertificateDeps['hsm'] },
  where: { readonly directory: string; readonly name: string; readonly caPem: string },
): Promise<GatewayCertificate> {
  const keyFile = join(where.directory, 'gateway.key');
  const certificateFile = join(where.directory, 'gateway.pem');
  const existing = await readPair({ keyFile, certificateFile }).catch(() => undefined);
  if (existing !== undefined && isOurs(existing, where) && !isDue(existing)) return existing;
  const { keyPem, csrPem } = await newKeyAndRequest(where.name);
  const issued = await transact(deps.db, (tx) =>
    issueCertificate({ hsm: deps.hsm, db: tx }, { csrPem, cn: where.name, kind: 'server', years: YEARS }),
  );
  await mkdir(where.directory, { recursive: true, mode: 0o700 });
  // Cut off between the two, they do not belong together and are made again.
  await replaceFile(keyFile, keyPem);
  await replaceFile(certificateFile, issued.certificatePem);
  return { key: keyPem, cert: issued.certificatePem, notAfter: issued.notAfter };
}

/** A pair that comes by path. @throws citycard.bad-option when the files cannot be read or do not belong together */
export async function givenGatewayCertificate(files: GatewayCertificateFiles): Promise<GatewayCertificate> {
  try {
    return await readPair(files);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw citycardErrors.badOption(`CITYCARD_GATEWAY_TLS_KEY and CITYCARD_GATEWAY_TLS_CERT: ${reason}`, error);
  }
}

async function readPair({ keyFile, certificateFile }: GatewayCertificateFiles): Promise<GatewayCertificate> {
  const [key, cert] = await Promise.all([readFile(keyFile, 'utf8'), readFile(certificateFile, 'utf8')]);
  const certificate = new X509Certificate(cert);
  if (!certificate.checkPrivateKey(createPrivateKey(key)))
    throw new Error(`the key in ${keyFile} is not that of the certificate in ${certificateFile}`);
  return { key, cert, notAfter: new Date(certificate.validTo) };
}

function isOurs({ cert }: GatewayCertificate, { name, caPem }: { name: string; caPem: string }): boolean {
  const certificate = new X509Certificate(cert);
  const ca = new X509Certificate(caPem);
  return certificate.subject.split('\n').includes(`CN=${name}`) && certificate.verify(ca.publicKey);
}

async function replaceFile(path: string, content: string): Promise<void> {
  await writeFile(`${path}.new`, content, { mode: 0o600 });
  await rename(`${path}.new`, path);
}
