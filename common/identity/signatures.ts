import { verify, X509Certificate } from 'node:crypto';
import type { Database, Transaction } from '../database/pool.ts';
import { canonicalJson, contentSha256 } from './canonical-json.ts';
import type { Principal } from './principal.ts';
import { signatureErrors } from './signature-errors.ts';
import type { Seal } from './sign-in/keyed-hash.ts';
import { signInRules } from './sign-in/rules.ts';
import type { Session } from './sign-in/sessions.ts';

/** A line an approver saw: what it is called and what it says. */
export interface ShownLine {
  readonly label: string;
  readonly value: string;
}

/** What is signed: the request as the service takes it, and everything the person was shown. */
export interface Statement {
  readonly method: string;
  /** With the query, as it stands in the request. */
  readonly path: string;
  /** Its JSON; for another body `{ sha256 }` of the bytes; null for none. */
  readonly body: unknown;
  readonly lines: readonly ShownLine[];
  readonly principal: string;
  readonly nonce: string;
  /** When it was signed, ISO 8601. */
  readonly time: string;
}

/** The header `x-approval-signature`: base64 of this as JSON. The rest of the statement is taken from the request itself. */
export interface SignatureHeader {
  readonly lines: readonly ShownLine[];
  readonly nonce: string;
  readonly time: string;
  /** Serial number of the signer's certificate. */
  readonly certificate: string;
  /** RSASSA-PKCS1-v1_5 with SHA-256 over the canonical JSON of the statement, base64. */
  readonly signature: string;
}

/** A person's certificate as the city CA keeps it. */
export interface PersonalCertificate {
  readonly serial: string;
  readonly pem: string;
  readonly holder: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly revokedAt: Date | null;
}

/** Asks the CA's register; undefined for a serial it never gave to a person. */
export type FindPersonalCertificate = (
  db: Database | Transaction,
  serial: string,
) => Promise<PersonalCertificate | undefined>;

export interface SignatureDeps {
  readonly db: Database;
  readonly seal: Seal;
  readonly findCertificate: FindPersonalCertificate;
}

const MOST_LINES = 400;
const LONGEST_LINE = 4_000;
/** A browser's clock may be ahead of ours. */
const AHEAD_MS = 120_000;

/** Reads the header. @throws CityCardError `identity.signature-missing`, `.signature-unreadable` */
export function readSignatureHeader(header: string | string[] | undefined): SignatureHeader {
  if (typeof header !== 'string' || header === '') throw signatureErrors.signatureMissing();
  let read: unknown;
  try {
    read = JSON.parse(Buffer.from(header, 'base64').toString('utf8'));
  } catch (error) {
    throw signatureErrors.signatureUnreadable(undefined, error);
  }
  if (!isHeader(read)) throw signatureErrors.signatureUnreadable();
  return read;
}

function isHeader(value: unknown): value is SignatureHeader {
  if (typeof value !== 'object' || value === null) return false;
  const { lines, nonce, time, certificate, signature } = value as Record<string, unknown>;
  return (
    Array.isArray(lines) &&
    lines.length > 0 &&
    lines.length <= MOST_LINES &&
    lines.every(isLine) &&
    typeof nonce === 'string' &&
    /^[\w-]{16,64}$/.test(nonce) &&
    typeof time === 'string' &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(time) &&
    typeof certificate === 'string' &&
    /^[0-9a-f]{32}$/.test(certificate) &&
    typeof signature === 'string' &&
    signature.length <= 2_000
  );
}

function isLine(line: unknown): line is ShownLine {
  if (typeof line !== 'object' || line === null || Object.keys(line).length !== 2) return false;
  const { label, value } = line as Record<string, unknown>;
  const isText = (text: unknown) => typeof text === 'string' && text.length <= LONGEST_LINE;
  return isText(label) && isText(value);
}

/**
 * Checks an approver's signature over a request and what was shown, and keeps it before the act is done: an act that is in
 * the books has its signature, a signature whose act was refused does no harm.
 *
 * @throws CityCardError `identity.signature-…`: not of this request, certificate unknown, of somebody else, expired, revoked;
 *   too old; used before
 */
export async function keepSignature(
  { db, seal, findCertificate }: SignatureDeps,
  signer: { readonly principal: Principal; readonly session: Session },
  request: { readonly method: string; readonly path: string; readonly route: string; readonly body: unknown },
  header: SignatureHeader,
): Promise<NonNullable<Principal['signature']>> {
  const { principal, session } = signer;
  const { method, path, body } = request;
  const { lines, nonce, time } = header;
  const now = new Date();
  const certificate = await findCertificate(db, header.certificate);
  const complaint = certificateComplaint(certificate, principal.id, now);
  if (certificate === undefined || complaint !== undefined)
    throw signatureErrors.certificateNotGood({ reason: complaint ?? '' });
  const statement: Statement = { method, path, body, lines, principal: principal.id, nonce, time };
  const signature = Buffer.from(header.signature, 'base64');
  if (!isSignedBy(certificate.pem, statement, signature)) throw signatureErrors.signatureDiffers();
  const age = now.getTime() - new Date(time).getTime();
  const rules = await signInRules(db);
  if (age < -AHEAD_MS || age > rules['signature-minutes'] * 60_000) throw signatureErrors.signatureStale();
  const text = canonicalJson(statement);
  const sha256 = contentSha256(statement);
  const sealed = await seal.seal(sealContext(principal.id, nonce), Buffer.from(text));
  const { rows } = await db.query<{ signature_no: bigint }>(
    `INSERT INTO platform.act_signature
       (principal, session_no, method, route, nonce, signed_at, certificate, statement_sealed, statement_sha256, signature)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (principal, nonce) DO NOTHING RETURNING signature_no`,
    [
      principal.id,
      session.sessionNo,
      method,
      request.route,
      nonce,
      time,
      certificate.serial,
      sealed,
      sha256,
      signature,
    ],
  );
  const row = rows[0];
  if (row === undefined) throw signatureErrors.signatureUsed();
  return { signatureNo: row.signature_no, sha256: sha256.toString('hex') };
}

/** Why a certificate is not good for a person's signature at a moment; undefined when it is. */
export function certificateComplaint(
  certificate: PersonalCertificate | undefined,
  holder: string,
  at: Date,
): string | undefined {
  if (certificate === undefined) return 'the city CA has given no person a certificate of this number';
  if (certificate.holder !== holder) return 'it is of another person';
  if (at < certificate.notBefore) return `it is valid only from ${certificate.notBefore.toISOString()}`;
  if (at > certificate.notAfter) return `it expired on ${certificate.notAfter.toISOString()}`;
  if (certificate.revokedAt !== null && at >= certificate.revokedAt)
    return `it was revoked on ${certificate.revokedAt.toISOString()}`;
  return undefined;
}

/** Whether the holder of the certificate signed this statement. */
export function isSignedBy(pem: string, statement: Statement, signature: Buffer): boolean {
  const key = new X509Certificate(pem).publicKey;
  return verify('sha256', Buffer.from(canonicalJson(statement)), key, signature);
}

/** What a sealed statement is and whose. */
export const sealContext = (principal: string, nonce: string): string => `act signature ${principal} ${nonce}`;
