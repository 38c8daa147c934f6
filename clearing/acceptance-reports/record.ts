import { createHash } from 'node:crypto';
import { canonicalJson, type Database, type Principal, recordAct, type Transaction } from '@citycard/common';
import { type CertificateDeps, ensureOwnCertificate } from '../certificates/city-ca.ts';
import { signDetachedCms } from '../certificates/sign.ts';
import { type CmsVerdict, verifyDetachedCms } from '../certificates/verify.ts';
import { acceptanceErrors } from './errors.ts';
import { type AcceptanceReport, type Kit, requireWholeReport } from './report.ts';

/** The key reports are signed with, and the name its certificate carries. */
export const REPORT_KEY = 'REPORTS';
const REPORT_SIGNER = 'acceptance-reports';

export interface RecordedReport {
  readonly reportNo: bigint;
  readonly passed: boolean;
  /** The report as it was signed: these bytes and no others. */
  readonly content: string;
  /** Detached CMS signature, DER. */
  readonly signature: Buffer;
}

/**
 * Records a report of the acceptance kit, passed or not, and signs it by the city's report key. The same report again is
 * answered with the first result.
 *
 * @throws clearing.acceptance.verdict-differs, .cases-missing, .not-in-time; HsmUnavailable, HsmRefused
 */
export async function recordReport(
  tx: Transaction,
  hsm: CertificateDeps['hsm'],
  officer: Principal,
  report: AcceptanceReport,
  casesOf: (kit: Kit) => readonly string[],
): Promise<RecordedReport> {
  const now = new Date();
  requireWholeReport(report, casesOf, now);
  const content = canonicalJson(report);
  const sha256 = createHash('sha256').update(content, 'utf8').digest();
  const known = await findBySha256(tx, sha256);
  if (known !== undefined) return known;
  const { certificatePem } = await ensureOwnCertificate(
    { db: tx, hsm },
    { keyName: REPORT_KEY, usage: 'report-sign', cn: REPORT_SIGNER },
  );
  const signature = await signDetachedCms(hsm, {
    keyName: REPORT_KEY,
    certificatePem,
    content: Buffer.from(content, 'utf8'),
    at: now,
  });
  const { rows } = await tx.query<{ reportNo: bigint }>(
    `insert into clearing.acceptance_report
       (kit, candidate, software_version, passed, finished_at, content, content_sha256, signature, recorded_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (content_sha256) do nothing returning report_no as "reportNo"`,
    [
      report.kit,
      report.candidate,
      report.softwareVersion ?? null,
      report.passed,
      report.finishedAt,
      content,
      sha256,
      signature,
      officer.id,
    ],
  );
  const row = rows[0];
  if (row === undefined) {
    // Somebody was faster with the same report.
    const first = await findBySha256(tx, sha256);
    if (first === undefined) throw new Error('a report that exists cannot be found');
    return first;
  }
  await recordAct(tx, officer, {
    act: 'acceptance-report.record',
    subject: `${report.kit} ${report.candidate}`,
    detail: { reportNo: row.reportNo.toString(), passed: report.passed },
  });
  return { reportNo: row.reportNo, passed: report.passed, content, signature };
}

/** A recorded report. @throws clearing.acceptance.report-unknown */
export async function recordedReport(db: Database | Transaction, reportNo: bigint): Promise<RecordedReport> {
  const { rows } = await db.query<RecordedReport>(`${SELECT} where report_no = $1`, [reportNo]);
  const row = rows[0];
  if (row === undefined) throw acceptanceErrors.reportUnknown({ reportNo });
  return row;
}

export interface ReportRow {
  readonly reportNo: bigint;
  readonly kit: Kit;
  readonly candidate: string;
  readonly softwareVersion: string | null;
  readonly passed: boolean;
  readonly finishedAt: Date;
  readonly recordedBy: string;
  readonly recordedAt: Date;
}

const COLUMNS = `report_no as "reportNo", kit, candidate, software_version as "softwareVersion", passed,
  finished_at as "finishedAt", recorded_by as "recordedBy", recorded_at as "recordedAt"`;
const ROW = `select ${COLUMNS} from clearing.acceptance_report`;

/** The newest reports, of one candidate or of all. */
export async function listReports(db: Database, candidate: string | undefined, limit: number): Promise<ReportRow[]> {
  const { rows } = await db.query<ReportRow>(
    `${ROW} where $1::text is null or candidate = $1 order by report_no desc limit $2`,
    [candidate ?? null, limit],
  );
  return rows;
}

/** A report counts for this long: software and people change. */
const COUNTS_FOR_DAYS = 366;
const COUNTS_FOR_MS = COUNTS_FOR_DAYS * 86_400_000;

/**
 * Requires that a recorded report lets a candidate into production: of the right kit, about it and nobody else, passed,
 * and not too old.
 *
 * @throws clearing.acceptance.report-unknown, .not-accepted
 */
export async function requireAccepted(
  db: Database | Transaction,
  reportNo: bigint,
  wanted: {
    readonly kit: Kit;
    readonly candidate: string;
    readonly softwareVersion?: string;
    /** Conditions it must have been tried under, as the report names them. */
    readonly conditions?: Readonly<Record<string, string>>;
  },
  now: Date = new Date(),
): Promise<void> {
  const { rows } = await db.query<ReportRow & { content: string }>(
    `select ${COLUMNS}, content from clearing.acceptance_report where report_no = $1`,
    [reportNo],
  );
  const row = rows[0];
  if (row === undefined) throw acceptanceErrors.reportUnknown({ reportNo });
  const candidate = [wanted.candidate, wanted.softwareVersion].filter((part) => part !== undefined).join(' ');
  const refuse = (reason: string) => acceptanceErrors.notAccepted({ reportNo, candidate, reason });
  if (row.kit !== wanted.kit) throw refuse(`it is about a ${row.kit}, not a ${wanted.kit}`);
  const about = [row.candidate, row.softwareVersion].filter((part) => part !== null).join(' ');
  if (about !== candidate) throw refuse(`it is about ${about}`);
  const { conditions } = JSON.parse(row.content) as AcceptanceReport;
  for (const [name, value] of Object.entries(wanted.conditions ?? {})) {
    if (conditions[name] !== value)
      throw refuse(`it was tried as ${name} ${conditions[name] ?? '(not said)'}, not ${value}`);
  }
  if (!row.passed) throw refuse('it is not passed');
  if (now.getTime() - row.finishedAt.getTime() > COUNTS_FOR_MS)
    throw refuse(`it is older than ${COUNTS_FOR_DAYS} days`);
}

/**
 * The report that lets software of a terminal (`model/version`) into production: the newest there is, if it is passed and
 * counts still. A later run that failed takes an earlier pass back.
 */
export async function passedReport(
  db: Database | Transaction,
  software: { readonly kind: 'terminal'; readonly subject: string },
  now: Date = new Date(),
): Promise<bigint | undefined> {
  const [candidate, softwareVersion] = software.subject.split('/');
  const { rows } = await db.query<ReportRow>(
    `${ROW} where kit = $1 and candidate = $2 and software_version = $3 order by finished_at desc, report_no desc limit 1`,
    [software.kind, candidate, softwareVersion],
  );
  const newest = rows[0];
  const counts = newest?.passed === true && now.getTime() - newest.finishedAt.getTime() <= COUNTS_FOR_MS;
  return counts ? newest.reportNo : undefined;
}

/** Whether a file and the signature beside it are a report that this city's report key signed. */
export async function verifyReport(
  db: Database | Transaction,
  asked: { readonly content: Buffer; readonly signature: Buffer },
): Promise<CmsVerdict> {
  return verifyDetachedCms(db, {
    content: asked.content,
    signatureDer: asked.signature,
    expectedCn: REPORT_SIGNER,
    at: new Date(),
  });
}

const SELECT = `select report_no as "reportNo", passed, content, signature from clearing.acceptance_report`;

async function findBySha256(tx: Transaction, sha256: Buffer): Promise<RecordedReport | undefined> {
  const { rows } = await tx.query<RecordedReport>(`${SELECT} where content_sha256 = $1`, [sha256]);
  return rows[0];
}
