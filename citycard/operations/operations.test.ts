import { cardIssuerMigrations } from '@citycard/card-issuer';
import { clearingMigrations } from '@citycard/clearing';
import {
  chinaCalendar,
  commonMigrations,
  createHttpServer,
  createLogger,
  createPrincipal,
  type HttpServer,
  openJobSystem,
  recordAct,
  type JobSystem,
  type Role,
  startTestDatabase,
  type TestDatabase,
  transact,
} from '@citycard/common';
import { connectHsm, type RunningHsm, startHsm } from '@citycard/hsm-sim';
import { reconciliationMigrations } from '@citycard/reconciliation';
import { gatewayMigrations } from '@citycard/terminal-gateway';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startOperations } from './index.ts';

const logger = createLogger('operations test', { level: 'silent' });
let database: TestDatabase;
let server: HttpServer;
let jobs: JobSystem;
let hsmDevice: RunningHsm;
let hsmFolder: string;
let hsm: ReturnType<typeof connectHsm>;
let operations: { stop(): Promise<void> };
const tokens = new Map<string, string>();

beforeAll(async () => {
  database = await startTestDatabase([
    commonMigrations,
    clearingMigrations,
    cardIssuerMigrations,
    gatewayMigrations,
    reconciliationMigrations,
  ]);
  hsmFolder = await mkdtemp(join(tmpdir(), 'citycard-operations-'));
  hsmDevice = await startHsm({ host: '127.0.0.1', port: 0, directory: hsmFolder, lmk: 'test', logger });
  hsm = connectHsm({ host: '127.0.0.1', port: hsmDevice.port });
  jobs = await openJobSystem({ databaseUrl: database.url, logger });
  jobs.queue('clearing-day');
  server = createHttpServer({ logger, db: database.db, title: 'test' });
  operations = startOperations(server, {
    db: database.db,
    hsm,
    logger,
    queues: jobs.watch,
    calendar: chinaCalendar({ provisionalThrough: 2099 }),
    bankCutOff: '16:00',
    firstBus: '05:30',
    traffic: () => undefined,
    serving: true,
    parts: [{ name: 'broken', look: () => Promise.reject(new Error('nobody there')) }],
  });
  for (const [id, role] of [
    ['lan', 'platform'],
    ['wei', 'platform'],
    ['checker', 'auditor'],
    ['counter', 'clerk'],
  ] as const)
    tokens.set(id, await person(id, role));
});
afterAll(async () => {
  await operations.stop();
  await jobs.close();
  await server.close();
  await hsm.close();
  await hsmDevice.stop();
  await rm(hsmFolder, { recursive: true, force: true });
  await database.stop();
});

const person = async (id: string, role: Role) =>
  (await transact(database.db, (tx) => createPrincipal(tx, { id, name: `Test ${id}`, kind: 'person', roles: [role] })))
    .token;

/** The parts of answers that are looked at one by one. */
interface Answer {
  readonly acts: readonly { readonly sequence: number }[];
  readonly verifications: readonly { readonly linesDone: number; readonly linesTotal: number }[];
  readonly rows: readonly { readonly id: string }[];
  readonly kinds: readonly string[];
  readonly processes: readonly object[];
  readonly parts: readonly object[];
  readonly working: readonly object[];
  readonly next: string;
  readonly handoverNo: number;
}

async function call(who: string, method: 'GET' | 'POST', url: string, payload?: object) {
  const headers = { authorization: `Bearer ${tokens.get(who)}` };
  const answer = await server.inject({ method, url, headers, ...(payload && { payload }) });
  return { status: answer.statusCode, body: answer.json<Answer>() };
}

describe('the log of shifts', () => {
  it('goes from one person to another, and open points are carried until they end', async () => {
    const point = await call('lan', 'POST', '/v1/operations/shift-points', { words: 'HSM two is on the spare line' });
    expect(point).toMatchObject({ status: 201, body: { pointNo: 1 } });
    const given = await call('lan', 'POST', '/v1/operations/handovers', { words: 'Quiet night' });
    expect(given).toMatchObject({ status: 201, body: { handoverNo: 1 } });
    expect(await call('wei', 'POST', '/v1/operations/handovers', { words: 'And another' })).toMatchObject({
      status: 409,
      body: { code: 'operations.handover-open', params: { by: 'Test lan' } },
    });
    expect(await call('lan', 'POST', '/v1/operations/handovers/1/taking', { words: '' })).toMatchObject({
      status: 409,
      body: { code: 'operations.same-person' },
    });
    expect(await call('wei', 'POST', '/v1/operations/handovers/1/withdrawal', { words: '' })).toMatchObject({
      status: 409,
      body: { code: 'operations.not-yours' },
    });
    expect((await call('wei', 'POST', '/v1/operations/handovers/1/taking', { words: 'Seen' })).status).toBe(200);
    expect((await call('wei', 'POST', '/v1/operations/handovers/1/taking', { words: 'Seen' })).body).toMatchObject({
      code: 'operations.handover-ended',
    });
    await call('wei', 'POST', '/v1/operations/handovers', { words: 'Still quiet' });
    expect(await call('wei', 'POST', '/v1/operations/shift-points/1/end', { words: 'Repaired' })).toMatchObject({
      status: 200,
    });
    expect((await call('lan', 'POST', '/v1/operations/shift-points/1/end', { words: 'x' })).status).toBe(409);
    const { body } = await call('checker', 'GET', '/v1/operations/handovers');
    expect(body).toMatchObject({
      handovers: [
        { handoverNo: 2, handedBy: 'wei', outcome: null, points: [{ pointNo: 1 }] },
        {
          handoverNo: 1,
          handedBy: 'lan',
          endedBy: 'wei',
          outcome: 'taken',
          endWords: 'Seen',
          points: [{ pointNo: 1 }],
        },
      ],
      openPoints: [],
      endedPoints: [{ pointNo: 1, endWords: 'Repaired' }],
    });
    expect((await call('wei', 'POST', '/v1/operations/handovers/2/withdrawal', { words: 'Too soon' })).status).toBe(
      200,
    );
  });

  it('refuses one person under two names, words of nothing, and being changed', async () => {
    await database.db.query(`update platform.principal set person_no = '4711' where id in ('lan', 'wei')`);
    const { body } = await call('lan', 'POST', '/v1/operations/handovers', { words: 'To myself' });
    expect(
      (await call('wei', 'POST', `/v1/operations/handovers/${body.handoverNo}/taking`, { words: '' })).body,
    ).toMatchObject({
      code: 'operations.same-person',
    });
    expect((await call('lan', 'POST', '/v1/operations/handovers', { words: ' \n ' })).status).toBe(422);
    await expect(database.db.query(`update platform.shift_handover set words = 'else'`)).rejects.toThrow(
      /only ever added/,
    );
    expect((await call('counter', 'GET', '/v1/operations/handovers')).status).toBe(403);
    expect((await call('checker', 'POST', '/v1/operations/handovers', { words: 'x' })).status).toBe(403);
  });
});

describe('the act log', () => {
  it('is searched by person, act, subject and time, a page at a time', async () => {
    const { body } = await call('checker', 'GET', '/v1/acts?actor=wei&limit=2');
    expect(body.acts).toHaveLength(2);
    expect(body.acts).toMatchObject([{ actor: 'wei', actorName: 'Test wei' }, { actor: 'wei' }]);
    const after = await call('checker', 'GET', `/v1/acts?actor=wei&limit=2&cursor=${body.next}`);
    expect(after.body.acts[0]!.sequence).toBeLessThan(body.acts[1]!.sequence);
    expect((await call('checker', 'GET', '/v1/acts?act=shift.hand')).body.acts[0]).toMatchObject({
      act: 'shift.hand-over',
    });
    expect((await call('checker', 'GET', '/v1/acts?subject=hand%25')).body.acts).toEqual([]);
    expect((await call('checker', 'GET', '/v1/acts?to=2000-01-01T00:00:00Z')).body.acts).toEqual([]);
    await transact(database.db, (tx) =>
      recordAct(
        tx,
        { id: 'wei', name: 'Test wei', kind: 'person', roles: ['platform'] },
        { act: 'look', subject: 'card 3104580010000000046' },
      ),
    );
    expect((await call('checker', 'GET', '/v1/acts?act=look')).body.acts[0]).toMatchObject({
      subject: 'card 3104580010000000046',
    });
    expect(JSON.stringify((await call('lan', 'GET', '/v1/acts?act=look')).body)).not.toContain('3104580010000000046');
    expect((await call('checker', 'GET', '/v1/acts?from=yesterday')).status).toBe(422);
    expect((await call('checker', 'GET', '/v1/acts/kinds')).body.kinds).toContain('shift.taken');
  });

  it('is proved as a job that is found again, and says where it was changed', async () => {
    expect((await call('checker', 'POST', '/v1/acts/verifications')).status).toBe(202);
    const last = async () => (await call('checker', 'GET', '/v1/acts/verifications')).body.verifications[0];
    await vi.waitFor(async () => expect(await last()).toMatchObject({ state: 'held' }), { timeout: 10_000 });
    const { linesDone, linesTotal } = (await last())!;
    expect(linesDone).toBe(linesTotal);
    await database.db.query('alter table platform.act_log disable trigger act_log_guard');
    await database.db.query(`update platform.act_log set subject = 'else' where sequence = 3`);
    await call('checker', 'POST', '/v1/acts/verifications');
    await vi.waitFor(async () => expect(await last()).toMatchObject({ state: 'broken', brokenAt: 3 }), {
      timeout: 10_000,
    });
  });
});

describe('what runs', () => {
  it('names processes, parts that answer and parts that do not', async () => {
    await vi.waitFor(
      async () => {
        const { body } = await call('lan', 'GET', '/v1/operations/services');
        expect(body.processes).toMatchObject([{ name: 'citycard', state: 'up', pid: process.pid }]);
        expect(body.parts).toMatchObject([
          { name: 'database', state: 'up' },
          { name: 'hsm' },
          { name: 'broken', state: 'down', remark: 'nobody there' },
        ]);
        // What works by itself: a loop of this very process, by way of its sign of life.
        expect(body.working).toContainEqual(
          expect.objectContaining({ part: 'act-log-proofs', state: 'resting', everySeconds: 5, failures: 0 }),
        );
      },
      { timeout: 10_000 },
    );
    expect((await call('lan', 'GET', '/v1/operations/queues')).body).toMatchObject({
      queues: [{ queue: 'clearing-day', failed: 0 }],
    });
    expect((await call('lan', 'GET', '/v1/operations/queues/clearing-day/jobs?state=failed')).body).toEqual({
      jobs: [],
    });
    expect((await call('lan', 'POST', '/v1/operations/queues/clearing-day/retry', { id: 'x' })).status).toBe(404);
  });

  it('asks the HSM and lists its keys', async () => {
    await vi.waitFor(
      async () =>
        expect((await call('lan', 'GET', '/v1/operations/hsm')).body).toMatchObject({ reachable: true, waiting: 0 }),
      { timeout: 10_000 },
    );
    expect((await call('lan', 'GET', '/v1/operations/keys')).body).toEqual({ keys: [] });
  });

  it('lists files and work of every kind, page by page', async () => {
    await database.db.query(
      `insert into clearing.report_set (period, ordered_by, ordered_at)
       select '2026-11-' || lpad(n::text, 2, '0'), 'lan', '2026-11-30T00:00:00Z' from generate_series(1, 30) as n`,
    );
    await database.db.query(
      `insert into issuer.resident_import (name, source, columns, started_by, state, finished_at) select 'import ' || n, 'test', '{}', 'lan', 'done', now() from generate_series(1, 80) as n`,
    );
    const first = (await call('lan', 'GET', '/v1/operations/work')).body;
    expect(first.rows).toHaveLength(100);
    const second = (await call('lan', 'GET', `/v1/operations/work?cursor=${first.next}`)).body;
    const all = [...first.rows, ...second.rows].map(({ id }) => id);
    expect(all.length).toBe(new Set(all).size);
    expect(all.filter((id: string) => /^(reports|residents) /.test(id))).toHaveLength(110);
    expect((await call('lan', 'GET', '/v1/operations/work?kind=reports')).body.rows).toHaveLength(30);
    expect((await call('lan', 'GET', '/v1/operations/work?cursor=nonsense')).status).toBe(422);
    for (const kind of [
      'purchase-file',
      'upload',
      'answer',
      'payment-order',
      'bill-file',
      'credit-file',
      'city-file',
      'refused-city-file',
      'bank-message',
      'refused-bank-message',
      'population-file',
      'old-cards',
      'group-file',
      'match',
      'card-batch',
    ])
      for (const list of ['files', 'work'])
        expect(await call('lan', 'GET', `/v1/operations/${list}?kind=${kind}`)).toMatchObject({
          status: 200,
          body: { rows: [] },
        });
    expect((await call('lan', 'GET', '/v1/gateway/traffic')).body).toMatchObject({ serving: false, seconds: [] });
  });
});

describe('the night', () => {
  it('is empty before there is a day, and then names what waits', async () => {
    expect((await call('lan', 'GET', '/v1/operations/night')).body).toMatchObject({ tonight: null, days: [] });
    await database.db.query(
      `insert into clearing.business_day (business_date, state, opened_at) values ('2026-03-02', 'open', '2026-03-01T16:00:00Z')`,
    );
    expect((await call('lan', 'GET', '/v1/operations/night')).body).toMatchObject({
      tonight: { date: '2026-03-02', state: 'open', bankAt: null, bankCutOffAt: '2026-03-03T08:00:00.000Z' },
      days: [{ date: '2026-03-02' }],
      stuck: [
        { reason: 'not-cut-off', subject: '2026-03-02', role: 'finance-maker', page: '/finance/days/2026-03-02' },
      ],
    });
  });
});
