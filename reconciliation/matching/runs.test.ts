import { clearingMigrations } from '@citycard/clearing';
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
import { afterAll, beforeAll, expect, it } from 'vitest';
import { registerReconciliationRoutes } from '../index.ts';
import { reconciliationMigrations } from '../migrations.ts';
import { approveRetention, dropOldFiles } from './retention.ts';
import { runMatch } from './run-match.ts';

let database: TestDatabase;
let server: HttpServer;
let token: string;
beforeAll(async () => {
  database = await startTestDatabase([commonMigrations, clearingMigrations, reconciliationMigrations]);
  const { db } = database;
  const maker = { id: 'maker', name: 'Test maker', kind: 'person', roles: ['finance-maker'] } as const;
  ({ token } = await transact(db, (tx) => createPrincipal(tx, maker)));
  server = createHttpServer({ db, logger: createLogger('test', { level: 'silent' }), title: 'Matches' });
  // No route of matches asks the HSM.
  registerReconciliationRoutes(server, { db } as unknown as Parameters<typeof registerReconciliationRoutes>[1]);
  await server.ready();
});
afterAll(async () => {
  await server.close();
  await database.stop();
});

async function call(method: 'GET' | 'POST' | 'PUT', url: string, body?: object | Buffer) {
  const response = await server.inject({
    method,
    url,
    headers: {
      authorization: `Bearer ${token}`,
      ...(Buffer.isBuffer(body) && { 'content-type': 'application/octet-stream' }),
    },
    ...(body && { payload: body }),
  });
  const read = String(response.headers['content-type']).includes('json') ? (response.json() as unknown) : undefined;
  return { status: response.statusCode, bytes: response.rawPayload, body: (read ?? {}) as Record<string, unknown> };
}

const HEADER = 'reference,amountFen,day\n';
const OURS = `${HEADER}a,100,2026-11-20\nb,200,2026-11-20\nc,300,2026-11-20\n`;
const THEIRS = `${HEADER}a,100,2026-11-20\nb,207,2026-11-20\nd,400,2026-11-20\n`;
const order = { plan: 'files', counterpartKind: 'biller', counterpart: 'WATER-1', businessDay: '2026-11-20' };

async function match(ours: string, theirs: string, more: object = {}) {
  const { body } = await call('POST', '/v1/matches', { ...order, ...more });
  const path = `/v1/matches/${String(body['runNo'])}`;
  const cut = Math.floor(theirs.length / 2);
  await call('PUT', `${path}/ours/1`, Buffer.from(ours));
  await call('PUT', `${path}/theirs/1`, Buffer.from(theirs.slice(0, cut)));
  await call('PUT', `${path}/theirs/2`, Buffer.from(theirs.slice(cut)));
  expect((await call('POST', `${path}/start`)).status).toBe(202);
  await runMatch({ db: database.db }, BigInt(String(body['runNo'])));
  return { path, run: (await call('GET', path)).body };
}
const open = async () =>
  (
    (await call('GET', '/v1/differences?counterpart=WATER-1&state=open')).body['differences'] as Record<
      string,
      unknown
    >[]
  ).map(({ kind, subjectKey }) => `${String(kind)} ${String(subjectKey)}`);

it('a dry run says what a match would find, and opens nothing', async () => {
  const { run } = await match(OURS, THEIRS, { dryRun: true });
  expect(run).toMatchObject({ state: 'done', ourLines: 3, theirLines: 3, opened: 0, dryRun: true });
  expect(run['states']).toMatchObject({ equal: { results: 1 }, amount: { results: 1, theirsFen: 207 } });
  expect(await open()).toEqual([]);
});

it('a match opens differences; the next ends those that are no more, and repeats change nothing', async () => {
  const { path, run } = await match(OURS, THEIRS);
  expect(run).toMatchObject({ opened: 3, ended: 0 });
  expect((await open()).toSorted()).toEqual(['amount files b', 'only-ours files c', 'only-theirs files d']);
  await runMatch({ db: database.db }, BigInt(String(run['runNo'])));
  expect((await call('GET', path)).body).toEqual(run);
  const { run: again } = await match(OURS, THEIRS);
  expect(again).toMatchObject({ opened: 0, changed: 0, ended: 0 });
  const { run: after } = await match(
    OURS,
    `${HEADER}a,100,2026-11-20\nb,200,2026-11-20\nc,300,2026-11-20\nd,400,2026-11-20\n`,
  );
  expect(after).toMatchObject({ opened: 0, ended: 2 });
  expect(await open()).toEqual(['only-theirs files d']);
});

it('every line can be asked for, and says why it is so', async () => {
  const { path } = await match(OURS, THEIRS, { dryRun: true, toleranceFen: 5 });
  const lines = (query: string) =>
    call('GET', `${path}/lines${query}`).then(({ body }) => body['lines'] as Record<string, unknown>[]);
  expect(await lines('?key=b')).toEqual([
    {
      state: 'amount',
      pass: 'reference',
      key: 'b',
      ourLine: 2,
      theirLine: 2,
      oursFen: 200,
      theirsFen: 207,
      ourDay: '2026-11-20',
      theirDay: '2026-11-20',
      explanation:
        'By reference (same reference): line 2 of ours and line 2 of theirs; 200 fen against 207 fen, more than the 5 fen allowed; both on 2026-11-20.',
    },
  ]);
  expect((await lines('?breaks=true')).map(({ state }) => state)).toEqual(['amount', 'only-ours', 'only-theirs']);
  expect(await lines('?theirLine=3')).toMatchObject([{ state: 'only-theirs', key: 'd' }]);
  const { status, bytes } = await call('GET', `${path}/result/main`);
  expect([status, bytes.subarray(0, 4).toString()]).toEqual([200, 'PAR1']);
});

it('a match with a file that cannot be read fails with its line and changes nothing', async () => {
  const before = await open();
  const failed = match(OURS, `${HEADER}a,1.5,2026-11-20\n`);
  await expect(failed).rejects.toMatchObject({ code: 'reconciliation.matching.unreadable' });
  expect(await open()).toEqual(before);
});

it('files are taken whole, once, and before the start only', async () => {
  const { body } = await call('POST', '/v1/matches', order);
  const path = `/v1/matches/${String(body['runNo'])}`;
  const code = async (...args: Parameters<typeof call>) => (await call(...args)).body['code'];
  expect(await code('POST', `${path}/start`)).toBe('reconciliation.matching.side-missing');
  await call('PUT', `${path}/ours/1`, Buffer.from(OURS));
  await call('PUT', `${path}/theirs/2`, Buffer.from('x'));
  expect(await code('POST', `${path}/start`)).toBe('reconciliation.matching.part-missing');
  expect(await code('PUT', `${path}/theirs/2`, Buffer.from('y'))).toBe('reconciliation.matching.part-differs');
  expect((await call('PUT', `${path}/theirs/2`, Buffer.from('x'))).status).toBe(204);
  await call('PUT', `${path}/theirs/1`, Buffer.from(HEADER));
  expect((await call('POST', `${path}/start`)).status).toBe(202);
  expect(await code('PUT', `${path}/theirs/3`, Buffer.from('z'))).toBe('reconciliation.matching.run-not-waiting');
  expect(await code('GET', `${path}/lines`)).toBe('reconciliation.matching.run-not-done');
  expect(await code('POST', '/v1/matches', { ...order, plan: 'guess' })).toBe('reconciliation.matching.plan-unknown');
});

it('every plan finds by itself the lines that are kept here; a file sent in place of kept ones explains only', async () => {
  const { body } = await call('GET', '/v1/match-plans');
  const plans = body['plans'] as { name: string; files: string[]; counterpartKind?: string; counterpart?: string }[];
  expect(plans.filter(({ files }) => files.length === 0).map(({ counterpartKind }) => counterpartKind)).toEqual(
    expect.arrayContaining(['agent', 'biller', 'bank', 'operator', 'card']),
  );
  const run = async (plan: (typeof plans)[number], file?: string) => {
    const { counterpart = 'NOBODY-1', name } = plan;
    const made = await call('POST', '/v1/matches', { plan: name, counterpart, businessDay: '2026-11-20' });
    const path = `/v1/matches/${String(made.body['runNo'])}`;
    if (file !== undefined) await call('PUT', `${path}/theirs/1`, Buffer.from(file));
    await call('POST', `${path}/start`);
    await runMatch({ db: database.db }, BigInt(String(made.body['runNo'])));
    return (await call('GET', path)).body;
  };
  for (const plan of plans.filter(({ files }) => files.length < 2)) {
    const sent = plan.files.length === 0 ? undefined : 'reference,card,terminal,amountFen,day\n';
    const { counterpartKind } = plan;
    expect(await run(plan, sent)).toMatchObject({
      counterpartKind,
      state: 'done',
      ourLines: 0,
      theirLines: 0,
      dryRun: false,
    });
  }
  const loads = plans.filter(({ name }) => name === 'agent-loads');
  for (const plan of loads)
    expect(await run(plan, 'reference,amountFen,day\nx,5,2026-11-20\n')).toMatchObject({
      dryRun: true,
      theirLines: 1,
      opened: 0,
    });
  const single = await call('POST', '/v1/matches', { ...order, plan: 'card-balances', counterpart: 'BUS1' });
  expect(single.body['code']).toBe('reconciliation.matching.everybody-only');
});

it('a file that was announced with more than it holds is half a file, and makes no differences', async () => {
  const before = await open();
  const promised = { theirs: { lines: 3, amountFen: 707 } };
  expect((await match(OURS, THEIRS, { dryRun: true, promised })).run).toMatchObject({ state: 'done' });
  const half = match(OURS, `${HEADER}a,100,2026-11-20\nb,207,2026-11-20\n`, { promised });
  await expect(half).rejects.toMatchObject({ code: 'reconciliation.matching.promised-more' });
  expect(await open()).toEqual(before);
});

it('a file in GB 18030 with line ends LF CR is matched as any other', async () => {
  const theirs = Buffer.concat([
    Buffer.from('reference,amountFen,day\n\r'),
    Buffer.from([0xb2, 0xe2, 0xca, 0xd4]),
    Buffer.from(',100,2026-11-20\n\rc,300,2026-11-20\n\r'),
  ]);
  const { body } = await call('POST', '/v1/matches', { ...order, dryRun: true });
  const path = `/v1/matches/${String(body['runNo'])}`;
  await call('PUT', `${path}/ours/1`, Buffer.from(`${HEADER}测试,100,2026-11-20\nc,300,2026-11-20\n`));
  await call('PUT', `${path}/theirs/1`, theirs);
  await call('POST', `${path}/start`);
  await runMatch({ db: database.db }, BigInt(String(body['runNo'])));
  expect((await call('GET', path)).body['states']).toMatchObject({ equal: { results: 2 } });
});

it('an operator’s list is matched with our records, which nobody sends', async () => {
  const { body } = await call('POST', '/v1/matches', {
    plan: 'operator-purchases',
    counterpart: 'BUS1',
    businessDay: '2026-11-20',
  });
  const path = `/v1/matches/${String(body['runNo'])}`;
  const refused = await call('PUT', `${path}/ours/1`, Buffer.from(OURS));
  expect(refused.body['code']).toBe('reconciliation.matching.side-not-sent');
  await call('PUT', `${path}/theirs/1`, Buffer.from('reference,card,terminal,amountFen,day\nr,c,t,5,2026-11-20\n'));
  await call('POST', `${path}/start`);
  await runMatch({ db: database.db }, BigInt(String(body['runNo'])));
  expect((await call('GET', path)).body).toMatchObject({ ourLines: 0, theirLines: 1, opened: 1 });
});

it('files that were sent are dropped when their time is over, by a rule two persons set; hash and result stay', async () => {
  const { path, run } = await match(OURS, THEIRS, { dryRun: true });
  const { db } = database;
  const parts = async () =>
    (
      await db.query<{ kept: boolean; hashed: boolean }>(
        'select content is not null as kept, sha256 is not null as hashed from reconciliation.match_input where run_no = $1',
        [BigInt(String(run['runNo']))],
      )
    ).rows;
  const { body } = await call('POST', '/v1/match-retention', { what: 'sent-files', keepDays: 8 });
  const checker: Principal = { id: 'checker', name: 'Test checker', kind: 'person', roles: ['finance-checker'] };
  await transact(db, async (tx) => {
    await createPrincipal(tx, checker);
    await approveRetention(tx, checker, BigInt(String(body['approvalId'])), { what: 'sent-files', keepDays: 8 });
  });
  expect((await call('GET', '/v1/match-retention')).body).toEqual({
    keepDays: { 'sent-files': 8, 'sent-files-failed': 30 },
  });
  await db.query(`update reconciliation.match_run set finished_at = now() - interval '7 days' where run_no = $1`, [
    BigInt(String(run['runNo'])),
  ]);
  expect(await dropOldFiles(db)).toBe(0);
  await db.query(`update reconciliation.match_run set finished_at = now() - interval '9 days' where run_no = $1`, [
    BigInt(String(run['runNo'])),
  ]);
  expect(await dropOldFiles(db)).toBe(3);
  expect(await dropOldFiles(db)).toBe(0);
  expect(new Set((await parts()).map(({ kept, hashed }) => `${kept} ${hashed}`))).toEqual(new Set(['false true']));
  expect(((await call('GET', `${path}/lines?key=a`)).body['lines'] as unknown[]).length).toBe(1);
});
