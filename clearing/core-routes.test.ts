import {
  businessDate,
  commonMigrations,
  createHttpServer,
  createLogger,
  createPrincipal,
  fen,
  type HttpServer,
  type Role,
  startTestDatabase,
  type TestDatabase,
  transact,
} from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerClearingCoreRoutes } from './core-routes.ts';
import { openAccount } from './ledger/accounts.ts';
import { postOrThrow } from './ledger/posting.ts';
import { testCard, transfer } from './ledger/test-ledger.ts';
import { clearingMigrations } from './migrations.ts';
import { openPurse, setPurseStatus } from './purses/purse.ts';

let database: TestDatabase;
let server: HttpServer;
const tokens = new Map<Role, string>();
const CARD = testCard(1);

beforeAll(async () => {
  database = await startTestDatabase([commonMigrations, clearingMigrations]);
  server = createHttpServer({ logger: createLogger('test', { level: 'silent' }), db: database.db, title: 'Clearing' });
  registerClearingCoreRoutes(server, { db: database.db, demo: true });
  await transact(database.db, async (tx) => {
    for (const role of ['platform', 'auditor', 'supervisor', 'clerk'] as const) {
      const person = { id: role, name: `Generated ${role}`, kind: 'person' as const, roles: [role] };
      tokens.set(role, (await createPrincipal(tx, person)).token);
    }
    await openPurse(tx, {
      cardNo: CARD,
      algorithm: '3des',
      mainType: 1,
      subType: 0,
      purseCap: fen(100_000),
      validFrom: businessDate('2026-01-01'),
      validTo: businessDate('2036-01-01'),
    });
    await openAccount(tx, 'bank-custody:B1');
    await postOrThrow(tx, businessDate('2026-11-20'), [transfer('k1', 'bank-custody:B1', 'purse', 500, CARD)]);
    await setPurseStatus(tx, CARD, 'lost-reported', 'generated');
  });
});
afterAll(async () => {
  await server.close();
  await database.stop();
});

async function call(role: Role, method: 'GET' | 'POST' | 'PUT', url: string, payload?: object) {
  const headers = { authorization: `Bearer ${tokens.get(role)}` };
  const response = await server.inject({ method, url, headers, ...(payload && { payload }) });
  return { status: response.statusCode, body: response.json<Record<string, unknown>>() };
}

const WATER = { participantNo: 'WATER1', name: 'Generated water', kind: 'biller', industry: 3 };

describe('participants', () => {
  it('are admitted by the platform, once, and written into the act log', async () => {
    expect(await call('platform', 'POST', '/v1/participants', WATER)).toMatchObject({ status: 201, body: WATER });
    expect((await call('platform', 'POST', '/v1/participants', WATER)).status).toBe(201);
    const other = await call('platform', 'POST', '/v1/participants', { ...WATER, name: 'Other' });
    expect(other).toMatchObject({ status: 409, body: { code: 'clearing.participant-exists' } });
    expect(await call('auditor', 'GET', '/v1/participants')).toMatchObject({ body: { participants: [WATER] } });
    expect((await call('clerk', 'POST', '/v1/participants', WATER)).status).toBe(403);
    const { rows } = await database.db.query(`select from platform.act_log where act = 'participant.admit'`);
    expect(rows).toHaveLength(2);
  });

  it('that make no sense are refused before anything is written', async () => {
    for (const wrong of [
      { participantNo: 'a b c' },
      { kind: 'friend' },
      { kind: 'city' },
      { cityCode: '4520' },
      { more: 1 },
    ])
      expect(
        (await call('platform', 'POST', '/v1/participants', { ...WATER, participantNo: 'NEW01', ...wrong })).status,
      ).toBe(422);
    expect((await call('platform', 'GET', '/v1/participants')).body['participants']).toHaveLength(1);
  });

  it('that are billers can be asked at an address', async () => {
    const address = { participantNo: 'WATER1', baseUrl: 'http://127.0.0.1:9' };
    expect((await call('platform', 'PUT', '/v1/billers/WTR1', address)).body).toEqual({
      billerCode: 'WTR1',
      ...address,
    });
    expect((await call('platform', 'PUT', '/v1/billers/WTR1', { ...address, participantNo: 'NOBODY' })).status).toBe(
      404,
    );
    expect((await call('auditor', 'PUT', '/v1/billers/WTR1', address)).status).toBe(403);
  });
});

it('SAMs are assigned, shown and taken back by the platform', async () => {
  const assignment = {
    samNo: '100000000001',
    participantNo: 'WATER1',
    terminalNo: 'T0000001',
    validFrom: '2026-01-01T00:00:00Z',
  };
  expect((await call('platform', 'POST', '/v1/sam-assignments', assignment)).status).toBe(201);
  expect((await call('platform', 'GET', '/v1/sam-assignments/100000000001')).body).toMatchObject({
    participantNo: 'WATER1',
  });
  const taken = await call('platform', 'POST', '/v1/sam-assignments', { ...assignment, terminalNo: 'T0000002' });
  expect(taken).toMatchObject({ status: 409, body: { code: 'clearing.sam-taken' } });
  const reversed = { ...assignment, samNo: '100000000002', validTo: '2025-01-01T00:00:00Z' };
  expect((await call('platform', 'POST', '/v1/sam-assignments', reversed)).status).toBe(422);
  expect((await call('platform', 'POST', '/v1/sam-assignments/100000000001/end')).status).toBe(200);
  expect((await call('platform', 'GET', '/v1/sam-assignments/100000000001')).status).toBe(404);
  expect((await call('clerk', 'POST', '/v1/sam-assignments', assignment)).status).toBe(403);
});

describe('the ledger', () => {
  it('is proved for auditors and supervisors', async () => {
    expect((await call('auditor', 'GET', '/v1/ledger/verification')).body).toMatchObject({
      ok: true,
      chunks: 1,
      transfers: 1,
    });
    expect((await call('supervisor', 'GET', '/v1/ledger/verification?since=1')).body).toMatchObject({
      ok: true,
      chunks: 1,
    });
    expect((await call('platform', 'GET', '/v1/ledger/verification')).status).toBe(403);
  });

  it('shows its accounts, which sum to zero', async () => {
    const { body } = await call('supervisor', 'GET', '/v1/ledger/trial-balance');
    expect(body).toMatchObject({ sumFen: 0 });
    expect(body['rows']).toContainEqual({ kind: 'purse', debitFen: 0, creditFen: 500, balanceFen: -500 });
    expect((await call('auditor', 'GET', '/v1/ledger/accounts/bank-custody:B1')).body).toMatchObject({
      postedFen: 500,
      availableYuan: '5.00',
    });
    expect((await call('auditor', 'GET', '/v1/ledger/accounts/nothing:B1')).status).toBe(404);
  });
});

it('a purse shows its accounts to auditor and platform', async () => {
  const { body } = await call('auditor', 'GET', `/v1/purses/${CARD}`);
  expect(body).toMatchObject({ cardNo: CARD, status: 'lost-reported' });
  expect(body['accounts']).toContainEqual({
    kind: 'purse',
    posted: 500,
    available: 500,
    pendingDebits: 0,
    pendingCredits: 0,
  });
  expect((await call('platform', 'GET', '/v1/purses/123')).status).toBe(422);
  expect((await call('platform', 'GET', `/v1/purses/${testCard(2)}`)).status).toBe(404);
  expect((await call('clerk', 'GET', `/v1/purses/${CARD}`)).status).toBe(403);
});

it('hotlist and alarms are read page by page', async () => {
  expect((await call('clerk', 'GET', '/v1/hotlist?limit=1')).body).toMatchObject({
    currentVersion: 1,
    more: false,
    entries: [{ action: 'add', applicationSerial: `0${CARD}` }],
  });
  expect((await call('clerk', 'GET', '/v1/hotlist?versionHeld=9')).status).toBe(422);
  expect((await call('supervisor', 'GET', '/v1/alarms?after=0')).body).toEqual({ alarms: [] });
});
