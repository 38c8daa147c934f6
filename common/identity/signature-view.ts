import type { Database } from '../database/pool.ts';
import { contentSha256 } from './canonical-json.ts';
import { signatureErrors } from './signature-errors.ts';
import { certificateComplaint, isSignedBy, sealContext, type SignatureDeps, type Statement } from './signatures.ts';

/** A kept signature, without what was signed. */
export interface KeptSignature {
  readonly signatureNo: bigint;
  readonly principal: string;
  readonly method: string;
  readonly route: string;
  readonly certificate: string;
  readonly signedAt: Date;
  readonly receivedAt: Date;
  /** Lines of the act log that were written under it; none when the act was refused. */
  readonly acts: readonly { readonly sequence: bigint; readonly act: string; readonly subject: string }[];
}

interface SignatureRow extends Omit<KeptSignature, 'acts'> {
  readonly nonce: string;
  readonly sealed: Buffer;
  readonly sha256: Buffer;
  readonly signature: Buffer;
}

const COLUMNS = `signature_no AS "signatureNo", principal, method, route, nonce, certificate, signed_at AS "signedAt",
  received_at AS "receivedAt", statement_sealed AS sealed, statement_sha256 AS sha256, signature`;
const PAGE = 200;

/** Kept signatures, the newest first, behind `before`. */
export async function listSignatures(
  db: Database,
  query: { readonly principal?: string; readonly before?: bigint },
): Promise<KeptSignature[]> {
  const { rows } = await db.query<SignatureRow>(
    `SELECT ${COLUMNS} FROM platform.act_signature
      WHERE ($1::text IS NULL OR principal = $1) AND ($2::bigint IS NULL OR signature_no < $2)
      ORDER BY signature_no DESC LIMIT ${PAGE}`,
    [query.principal ?? null, query.before ?? null],
  );
  const acts = await actsUnder(db, rows);
  return rows.map((row) => shown(row, acts.get(row.sha256.toString('hex')) ?? []));
}

/** A signature with what was signed, and whether it still proves what it should. */
export interface VerifiedSignature extends KeptSignature {
  readonly statement: Statement;
  /** What is wrong with it, in sentences without a full stop; empty when nothing is. */
  readonly complaints: readonly string[];
}

/**
 * Opens a kept signature and checks it again: the statement is the one that was kept, signed by the certificate's key, and the
 * certificate was the signer's and good when it arrived.
 *
 * @throws CityCardError `identity.signature-unknown` (404); what opening the seal throws
 */
export async function verifySignature(deps: SignatureDeps, signatureNo: bigint): Promise<VerifiedSignature> {
  const { rows } = await deps.db.query<SignatureRow>(
    `SELECT ${COLUMNS} FROM platform.act_signature WHERE signature_no = $1`,
    [signatureNo],
  );
  const row = rows[0];
  if (row === undefined) throw signatureErrors.signatureUnknown({ signatureNo });
  const text = await deps.seal.open(sealContext(row.principal, row.nonce), row.sealed);
  const statement = JSON.parse(text.toString()) as Statement;
  const certificate = await deps.findCertificate(deps.db, row.certificate);
  const complaints: string[] = [];
  if (!contentSha256(statement).equals(row.sha256)) complaints.push('the statement is not the one that was noted');
  if (statement.principal !== row.principal || statement.nonce !== row.nonce)
    complaints.push('the statement is of another signature');
  if (certificate === undefined || !isSignedBy(certificate.pem, statement, row.signature))
    complaints.push('the statement was not signed by the key of the certificate');
  const complaint = certificateComplaint(certificate, row.principal, row.receivedAt);
  if (complaint !== undefined) complaints.push(complaint);
  const acts = (await actsUnder(deps.db, rows)).get(row.sha256.toString('hex')) ?? [];
  return { ...shown(row, acts), statement, complaints };
}

/** Checks every signature kept; answers those that do not hold. Long when there are many. */
export async function verifySignatures(
  deps: SignatureDeps,
): Promise<{ checked: number; broken: { signatureNo: bigint; complaints: readonly string[] }[] }> {
  const { rows } = await deps.db.query<{ no: bigint }>(
    'SELECT signature_no AS no FROM platform.act_signature ORDER BY signature_no',
  );
  const broken: { signatureNo: bigint; complaints: readonly string[] }[] = [];
  for (const { no } of rows) {
    const complaints = await verifySignature(deps, no).then(
      (verified) => verified.complaints,
      (error: unknown) => [error instanceof Error ? error.message : String(error)],
    );
    if (complaints.length > 0) broken.push({ signatureNo: no, complaints });
  }
  return { checked: rows.length, broken };
}

/** Lines of the act log under each signature, by the hash of its statement. */
async function actsUnder(db: Database, rows: readonly SignatureRow[]): Promise<Map<string, KeptSignature['acts']>> {
  const found = await db.query<{ sha256: string; sequence: bigint; act: string; subject: string }>(
    `SELECT s.sha256, l.sequence, l.act, l.subject
       FROM platform.signed_act s JOIN platform.act_log l USING (sequence) WHERE s.sha256 = ANY($1) ORDER BY l.sequence`,
    [rows.map(({ sha256 }) => sha256.toString('hex'))],
  );
  const acts = new Map<string, KeptSignature['acts']>();
  for (const { sha256, ...act } of found.rows) acts.set(sha256, [...(acts.get(sha256) ?? []), act]);
  return acts;
}

function shown(
  { signatureNo, principal, method, route, certificate, signedAt, receivedAt }: SignatureRow,
  acts: KeptSignature['acts'],
): KeptSignature {
  return { signatureNo, principal, method, route, certificate, signedAt, receivedAt, acts };
}
