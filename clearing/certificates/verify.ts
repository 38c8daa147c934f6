import { timingSafeEqual, verify, X509Certificate } from 'node:crypto';
import type { Database, Transaction } from '@citycard/common';
import forge from 'node-forge';
import { type CertificateRow, cityCa } from './city-ca.ts';
import { caComplaint } from './provincial-ca.ts';
import { derBytes } from './certificate.ts';
import { type DetachedSignature, readDetachedSignature, type SignerName } from './cms-structure.ts';
import { DerError } from './der.ts';
import { sha256Of, type SignedContent } from './digest.ts';

export type CmsVerdict =
  | { readonly ok: true; readonly serial: string }
  /** A sentence for the sender, without the final full stop. */
  | { readonly ok: false; readonly reason: string };

/**
 * Checks a detached CMS signature (DER, SHA-256, RSA PKCS#1 v1.5) over the whole content: made by a certificate that the
 * city CA issued, whose CN is the expected one (compared without padding), valid and not revoked at `at`. The certificate is
 * taken from the CA's register, never from the signature itself. Implements the `.p7s` of terminal-interface.md,
 * "Purchase file". A bad signature is an answer; only the database can make this throw.
 */
export async function verifyDetachedCms(
  db: Database | Transaction,
  asked: {
    content: SignedContent;
    signatureDer: Buffer;
    expectedCn: string;
    at: Date;
  },
): Promise<CmsVerdict> {
  const read = tryRead(asked.signatureDer);
  if ('reason' in read) return refused(read.reason);
  const candidates = await findSigners(db, read.signature.signer);
  const complaints = candidates.map((candidate) => complaintAbout(candidate, asked.expectedCn.trim(), asked.at));
  const signer = candidates[complaints.indexOf(undefined)];
  if (signer === undefined) {
    return refused(complaints[0] ?? 'the signature names no certificate that the city CA has issued');
  }
  const above = await caComplaint(db, asked.at);
  if (above !== undefined) return refused(above);
  const digest = await sha256Of(asked.content);
  if (!equal(digest, read.signature.messageDigest))
    return refused('the signature is of another file: the digests differ');
  if (!isSignedBy(signer.pem, read.signature))
    return refused(`the signature was not made by the key of certificate ${signer.serial}`);
  return { ok: true, serial: signer.serial };
}

/**
 * The SHA-256 a detached signature claims for its file, before anything about the signature is believed; undefined when it
 * cannot be read.
 */
export function claimedDigest(signatureDer: Buffer): Buffer | undefined {
  const read = tryRead(signatureDer);
  return 'reason' in read ? undefined : read.signature.messageDigest;
}

function tryRead(signatureDer: Buffer): { signature: DetachedSignature } | { reason: string } {
  try {
    return { signature: readDetachedSignature(signatureDer) };
  } catch (error) {
    if (error instanceof DerError) return { reason: `the signature cannot be read: ${error.message}` };
    throw error;
  }
}

/**
 * The register's certificates that are meant, the newest first: a number means one, a key may have several. An issuer that
 * is not our CA, byte for byte, issued nothing of ours.
 */
async function findSigners(db: Database | Transaction, name: SignerName): Promise<CertificateRow[]> {
  if (name.by === 'serial' && !(await caName(db)).equals(name.issuer)) return [];
  const { rows } = await db.query<CertificateRow>(
    `select serial, kind, cn, pem, not_before as "notBefore", not_after as "notAfter", revoked_at as "revokedAt"
     from clearing.certificate where kind <> 'ca' and case $1 when 'serial' then serial = $2 else key_id = $2 end
     order by not_after desc limit 100`,
    [name.by, name.by === 'serial' ? name.serial : name.keyId],
  );
  return rows;
}

async function caName(db: Database | Transaction): Promise<Buffer> {
  const ca = forge.pki.certificateFromPem((await cityCa(db)).pem);
  return derBytes(forge.pki.distinguishedNameToAsn1(ca.subject));
}

function complaintAbout(signer: CertificateRow, expectedCn: string, at: Date): string | undefined {
  if (signer.kind === 'terminal' || signer.kind === 'server' || signer.kind === 'person')
    return `the certificate is of a ${signer.kind}, which signs no files`;
  if (signer.cn !== expectedCn) return `the certificate is of "${signer.cn}", not of "${expectedCn}"`;
  if (at < signer.notBefore) return `the certificate is valid only from ${signer.notBefore.toISOString()}`;
  if (at > signer.notAfter) return `the certificate expired on ${signer.notAfter.toISOString()}`;
  if (signer.revokedAt !== null && at >= signer.revokedAt) {
    return `the certificate was revoked on ${signer.revokedAt.toISOString()}`;
  }
  return undefined;
}

function isSignedBy(pem: string, signature: DetachedSignature): boolean {
  const key = new X509Certificate(pem).publicKey;
  return signature.signedBytes.some((bytes) => verify('sha256', bytes, key, signature.signature));
}

function equal(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

function refused(reason: string): CmsVerdict {
  return { ok: false, reason };
}
