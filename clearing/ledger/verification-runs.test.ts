import {
  createHttpServer,
  createLogger,
  createPrincipal,
  type HttpServer,
  type JobSystem,
  openJobSystem,
  transact,
} from '@citycard/common';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startTestLedger, transfer } from './test-ledger.ts';
import { registerVerificationJobs } from './verification-runs.ts';
import { registerVerificationRoutes } from './verification-routes.ts';

const logger = createLogger('test', { level: 'silent' });
let ledger: Awaited<ReturnType<typeof startTestLedger>>;
let server: HttpServer;
let jobs: JobSystem;
const tokens = new Map<string, string>();
beforeAll(async () => {
  ledger = await startTestLedger(1);
  server = createHttpServer({ logger, db: ledger.db, title: 'Proofs' });
  registerVerificationRoutes(server, ledger);
  await transact(ledger.db, async (tx) => {
    for (const role of ['auditor', 'finance-maker'] as const) {
      const who = { id: role, name: `测试 ${role}`, kind: 'person' as const, roles: [role] };
      tokens.set(role, (await createPrincipal(tx, who)).token);
    }
  });
  await ledger.postAll(transfer('f', 'bank-custody:B1', 'agent-prefund:A001', 1000));
  await ledger.postAll(transfer('l', 'agent-prefund:A001', 'purse', 300, ledger.cards[0]));
  jobs = await openJobSystem({ databaseUrl: ledger.url, logger });
});
afterAll(async () => {
  await jobs.close();
  await server.close();
  await ledger.stop();
});

const PATH = '/v1/ledger/verifications';
async function ask(role: string, method: 'GET' | 'POST', path = '', payload?: object) {
  const headers = { authorization: `Bearer ${tokens.get(role)}` };
  const response = await server.inject({ method, url: `${PATH}${path}`, headers, ...(payload && { payload }) });
  return { status: response.statusCode, body: response.json<Record<string, unknown>>() };
}
const finished = (no: unknown) =>
  vi.waitFor(
    async () => {
      const { body } = await ask('auditor', 'GET', `/${String(no)}`);
      expect(['done', 'failed']).toContain(body['state']);
      return body;
    },
    { timeout: 15_000, interval: 50 },
  );

it('is ordered once while it waits, runs as a job, and its outcome is found again', async () => {
  expect((await ask('finance-maker', 'POST', '', {})).status).toBe(403);
  const first = await ask('auditor', 'POST', '', {});
  expect(first).toMatchObject({ status: 202, body: { state: 'ordered', orderedBy: 'auditor' } });
  const again = await ask('auditor', 'POST', '', {});
  expect(again.body['verificationNo']).toBe(first.body['verificationNo']);
  const other = await ask('auditor', 'POST', '', { since: '2' });
  expect(other.body['verificationNo']).not.toBe(first.body['verificationNo']);
  const work = registerVerificationJobs(jobs, { db: ledger.db, logger }, { lookEveryMs: 50 });
  try {
    expect(await finished(first.body['verificationNo'])).toMatchObject({
      state: 'done',
      chunksDone: 2,
      chunksTotal: 2,
      outcome: { ok: true, chunks: 2, transfers: 2 },
    });
    expect(await finished(other.body['verificationNo'])).toMatchObject({
      since: '2',
      outcome: { ok: true, chunks: 1 },
    });
    // A question that nothing answers fails with its sentence.
    const nothing = await ask('auditor', 'POST', '', { since: '99' });
    expect(await finished(nothing.body['verificationNo'])).toMatchObject({
      state: 'failed',
      failure: expect.stringContaining('newest chunk is 2') as string,
    });
    // One whose process was killed begins again.
    const { rows } = await ledger.db.query<{ no: bigint }>(
      `insert into clearing.ledger_verification (ordered_by, state, moved_at) values ('auditor', 'running', now() - interval '1 hour')
       returning verification_no as no`,
    );
    expect(await finished(rows[0]?.no)).toMatchObject({ state: 'done', outcome: { ok: true } });
  } finally {
    await work.close();
  }
  const list = (await ask('auditor', 'GET')).body['verifications'] as { verificationNo: number }[];
  const numbers = list.map(({ verificationNo }) => verificationNo);
  expect(numbers).toHaveLength(4);
  expect(numbers).toEqual(numbers.toSorted((a, b) => b - a));
});

it('is withdrawn before it ends, and can be ordered again', async () => {
  const first = await ask('auditor', 'POST', '', {});
  const path = `/${String(first.body['verificationNo'])}`;
  expect((await ask('finance-maker', 'POST', `${path}/withdrawal`)).status).toBe(403);
  expect(await ask('auditor', 'POST', `${path}/withdrawal`)).toMatchObject({
    status: 200,
    body: { state: 'withdrawn' },
  });
  expect((await ask('auditor', 'POST', `${path}/withdrawal`)).status).toBe(200);
  const again = await ask('auditor', 'POST', '', {});
  expect(again.body['verificationNo']).not.toBe(first.body['verificationNo']);
  const work = registerVerificationJobs(jobs, { db: ledger.db, logger }, { lookEveryMs: 50 });
  try {
    expect(await finished(again.body['verificationNo'])).toMatchObject({ state: 'done' });
  } finally {
    await work.close();
  }
  expect((await ask('auditor', 'GET', path)).body).toMatchObject({ state: 'withdrawn', chunksDone: 0 });
  expect(await ask('auditor', 'POST', `/${String(again.body['verificationNo'])}/withdrawal`)).toMatchObject({
    status: 409,
    body: { code: 'clearing-ledger.verification-finished' },
  });
});

it.each([
  [{ since: 'yesterday' }, 422],
  [{ since: '2026-02-30' }, 422],
  [{ all: true }, 422],
] as const)('refuses %o', async (body, status) => expect((await ask('auditor', 'POST', '', body)).status).toBe(status));

it('says when there is none', async () => {
  expect(await ask('auditor', 'GET', '/4711')).toMatchObject({
    status: 404,
    body: { code: 'clearing-ledger.verification-unknown' },
  });
});
