import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clearingMigrations, ensureCityCa, registerReportJobs } from '@citycard/clearing';
import {
  addDays,
  businessDate,
  cityDate,
  commonMigrations,
  createLogger,
  fen,
  openJobSystem,
  startTestDatabase,
  type TestDatabase,
  transact,
} from '@citycard/common';
import { connectHsm, type HsmClient, startHsm } from '@citycard/hsm-sim';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { endDifferences, type FoundDifference, openDifferences } from '../differences/index.ts';
import { reconciliationMigrations } from '../migrations.ts';
import { reconciliationReports } from './reconciliation-reports.ts';

const TODAY = cityDate(new Date());
const directory = mkdtempSync(join(tmpdir(), 'citycard-reconciliation-reports-'));
let database: TestDatabase;
let device: Awaited<ReturnType<typeof startHsm>>;
let hsm: HsmClient;

beforeAll(async () => {
  [database, device] = await Promise.all([
    startTestDatabase([commonMigrations, clearingMigrations, reconciliationMigrations]),
    startHsm({ directory, lmk: 'test' }),
  ]);
  hsm = connectHsm({ host: '127.0.0.1', port: device.port });
  await hsm.createCustodian({ name: 'custodian-a', pin: '111111' });
  await hsm.createCustodian({ name: 'custodian-b', pin: '222222' });
  await hsm.authorise('custodian-a', '111111', 'custodian-b', '222222', ['generateRsa'], 5);
  const { db } = database;
  await ensureCityCa({ db, hsm }, '4580');
  await hsm.generateRsa({ name: 'REPORTS', usage: 'report-sign', bits: 2048 });
  await hsm.cancelAuthorisation();
  await db.query(`insert into clearing.business_day (business_date, state) values ($1, 'closed'), ($2, 'open')`, [
    TODAY,
    addDays(TODAY, 1),
  ]);
  const found = (subjectKey: string, age: number): FoundDifference => ({
    counterpartKind: 'biller',
    counterpart: 'WATER-1',
    businessDay: addDays(TODAY, -age),
    subjectKey,
    kind: 'amount',
    ours: fen(500),
    theirs: fen(700),
    evidence: {},
  });
  await transact(db, async (tx) => {
    const rows = [found('bill 1', 0), found('bill 2', 40), found('bill 3', 1)];
    await openDifferences(tx, rows);
    await endDifferences(tx, rows.slice(2), { by: 'match', reason: 'it came with the next file' });
  });
});
afterAll(async () => {
  await hsm.close();
  await device.stop();
  await database.stop();
  rmSync(directory, { recursive: true });
});

const table = (
  tables: readonly { readonly name: string; readonly rows: readonly (readonly unknown[])[] }[],
  name: string,
) => tables.find((each) => each.name === name)?.rows;

it('a day says what was found, ended and is open, with its age', async () => {
  const period = { name: TODAY, kind: 'day', first: TODAY, last: TODAY } as const;
  const [report] = await transact(database.db, (tx) => reconciliationReports(tx, period));
  const who = ['biller', 'WATER-1', 'amount'];
  expect(report?.report).toBe('reconciliation-daily');
  expect(table(report?.tables ?? [], 'work')).toEqual([[...who, 0n, 3n, 1n, 0n, 0n, 0n, 0n, 2n]]);
  expect(table(report?.tables ?? [], 'age')).toEqual([
    [...who, 2n, 1n, 0n, 0n, 1n, 0n, addDays(TODAY, -40), 1000n, 1400n],
  ]);
  expect(table(report?.tables ?? [], 'ended')?.[0]).toContain('it came with the next file');
  expect(table(report?.tables ?? [], 'oldest')?.map((row) => row[4])).toEqual(['bill 2', 'bill 1']);
});

it('a month before knows nothing of what was found since', async () => {
  const first = businessDate('2020-01-01');
  const period = { name: '2020-01', kind: 'month', first, last: businessDate('2020-01-31') } as const;
  const [report] = await transact(database.db, (tx) => reconciliationReports(tx, period));
  expect(report?.report).toBe('reconciliation-monthly');
  expect(report?.tables.flatMap(({ rows }) => rows)).toEqual([]);
});

it('its files are made with the others of a closed day, in every format and signed', async () => {
  const { db, url } = database;
  const logger = createLogger('test', { level: 'silent' });
  const jobs = await openJobSystem({ databaseUrl: url, logger });
  const reports = registerReportJobs(
    jobs,
    { db, hsm, logger, reconciliation: reconciliationReports },
    { lookEveryMs: 200 },
  );
  try {
    await vi.waitFor(
      async () => {
        const { rows } = await db.query<{ state: string; failure: string | null }>(
          'select state, failure from clearing.report_set',
        );
        expect(rows).toEqual([{ state: 'made', failure: null }]);
      },
      { timeout: 60_000, interval: 200 },
    );
  } finally {
    await reports.close();
    await jobs.close();
  }
  const { rows } = await db.query<{ format: string; signed: boolean; text: string }>(
    `select format, length(signature) > 0 as signed, encode(content, 'escape') as text from clearing.report_file
      where report = 'reconciliation-daily' order by format`,
  );
  expect(rows.map(({ format, signed }) => [format, signed])).toEqual([
    ['csv', true],
    ['json', true],
    ['pdf', true],
    ['xlsx', true],
  ]);
  expect(rows[0]?.text).toContain('biller,WATER-1,amount,0,3,1,0,0,0,0,2');
}, 90_000);
