import { createHash } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type BusinessDate, canonicalJson, type Database, type Transaction } from '@citycard/common';
import { readDay } from '../day/days.ts';
import { dayErrors } from '../day/errors.ts';
import type { BalanceLine } from '../float/balances-at.ts';
import type { FloatPosition } from '../float/float-position.ts';
import { industryLines } from '../industries/settlement-lines.ts';
import { listObligations, listPositions } from '../netting/net-day.ts';
import { listMessages, messageXml } from '../settlement/instruct.ts';
import { listSheets } from '../settlement/sheets.ts';
import { csv, type CsvValue } from './csv.ts';
import { purchaseDetails } from './purchase-details.ts';
import { daySummary, PURCHASE_OUTCOMES } from './day-summary.ts';

export interface DayReport {
  /** File name, without a folder. */
  readonly name: string;
  readonly content: string;
}

interface Closing {
  readonly lines: readonly BalanceLine[];
  readonly position: FloatPosition;
}

/**
 * Makes the reports of a day that closes, stores them for good and writes them out. Runs inside the closing transaction:
 * a day is closed only with its reports on disk; killed in between, the same bytes are written again.
 */
export async function closeReports(
  tx: Transaction,
  date: BusinessDate,
  closing: Closing,
  directory: string | undefined,
): Promise<{ name: string; sha256: string }[]> {
  const reports = await makeReports(tx, date, closing);
  for (const { name, content } of reports) {
    await tx.query(`insert into clearing.day_report (business_date, name, content, sha256) values ($1, $2, $3, $4)`, [
      date,
      name,
      Buffer.from(content),
      sha256(content),
    ]);
  }
  if (directory !== undefined) await writeFiles(path.join(directory, date), reports);
  return reports.map(({ name, content }) => ({ name, sha256: sha256(content) }));
}

const sha256 = (content: string): string => createHash('sha256').update(content).digest('hex');

/** The reports of a closed day, byte for byte as they were when it closed. @throws CityCardError `clearing-day.not-closed`. */
export async function readReports(db: Database | Transaction, date: BusinessDate): Promise<DayReport[]> {
  const { state } = await readDay(db, date);
  if (state !== 'closed') throw dayErrors.notClosed({ date, state });
  const { rows } = await (db as Database).query<{ name: string; content: Buffer }>(
    'select name, content from clearing.day_report where business_date = $1 order by name',
    [date],
  );
  return rows.map(({ name, content }) => ({ name, content: content.toString('utf8') }));
}

/** Writes the reports of a closed day into `directory/<date>/` and returns their paths. */
export async function writeReports(db: Database, date: BusinessDate, directory: string): Promise<string[]> {
  return writeFiles(path.join(directory, date), await readReports(db, date));
}

/** Whole files only: each is written beside its name and then renamed. */
async function writeFiles(folder: string, reports: readonly DayReport[]): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  return Promise.all(
    reports.map(async ({ name, content }) => {
      const file = path.join(folder, name);
      await writeFile(`${file}.part`, content);
      await rename(`${file}.part`, file);
      return file;
    }),
  );
}

async function makeReports(tx: Transaction, date: BusinessDate, closing: Closing): Promise<DayReport[]> {
  const reports = [
    ...(await clearingSummary(tx, date)),
    ...(await settlementSheets(tx, date)),
    ...(await industries(tx, date)),
    ...(await outcomeDetail(tx, date)),
    ...floatDaily(date, closing.position),
    ...trialBalance(date, closing.lines),
    ...(await interCity(tx, date)),
  ];
  for (const { messageId } of await listMessages(tx, date)) {
    reports.push({ name: `${messageId}.pain.001.xml`, content: await messageXml(tx, messageId) });
  }
  return reports;
}

/** One table as CSV for a spreadsheet and as JSON for a program, with the same rows. */
function both(
  date: BusinessDate,
  name: string,
  header: readonly string[],
  rows: readonly (readonly CsvValue[])[],
  extra: Readonly<Record<string, unknown>> = {},
): DayReport[] {
  const objects = rows.map((row) => Object.fromEntries(header.map((column, index) => [column, row[index] ?? ''])));
  const json = canonicalJson({ report: name, businessDate: date, ...extra, rows: objects });
  return [
    { name: `${date}-${name}.csv`, content: csv(header, rows) },
    { name: `${date}-${name}.json`, content: `${json}\n` },
  ];
}

async function clearingSummary(tx: Transaction, date: BusinessDate): Promise<DayReport[]> {
  const { purchases, paidFromEarlierDays, loads, net } = await daySummary(tx, date);
  const rows: CsvValue[][] = [];
  for (const outcome of PURCHASE_OUTCOMES) {
    const { count, amountFen, reasons } = purchases[outcome];
    rows.push(['purchases', outcome, '', count, amountFen]);
    for (const [code, total] of Object.entries(reasons)) {
      rows.push(['purchases', outcome, code, total.count, total.amountFen]);
    }
  }
  rows.push(['purchases', 'paid from earlier days', '', paidFromEarlierDays.count, paidFromEarlierDays.amountFen]);
  for (const [state, total] of Object.entries(loads)) rows.push(['loads', state, '', total.count, total.amountFen]);
  for (const { party, netFen } of net) rows.push(['net position', party, '', 0, netFen]);
  return both(date, 'clearing-summary', ['section', 'item', 'reason', 'count', 'amountFen'], rows);
}

async function settlementSheets(tx: Transaction, date: BusinessDate): Promise<DayReport[]> {
  const header = [
    'sheetNo',
    'participantNo',
    'name',
    'periodFrom',
    'periodTo',
    'salesCount',
    'salesFen',
    'refundCount',
    'refundFen',
    'feeFen',
    'otherFen',
    'carriedInFen',
    'payableFen',
    'disposition',
    'carryReason',
    'accountNo',
    'bankLineNo',
    'settleDate',
    'maker',
    'checker',
    'state',
  ];
  const rows = (await listSheets(tx, date)).map((sheet) => [
    sheet.sheetNo,
    sheet.participantNo,
    sheet.name,
    sheet.periodFrom,
    sheet.businessDate,
    sheet.salesCount,
    sheet.salesFen,
    sheet.refundCount,
    sheet.refundFen,
    sheet.feeFen,
    sheet.otherFen,
    sheet.carriedInFen,
    sheet.payableFen,
    sheet.disposition,
    sheet.carryReason ?? '',
    sheet.settlementAccount?.accountNo ?? '',
    sheet.settlementAccount?.bankLineNo ?? '',
    sheet.settleDate,
    sheet.maker ?? '',
    sheet.checker ?? '',
    sheet.state,
  ]);
  return both(date, 'settlement-sheets', header, rows);
}

/** The settlement report by industry: what people paid in it, what its participants get, what funds paid beside. */
async function industries(tx: Transaction, date: BusinessDate): Promise<DayReport[]> {
  const header = [
    'code',
    'name',
    'pattern',
    'purchaseCount',
    'purchaseFen',
    'refundFen',
    'feeFen',
    'netFen',
    'elsewhereFen',
    'visitCount',
    'fundFen',
    'findingCount',
  ] as const;
  const lines = await industryLines(tx, date);
  const rows = lines.map((line): CsvValue[] => header.map((column) => line[column]));
  return both(date, 'industries', header, rows);
}

async function outcomeDetail(tx: Transaction, date: BusinessDate): Promise<DayReport[]> {
  const header = [
    'state',
    'reasonCode',
    'reason',
    'participantNo',
    'intakeId',
    'recordIndex',
    'fileName',
    'terminalNo',
    'cardNoMasked',
    'samNo',
    'samTransactionNo',
    'offlineCounter',
    'tappedAt',
    'amountFen',
    'detail',
  ];
  return both(date, 'outcome-detail', header, await purchaseDetails(tx, date));
}

function floatDaily(date: BusinessDate, position: FloatPosition): DayReport[] {
  const section = (name: string, items: Readonly<Record<string, bigint>>): CsvValue[][] =>
    Object.entries(items).map(([item, amount]) => [name, item, amount]);
  const { deposits, bankAccounts } = position;
  const rows: CsvValue[][] = [
    ...section('owed', position.owed),
    ...section('receivable', position.receivable),
    ...section('reserve', position.reserve),
    ['cash on its way', '', position.cashFen],
    ['difference', 'owed - receivable - reserve - cash', position.differenceFen],
    ...section('of that, not covered by former issuer', position.uncoveredMigrations),
    ...section('card deposits (no float)', {
      owed: deposits.owedFen,
      bank: deposits.bankFen,
      cash: deposits.cashFen,
      difference: deposits.differenceFen,
    }),
    ['own funds (no float)', 'fees withdrawn', position.ownFundsFen],
    ...bankAccounts.flatMap(({ account, ledgerFen, statementFen, differenceFen }): CsvValue[][] => [
      ['bank account, ledger', account, ledgerFen],
      ...(statementFen === undefined ? [] : [['bank account, statement', account, statementFen]]),
      ...(differenceFen === undefined ? [] : [['bank account, difference', account, differenceFen]]),
    ]),
  ];
  return both(date, 'float-daily', ['section', 'item', 'amountFen'], rows, { ok: position.ok });
}

function trialBalance(date: BusinessDate, lines: readonly BalanceLine[]): DayReport[] {
  const rows: CsvValue[][] = lines.map(({ kind, code, debitFen, creditFen, balanceFen }) => [
    kind,
    code ?? '(all cards)',
    debitFen,
    creditFen,
    balanceFen,
  ]);
  const sum = (pick: (line: BalanceLine) => bigint) => lines.reduce((total, line) => total + pick(line), 0n);
  rows.push(['total', '', sum((l) => l.debitFen), sum((l) => l.creditFen), sum((l) => l.balanceFen)]);
  return both(date, 'trial-balance', ['kind', 'account', 'debitFen', 'creditFen', 'balanceFen'], rows);
}

/** The day's use of one city's cards in another (domain.md F.5): what each city owes, and its net position. */
async function interCity(tx: Transaction, date: BusinessDate): Promise<DayReport[]> {
  const between = (await listObligations(tx, date)).filter(
    ({ from, to }) => from.startsWith('city:') || to.startsWith('city:'),
  );
  const net = (await listPositions(tx, date)).filter(({ party }) => party.startsWith('city:'));
  const rows: CsvValue[][] = [
    ...between.map(({ from, to, amountFen }): CsvValue[] => ['gross', from, to, amountFen]),
    ...net.map(({ party, netFen }): CsvValue[] => ['net', party, '', netFen]),
  ];
  return both(date, 'inter-city', ['kind', 'from', 'to', 'amountFen'], rows);
}
