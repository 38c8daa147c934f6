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

it('every counterpart has its page', async () => {
  const { db } = database;
  await db.query(
    `with people as (
       insert into clearing.participant (participant_no, name, kind, status) values ('AGENT-7', '测试充值点', 'agent', 'production'), ('WATER-7', '测试水厂', 'biller', 'production'),
         ('BUS-7', '测试公交', 'operator', 'production') returning 1)
     , agent as (
       insert into reconciliation.agent_statement (participant_no, city_date, sha256, line_count, load_count, load_fen, cancel_count, cancel_fen,
         our_load_count, our_load_fen, equal_count) values ('AGENT-7', $1, 'x', 3, 3, 900, 0, 0, 2, 600, 2))
     , entry as (
       insert into reconciliation.bank_entry (account_no, bank_reference, direction, amount_fen, booked_on, reversal, first_kind, first_message)
         values ('TEST-1', 'R1', 'credit', 700, $1, false, 'camt.054', 'N1'))
     , card as (insert into reconciliation.card_look (business_date, cards, equal, explained, explained_fen, unexplained, unexplained_fen) values ($1, 5, 3, 1, 20, 1, 7))
     select 1`,
    [TODAY],
  );
  await db.query(
    `insert into reconciliation.bank_entry_part (account_no, bank_reference, part_no, amount_fen, state, reason) values ('TEST-1', 'R1', 1, 700, 'unmatched', 'no rule')`,
  );
  await db.query(`insert into clearing.biller (biller_code, participant_no) values ('WAT7', 'WATER-7')`);
  await db.query(
    `with told as (insert into clearing.bill_statement (biller_code, booked_on, line_count, amount_fen, sha256) values ('WAT7', $1, 1, 300, 'x'))
     insert into reconciliation.bill_check (biller_code, booked_on, ours_count, ours_fen, theirs_count, theirs_fen, equal_count, checked_at)
       values ('WAT7', $1, 1, 300, 1, 300, 1, now())`,
    [TODAY],
  );
  await db.query(
    `with list as (insert into reconciliation.operator_file_list (participant_no, listed_day, sha256, file_count) values ('BUS-7', $1, 'x', 1))
     insert into reconciliation.operator_listed_file (participant_no, listed_day, file_name, record_count, amount_fen) values ('BUS-7', $1, 'A', 1, 1)`,
    [TODAY],
  );
  const period = { name: TODAY, kind: 'day', first: TODAY, last: TODAY } as const;
  const tables = (await transact(db, (tx) => reconciliationReports(tx, period)))[0]?.tables ?? [];
  expect(table(tables, 'agents')).toEqual([['AGENT-7', '测试充值点', 1n, 2n, 600n, 3n, 900n, 0n, 0n, 2n, 0n, 0n, 1n]]);
  expect(table(tables, 'billers')).toEqual([['WAT7', '测试水厂', 1n, 1n, 300n, 1n, 300n, 1n, 0n, 0n, 0n]]);
  expect(table(tables, 'operators')).toEqual([['BUS-7', '测试公交', 0n, 0n, 0n, 1n, 0n, 0n, 0n, 0n, 0n]]);
  expect(table(tables, 'bank')).toEqual([['TEST-1', 0n, 700n, 0n, 0n, 0n, 1n, 700n, 1n]]);
  expect(table(tables, 'cards')).toEqual([[TODAY, 5n, 3n, 1n, 20n, 1n, 7n]]);
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
