import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  commonMigrations,
  createHttpServer,
  createLogger,
  createPrincipal,
  type HttpServer,
  type Principal,
  startTestDatabase,
  type TestDatabase,
  transact,
} from '@citycard/common';
import { connectHsm, type HsmClient, type RunningHsm, startHsm } from '@citycard/hsm-sim';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ensureCityCa } from '../certificates/city-ca.ts';
import { clearingMigrations } from '../migrations.ts';
import { completeFile } from '../participants/complete-file.test-data.ts';
import { createParticipant, findParticipant } from '../participants/participant.ts';
import { passedReport, requireAccepted } from './record.ts';
import type { AcceptanceReport } from './report.ts';
import { registerAcceptanceReportRoutes } from './routes.ts';

const directory = mkdtempSync(path.join(os.tmpdir(), 'acceptance-test-'));
const CASES = ['delivers', 'repeats'];
const PLATFORM: Principal = { id: 'platform', name: 'Generated platform', kind: 'person', roles: ['platform'] };
const tokens = new Map<string, string>();
let database: TestDatabase;
let device: RunningHsm;
let hsm: HsmClient;
let server: HttpServer;

beforeAll(async () => {
  [database, device] = await Promise.all([
    startTestDatabase([commonMigrations, clearingMigrations]),
    startHsm({ directory, lmk: 'test' }),
  ]);
  hsm = connectHsm({ host: '127.0.0.1', port: device.port });
  await hsm.createCustodian({ name: 'custodian-a', pin: '111111' });
  await hsm.createCustodian({ name: 'custodian-b', pin: '222222' });
  await hsm.authorise('custodian-a', '111111', 'custodian-b', '222222', ['generateRsa'], 5);
  await ensureCityCa({ db: database.db, hsm }, '4580');
  await hsm.generateRsa({ name: 'REPORTS', usage: 'report-sign', bits: 2048 });
  await hsm.cancelAuthorisation();
  server = createHttpServer({ logger: createLogger('test', { level: 'silent' }), db: database.db, title: 'Clearing' });
  registerAcceptanceReportRoutes(server, { db: database.db, hsm, casesOf: () => CASES });
  await transact(database.db, async (tx) => {
    for (const id of ['platform', 'platform-2', 'auditor', 'clerk']) {
      const roles = [id === 'platform-2' ? 'platform' : id] as ('platform' | 'auditor' | 'clerk')[];
      tokens.set(id, (await createPrincipal(tx, { id, name: `Generated ${id}`, kind: 'person', roles })).token);
    }
  });
});
afterAll(async () => {
  await server.close();
  await hsm.close();
  await Promise.all([device.stop(), database.stop()]);
  rmSync(directory, { recursive: true });
});

async function call(person: string, method: 'GET' | 'POST', url: string, payload?: object) {
  const headers = { authorization: `Bearer ${tokens.get(person)}` };
  const response = await server.inject({ method, url, headers, ...(payload && { payload }) });
  return { status: response.statusCode, body: response.json<Record<string, unknown>>() };
}

function reportOf(candidate: string, change: Partial<AcceptanceReport> = {}): AcceptanceReport {
  return {
    format: 'citycard-acceptance-report/1',
    kit: 'operator',
    candidate,
    conditions: { timeLimitSeconds: '60' },
    startedAt: '2026-03-01T08:00:00Z',
    finishedAt: new Date(Date.now() - 60_000).toISOString(),
    passed: true,
    cases: CASES.map((id) => ({
      id,
      title: `It ${id}`,
      document: 'terminal-interface.md',
      outcome: 'passed',
      seconds: 1,
    })),
    ...change,
  };
}

const record = (report: AcceptanceReport, person = 'platform') =>
  call(person, 'POST', '/v1/acceptance-reports', report);

describe('a report', () => {
  it('is recorded once, signed by the report key, and proves itself', async () => {
    const report = reportOf('OPER0001');
    const first = await record(report);
    expect(first).toMatchObject({ status: 201, body: { passed: true } });
    expect((await record(report)).body).toEqual(first.body);
    const content = String(first.body['content']);
    expect(JSON.parse(content)).toEqual(report);
    const verify = (text: string) =>
      call('auditor', 'POST', '/v1/acceptance-reports/verification', {
        contentBase64: Buffer.from(text).toString('base64'),
        signatureBase64: first.body['signatureBase64'],
      });
    expect((await verify(content)).body).toMatchObject({ ok: true });
    expect((await verify(content.replace('OPER0001', 'OPER0002'))).body).toMatchObject({ ok: false });
    const shown = await call('auditor', 'GET', `/v1/acceptance-reports/${String(first.body['reportNo'])}`);
    expect(shown).toMatchObject({ status: 200, body: first.body });
    const listed = await call('auditor', 'GET', '/v1/acceptance-reports?candidate=OPER0001');
    expect(listed.body['reports']).toHaveLength(1);
  });

  it('stays as it is in the database', async () => {
    await record(reportOf('OPER0001'));
    await expect(database.db.query('update clearing.acceptance_report set passed = true')).rejects.toThrow(
      'never changed',
    );
    await expect(database.db.query('delete from clearing.acceptance_report')).rejects.toThrow('never changed');
  });

  it('is refused when it says more than its cases, lacks some, or is of tomorrow', async () => {
    const [one, two] = reportOf('OPER0003').cases;
    if (one === undefined || two === undefined) throw new Error('two cases were made');
    const failed = { ...two, outcome: 'failed' as const, reason: 'it never came' };
    expect((await record(reportOf('OPER0003', { cases: [one, failed] }))).body['code']).toBe(
      'clearing.acceptance.verdict-differs',
    );
    const untried = { ...two, outcome: 'not-run' as const };
    expect((await record(reportOf('OPER0003', { cases: [one, untried] }))).body['code']).toBe(
      'clearing.acceptance.verdict-differs',
    );
    expect((await record(reportOf('OPER0003', { cases: [one] }))).body['code']).toBe(
      'clearing.acceptance.cases-missing',
    );
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    expect((await record(reportOf('OPER0003', { finishedAt: tomorrow }))).body['code']).toBe(
      'clearing.acceptance.not-in-time',
    );
    expect((await call('auditor', 'GET', '/v1/acceptance-reports?candidate=OPER0003')).body['reports']).toEqual([]);
    expect((await record(reportOf('OPER0003'), 'clerk')).status).toBe(403);
  });

  it('speaks for its own candidate, kit and version, when it is passed and not old', async () => {
    const numberOf = async (report: AcceptanceReport) => BigInt(Number((await record(report)).body['reportNo']));
    const terminal = { kit: 'terminal' as const, softwareVersion: '1.2' };
    const good = await numberOf(reportOf('MODEL-1', terminal));
    const wanted = { kit: 'terminal' as const, candidate: 'MODEL-1', softwareVersion: '1.2' };
    await requireAccepted(database.db, good, wanted);
    const refused = (no: bigint, other: object) => requireAccepted(database.db, no, { ...wanted, ...other });
    await expect(refused(good, { softwareVersion: '1.3' })).rejects.toThrow('it is about MODEL-1 1.2');
    await expect(refused(good, { kit: 'operator' })).rejects.toThrow('it is about a terminal');
    await expect(refused(good + 1000n, {})).rejects.toThrow('There is no acceptance report');
    const newest = () => passedReport(database.db, { kind: 'terminal', subject: 'MODEL-1/1.2' });
    expect(await newest()).toBe(good);
    const old = await numberOf(reportOf('MODEL-1', { ...terminal, finishedAt: '2020-01-01T00:00:00Z' }));
    await expect(refused(old, {})).rejects.toThrow('older than');
    const [one, two] = reportOf('MODEL-1').cases;
    if (one === undefined || two === undefined) throw new Error('two cases were made');
    const bad = { passed: false, cases: [one, { ...two, outcome: 'failed' as const }] };
    const finishedAt = new Date().toISOString();
    await expect(refused(await numberOf(reportOf('MODEL-1', { ...terminal, ...bad, finishedAt })), {})).rejects.toThrow(
      'not passed',
    );
    expect(await newest()).toBeUndefined();
  });
});

describe('a participant in test', () => {
  const participantNo = 'OPER0009';
  const path = `/v1/participants/${participantNo}/activation`;
  const status = async () => (await findParticipant(database.db, participantNo))?.status;

  beforeEach(async () => {
    await transact(database.db, (tx) =>
      createParticipant(tx, { participantNo, name: 'Operator (test)', kind: 'operator', status: 'test' }),
    );
  });

  it('goes into production with a report and two persons, and not otherwise', async () => {
    expect((await call('platform', 'POST', path, {})).body['code']).toBe('clearing.acceptance.report-needed');
    const strange = Number((await record(reportOf('OPER0001'))).body['reportNo']);
    expect((await call('platform', 'POST', path, { reportNo: strange })).body['code']).toBe(
      'clearing.acceptance.not-accepted',
    );
    const reportNo = Number((await record(reportOf(participantNo))).body['reportNo']);
    // A report opens no door for whom the file says too little of.
    const lacks = async (missing: string) => {
      const refused = await call('platform', 'POST', path, { reportNo });
      expect(refused).toMatchObject({ status: 409, body: { code: 'clearing.participants.file-incomplete' } });
      expect(JSON.stringify(refused.body)).toContain(`lacks: ${missing}.`);
    };
    await lacks(
      'a business licence in force, a contract in force, a settlement contact, an operations contact, a settlement account',
    );
    await completeFile(database.db, { maker: PLATFORM, checker: { ...PLATFORM, id: 'platform-2' } }, participantNo);
    await lacks('a settlement account');
    expect(await status()).toBe('test');
    const account = { accountNo: '62281', bankLineNo: '102458000011', accountName: 'Operator (test)' };
    await database.db.query('update clearing.participant set settlement_account = $2 where participant_no = $1', [
      participantNo,
      JSON.stringify(account),
    ]);
    const proposed = await call('platform', 'POST', path, { reportNo });
    expect(proposed.status).toBe(201);
    const approval = { approvalId: proposed.body['approvalId'], reportNo };
    expect((await call('platform', 'POST', `${path}/approval`, approval)).body['code']).toBe('identity.same-person');
    expect((await call('clerk', 'POST', `${path}/approval`, approval)).status).toBe(403);
    expect(await status()).toBe('test');
    for (let times = 0; times < 2; times += 1) {
      expect(await call('platform-2', 'POST', `${path}/approval`, approval)).toMatchObject({
        status: 200,
        body: { participantNo, status: 'production' },
      });
    }
    expect(await status()).toBe('production');
    expect((await call('platform', 'POST', path, { reportNo })).body['code']).toBe('clearing.acceptance.not-in-test');
  });
});
