import { accountBalance, clearingMigrations, openAccount } from '@citycard/clearing';
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
import { afterAll, beforeAll, expect, it } from 'vitest';
import { reconciliationMigrations } from '../migrations.ts';
import type { FoundDifference } from './difference.ts';
import { openDifferences } from './open.ts';
import { registerDifferenceRoutes } from './routes.ts';

const DAY = businessDate('2026-11-20');
const AGENT = '904458060510001';
let database: TestDatabase;
let server: HttpServer;
const tokens = new Map<string, string>();

beforeAll(async () => {
  database = await startTestDatabase([commonMigrations, clearingMigrations, reconciliationMigrations]);
  const { db } = database;
  await transact(db, async (tx) => {
    await tx.query(`insert into clearing.business_day (business_date, state) values ($1, 'open')`, [DAY]);
    for (const code of [`agent-prefund:${AGENT}`, 'write-off:main']) await openAccount(tx, code);
    const person = async (id: string, role: Role, participantNo?: string) => {
      const kind = participantNo === undefined ? 'person' : 'partner';
      const principal = {
        id,
        name: `Test ${id}`,
        kind,
        roles: [role],
        ...(participantNo && { participantNo }),
      } as const;
      tokens.set(id, (await createPrincipal(tx, principal)).token);
    };
    await person('maker', 'finance-maker');
    await person('checker', 'finance-checker');
    await person('agent', 'agent-partner', AGENT);
  });
  server = createHttpServer({ db, logger: createLogger('test', { level: 'silent' }), title: 'Differences' });
  registerDifferenceRoutes(server, { db });
});
afterAll(async () => {
  await server.close();
  await database.stop();
});

const found = (subjectKey: string, counterpart = AGENT): FoundDifference => ({
  counterpartKind: 'agent',
  counterpart,
  businessDay: DAY,
  subjectKey,
  kind: 'amount',
  ours: fen(500),
  theirs: fen(700),
  evidence: { file: 'generated' },
});
const open = async (...rows: FoundDifference[]) =>
  String((await transact(database.db, (tx) => openDifferences(tx, rows)))[0]?.differenceNo);

let keys = 0;
async function call(who: string, method: 'GET' | 'POST' | 'PUT', url: string, body?: object) {
  const response = await server.inject({
    method,
    url,
    headers: { authorization: `Bearer ${tokens.get(who)}`, 'idempotency-key': `k${(keys += 1)}` },
    ...(body && { payload: body }),
  });
  const text = response.body;
  return { status: response.statusCode, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
}
const booking = { debit: 'write-off:main', credit: `agent-prefund:${AGENT}`, amountFen: 200 };
const balance = async () => (await accountBalance(database.db, `agent-prefund:${AGENT}`)).posted;

it('two persons end a difference with an adjustment, once', async () => {
  const no = await open(found('L-1'));
  const path = `/v1/differences/${no}/decision`;
  const proposed = await call('maker', 'POST', path, { reason: 'the agent is right', booking });
  expect(proposed.status).toBe(201);
  expect(await call('maker', 'POST', path, { reason: 'the agent is right', booking })).toEqual(proposed);
  const approve = `${path}/${String(proposed.body['approvalId'])}`;
  expect((await call('maker', 'POST', approve)).status).toBe(403);
  const ended = { differenceNo: Number(no), reason: 'the agent is right', postingKey: `difference:${no}` };
  expect(await call('checker', 'POST', approve)).toEqual({ status: 200, body: ended });
  expect(await call('checker', 'POST', approve)).toEqual({ status: 200, body: ended });
  expect(await balance()).toBe(200n);
  const { body } = await call('checker', 'GET', `/v1/differences/${no}`);
  expect(body).toMatchObject({
    state: 'ended',
    endedBy: 'people',
    adjustedFen: 200,
    decidedBy: 'maker',
    approvedBy: 'checker',
  });
  expect((body['events'] as { event: string }[]).map(({ event }) => event)).toEqual(['found', 'proposed', 'ended']);
  const late = await call('maker', 'POST', path, { reason: 'once more', booking });
  expect([late.status, late.body['code']]).toEqual([409, 'reconciliation.differences.ended']);
});

it('what was proposed is not what has changed since; nothing is booked', async () => {
  const no = await open(found('L-2'));
  const path = `/v1/differences/${no}/decision`;
  const { body } = await call('maker', 'POST', path, { reason: 'the agent is right', booking });
  await open({ ...found('L-2'), theirs: fen(900) });
  const before = await balance();
  const refused = await call('checker', 'POST', `${path}/${String(body['approvalId'])}`);
  expect([refused.status, refused.body['code']]).toEqual([409, 'reconciliation.differences.changed-since']);
  expect(await balance()).toBe(before);
});

it('an adjustment moves no bank account, no account that is not there and no more than it is about', async () => {
  const path = `/v1/differences/${await open(found('L-3'))}/decision`;
  const code = async (more: object) =>
    (await call('maker', 'POST', path, { reason: 'because', booking: { ...booking, ...more } })).body['code'];
  const refused = 'reconciliation.differences.account-refused';
  expect(await code({ debit: 'bank-custody:1' })).toBe(refused);
  expect(await code({ debit: 'write-off:nowhere' })).toBe(refused);
  expect(await code({ debit: 'purse' })).toBe(refused);
  expect(await code({ amountFen: 701 })).toBe('reconciliation.differences.amount-too-large');
});

it('an owner is a person who works here; comments and owners are kept', async () => {
  const no = await open(found('L-4'));
  expect((await call('maker', 'POST', `/v1/differences/${no}/comments`, { words: 'asked the agent' })).status).toBe(
    204,
  );
  expect((await call('maker', 'PUT', `/v1/differences/${no}/owner`, { owner: 'agent' })).status).toBe(422);
  expect((await call('maker', 'PUT', `/v1/differences/${no}/owner`, { owner: 'checker' })).status).toBe(204);
  const { body } = await call('maker', 'GET', '/v1/differences?owner=checker');
  expect(body['differences']).toMatchObject([{ differenceNo: Number(no), owner: 'checker' }]);
});

it('a partner sees its own differences, and not whose work they are', async () => {
  await open(found('L-5', 'SOMEBODY-ELSE'));
  const { body } = await call('agent', 'GET', '/v1/differences?counterpart=SOMEBODY-ELSE');
  const seen = body['differences'] as Record<string, unknown>[];
  expect(new Set(seen.map(({ counterpart }) => counterpart))).toEqual(new Set([AGENT]));
  expect(seen.some((each) => 'owner' in each || 'ownerRole' in each || 'decidedBy' in each)).toBe(false);
  expect((await call('agent', 'GET', `/v1/differences/${String(seen[0]?.['differenceNo'])}`)).status).toBe(403);
});

it('pages follow each other without a hole, and the closing report adds up', async () => {
  await open(...Array.from({ length: 250 }, (_, at) => found(`page-${at}`, 'PAGES-1')));
  const first = (await call('maker', 'GET', '/v1/differences?counterpart=PAGES-1')).body;
  const second = (await call('maker', 'GET', `/v1/differences?counterpart=PAGES-1&after=${String(first['next'])}`))
    .body;
  const count = (page: Record<string, unknown>) => (page['differences'] as unknown[]).length;
  expect([count(first), count(second)]).toEqual([200, 50]);
  const report = (await call('maker', 'GET', '/v1/differences/closing?from=2026-01-01&to=2026-12-31')).body;
  const lines = report['lines'] as Record<string, number>[];
  expect(lines.length).toBeGreaterThan(1);
  for (const {
    openBefore = 0,
    found: come = 0,
    openAfter,
    endedByMatch = 0,
    endedByRule = 0,
    endedByPeople = 0,
  } of lines)
    expect(openBefore + come).toBe(endedByMatch + endedByRule + endedByPeople + (openAfter ?? -1));
  expect((await call('maker', 'GET', '/v1/differences/closing?from=2026-12-31&to=2026-01-01')).status).toBe(422);
});

it('two persons set a rule, and what is found from then on follows it', async () => {
  const rule = { counterpartKind: 'agent', kind: 'amount', ownerRole: 'platform', dueDays: 9, tolerateFen: 3 };
  const { body } = await call('maker', 'POST', '/v1/difference-rules', rule);
  const approve = `/v1/difference-rules/${String(body['approvalId'])}`;
  expect((await call('checker', 'POST', approve, { ...rule, tolerateFen: 4 })).status).toBe(409);
  expect((await call('checker', 'POST', approve, rule)).status).toBe(200);
  const no = await open(found('by the new rule'));
  expect((await call('maker', 'GET', `/v1/differences/${no}`)).body).toMatchObject({ ownerRole: 'platform' });
});
