import { createHash } from 'node:crypto';
import { type BusinessDate, type Database, type Logger, transact, type Transaction } from '@citycard/common';
import { REPORT_KEY } from '../acceptance-reports/record.ts';
import { type CertificateDeps, ensureOwnCertificate, type IssuedCertificate } from '../certificates/city-ca.ts';
import { signDetachedCms } from '../certificates/sign.ts';
import { cardsAndDeposits, dormantBalances, largeAndSuspicious } from './cards-and-balances.ts';
import { clearingSummary } from './clearing-summary.ts';
import { dayFacts } from './day-facts.ts';
import { differences, type OpenBankLine } from './differences.ts';
import { floatDaily, reserveDaily } from './float-reports.ts';
import { interCity } from './inter-city.ts';
import { pdfFile } from './pdf.ts';
import type { ComplaintFigures } from './complaints.ts';
import { type Period, periodOf, requireClosed } from './period.ts';
import { periodReport } from './period-report.ts';
import { type Report, reportOf, reportText } from './report.ts';
import { settlementSheets } from './settlement-sheets.ts';
import { csvFile, jsonFile } from './text-files.ts';
import { xlsxFile } from './xlsx.ts';

/** The name in the certificate report files are signed with; the key is the city's for reports. */
export const REPORT_FILE_SIGNER = 'report-files';

export const REPORT_FORMATS = ['pdf', 'xlsx', 'csv', 'json'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

export interface ReportDeps {
  readonly db: Database;
  readonly hsm: CertificateDeps['hsm'];
  readonly logger: Logger;
  /** What those who reconcile know to be open with the bank at the end of a day; nothing when left out. */
  readonly openAtBank?: (db: Database, date: BusinessDate) => Promise<readonly OpenBankLine[]>;
  /** Reports of those who reconcile, written with the others of a day, month or quarter; none when left out. */
  readonly reconciliation?: (tx: Transaction, period: Period) => Promise<readonly Report[]>;
  /** What those who hear residents know of complaints in these days; the report says that none are recorded when left out. */
  readonly complaints?: (
    tx: Transaction,
    first: BusinessDate,
    last: BusinessDate,
  ) => Promise<readonly ComplaintFigures[]>;
}

/**
 * Makes the files of an ordered set: captures once what its reports say, then renders, signs and stores each file that is not
 * there. Killed anywhere, it goes on where it was; done again, it changes nothing.
 *
 * @throws CityCardError `clearing.reports.period-open`; HsmUnavailable, HsmRefused
 */
export async function makeReportSet(
  deps: ReportDeps,
  name: string,
  progress: (percent: number) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const { db, hsm } = deps;
  const period = periodOf(name);
  await requireClosed(db, period);
  const openAtBank = period.kind === 'day' ? ((await deps.openAtBank?.(db, period.first)) ?? []) : [];
  await transact(db, (tx) => capture(tx, period, openAtBank, deps));
  const { rows: missing } = await db.query<{ report: string; subject: string; format: ReportFormat; total: bigint }>(
    `select d.report, d.subject, f.format, (select count(*) from clearing.report_data where period = $1) * $3 as total
       from clearing.report_data d cross join unnest($2::text[]) with ordinality as f(format, place)
      where d.period = $1 and not exists (select from clearing.report_file r
              where r.period = d.period and r.report = d.report and r.subject = d.subject and r.format = f.format)
      order by d.report, d.subject, f.place`,
    [name, [...REPORT_FORMATS], REPORT_FORMATS.length],
  );
  const total = Number(missing[0]?.total ?? 0n);
  await db.query(
    `update clearing.report_set set state = 'making', failure = null, files_total = $2, files_done = $3 where period = $1 and state <> 'made'`,
    [name, total, total - missing.length],
  );
  const own = { keyName: REPORT_KEY, usage: 'report-sign', cn: REPORT_FILE_SIGNER } as const;
  const certificate =
    missing.length === 0 ? undefined : await transact(db, (tx) => ensureOwnCertificate({ db: tx, hsm }, own));
  for (const [index, file] of missing.entries()) {
    if (certificate !== undefined) await makeFile(deps, name, file, certificate);
    await db.query('update clearing.report_set set files_done = $2 where period = $1', [
      name,
      total - missing.length + index + 1,
    ]);
    await progress(Math.floor((100 * (index + 1)) / missing.length));
  }
  await db.query(
    `update clearing.report_set set state = 'made', finished_at = clock_timestamp() where period = $1 and state <> 'made'`,
    [name],
  );
}

/** What the reports of the period say, stored for good by whoever comes first. */
async function capture(
  tx: Transaction,
  period: Period,
  openAtBank: readonly OpenBankLine[],
  { complaints, reconciliation }: Pick<ReportDeps, 'complaints' | 'reconciliation'>,
): Promise<void> {
  await tx.query('select from clearing.report_set where period = $1 for update', [period.name]);
  const { rowCount } = await tx.query('select from clearing.report_data where period = $1 limit 1', [period.name]);
  if (rowCount !== 0) return;
  const reports =
    period.kind === 'day'
      ? await dayReports(tx, period.first, openAtBank)
      : [await periodReport(tx, period, await complaints?.(tx, period.first, period.last))];
  for (const report of [...reports, ...((await reconciliation?.(tx, period)) ?? [])]) {
    const content = reportText(report);
    await tx.query(
      'insert into clearing.report_data (period, report, subject, content, content_sha256) values ($1, $2, $3, $4, $5)',
      [period.name, report.report, report.subject ?? '', content, sha256(Buffer.from(content))],
    );
  }
}

async function dayReports(tx: Transaction, date: BusinessDate, openAtBank: readonly OpenBankLine[]): Promise<Report[]> {
  const facts = await dayFacts(tx, date);
  return [
    await clearingSummary(tx, date, facts),
    ...settlementSheets(date, facts),
    floatDaily(date, facts),
    await reserveDaily(tx, date),
    await differences(tx, date, openAtBank),
    await cardsAndDeposits(tx, date),
    await dormantBalances(tx, date),
    await largeAndSuspicious(tx, date, facts),
    interCity(date, facts),
  ];
}

async function makeFile(
  { db, hsm }: ReportDeps,
  period: string,
  file: { readonly report: string; readonly subject: string; readonly format: ReportFormat },
  { certificatePem, serial }: IssuedCertificate,
): Promise<void> {
  const content = await renderFile(db, period, file);
  const signature = await signDetachedCms(hsm, { keyName: REPORT_KEY, certificatePem, content });
  await db.query(
    `insert into clearing.report_file (period, report, subject, format, content, content_sha256, signature, certificate_serial)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
    [period, file.report, file.subject, file.format, content, sha256(content), signature, serial],
  );
}

/** The bytes of a file, from what was captured and nothing else: the same whenever it is asked. */
export async function renderFile(
  db: Database,
  period: string,
  { report, subject, format }: { readonly report: string; readonly subject: string; readonly format: ReportFormat },
): Promise<Buffer> {
  const { rows } = await db.query<{ content: string; sha256: string; captured_at: Date }>(
    `select content, encode(content_sha256, 'hex') as sha256, captured_at from clearing.report_data
      where period = $1 and report = $2 and subject = $3`,
    [period, report, subject],
  );
  const row = rows[0];
  if (row === undefined) throw new Error(`nothing was captured for ${report} of ${period}`);
  const read = reportOf(row.content);
  switch (format) {
    case 'pdf':
      return pdfFile(read, row.sha256, row.captured_at);
    case 'xlsx':
      return xlsxFile(read, row.sha256);
    case 'csv':
      return csvFile(read);
    case 'json':
      return jsonFile(read, row.sha256);
  }
}

const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();
