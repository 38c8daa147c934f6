import { clearingMigrations, createParticipant, registerBiller } from '@citycard/clearing';
import {
  addDays,
  businessDate,
  cityDate,
  commonMigrations,
  createHttpServer,
  createLogger,
  createPrincipal,
  type HttpServer,
  openJobSystem,
  type Principal,
  type Role,
  startTestDatabase,
  type TestDatabase,
  transact,
} from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approveBillAction, proposeBillAction } from '../billers/act.ts';
import { reconciliationMigrations, registerReconciliationRoutes } from '../index.ts';
import { registerDailyReconciliation } from './jobs.ts';

const AGENT = '904458060510001';
const BILLER = '904458071110001';
const YESTERDAY = addDays(cityDate(new Date()), -1);
const logger = createLogger('test', { level: 'silent' });

let database: TestDatabase;
let db: TestDatabase['db'];
let server: HttpServer;
const tokens = new Map<string, string>();
beforeAll(async () => {
  database = await startTestDatabase([commonMigrations, clearingMigrations, reconciliationMigrations]);
  db = database.db;
  server = createHttpServer({ logger, db, title: 'test' });
  registerReconciliationRoutes(server, { db } as Parameters<typeof registerReconciliationRoutes>[1]);
  await transact(db, async (tx) => {
    await tx.query(`insert into clearing.business_day (business_date, state) values ($1, 'validated')`, [YESTERDAY]);
    await createParticipant(tx, { participantNo: AGENT, name: '测试充值点', kind: 'agent' });
    await createParticipant(tx, { participantNo: BILLER, name: '测试水厂', kind: 'biller', industry: 3 });
    await registerBiller(tx, { billerCode: 'WATR', participantNo: BILLER, baseUrl: 'http://127.0.0.1:9' });
    for (const [id, role, participantNo] of [
      ['maker', 'finance-maker'],
      ['checker', 'finance-checker'],
      ['agent', 'agent-partner', AGENT],
      ['stranger', 'agent-partner', 'AGENT9'],
    ] as const satisfies readonly (readonly [string, Role, string?])[]) {
      const partner = participantNo === undefined ? {} : { participantNo };
      const kind = participantNo === undefined ? 'person' : 'partner';
      tokens.set(id, (await createPrincipal(tx, { id, name: id, kind, roles: [role], ...partner })).token);
    }
  });
});
afterAll(async () => {
  await server.close();
  await database.stop();
});

const person = (id: string, role: Role): Principal => ({ id, name: id, kind: 'person', roles: [role] });

let keys = 0;
async function call(person: string, method: 'GET' | 'POST', url: string, payload?: object) {
  keys += 1;
  const answer = await server.inject({
    method,
    url,
    headers: { authorization: `Bearer ${tokens.get(person)}`, 'idempotency-key': `key-${keys}` },
    ...(payload && { payload }),
  });
  return { status: answer.statusCode, body: answer.json<Record<string, unknown>>() };
}

const difference = async (like: string) => {
  const { rows } = await db.query<{ kind: string; state: string; reason: string | null }>(
    'select kind, state, reason from reconciliation.difference where subject_key like $1',
    [like],
  );
  return rows;
};

describe('the looks of a day', () => {
  it('come due by themselves, by jobs, and again when somebody orders them', async () => {
    const jobs = await openJobSystem({ databaseUrl: database.url, logger });
    const daily = registerDailyReconciliation(jobs, { db, logger }, { lookEveryMs: 100 });
    const done = async () => {
      const { body } = await call('maker', 'GET', `/v1/reconciliation/days/${YESTERDAY}`);
      return (body['looks'] as { subject: string; state: string }[]).filter(({ state }) => state === 'done').length;
    };
    await expect.poll(done, { timeout: 20_000 }).toBe(5);
    await db.query(
      `with told as (insert into clearing.bill_statement (biller_code, booked_on, line_count, amount_fen, sha256) values ('WATR', $1, 0, 0, 'x'))
       insert into clearing.bill_payment (card_no, sam_no, sam_transaction_no, issuer_city, payment_id, biller_code, customer, bill_reference, amount_fen,
         asked_at, state, receipt, decided_at)
       values ('3104580990000000017', '990000000001', 1, '4580', 'P1', 'WATR', 'C1', 'B1', 300, now() - interval '1 day', 'paid', 'R', $1::date + interval '4 hours')`,
      [YESTERDAY],
    );
    await expect
      .poll(() => difference('bill %'), { timeout: 20_000 })
      .toMatchObject([{ kind: 'only-ours', state: 'open' }]);
    expect((await call('maker', 'POST', `/v1/reconciliation/days/${YESTERDAY}`)).status).toBe(202);
    await transact(db, async (tx) => {
      const key = { billerCode: 'WATR', date: YESTERDAY, paymentId: 'P1', kind: 'only-ours' };
      const terms = { action: 'cancel-ours', reason: 'the biller never had it' } as const;
      await proposeBillAction(tx, person('maker', 'finance-maker'), key, terms);
      await approveBillAction(tx, person('checker', 'finance-checker'), key);
    });
    expect(await difference('bill %')).toMatchObject([
      { state: 'ended', reason: 'cancel-ours by maker and checker: the biller never had it' },
    ]);
    await daily.close();
    await jobs.close();
    const { status, body } = await call('maker', 'POST', `/v1/reconciliation/days/${addDays(YESTERDAY, 1)}`);
    expect([status, body['code']]).toEqual([422, 'reconciliation.daily.day-not-over']);
  });

  it('are as patient as two persons say', async () => {
    const change = { subject: 'cash-slip', days: 5 };
    const { body } = await call('maker', 'POST', '/v1/reconciliation/patience', change);
    const approval = { ...change, approvalId: String(body['approvalId']) };
    expect((await call('maker', 'POST', '/v1/reconciliation/patience/approval', approval)).status).toBe(403);
    expect((await call('checker', 'POST', '/v1/reconciliation/patience/approval', approval)).status).toBe(200);
    expect((await call('maker', 'GET', '/v1/reconciliation/patience')).body).toMatchObject({
      days: { 'cash-slip': 5 },
    });
  });
});

describe('agents', () => {
  it('deliver the files of their own days, and see what came of them', async () => {
    const day = businessDate('2026-11-10');
    const line = {
      kind: 'load',
      terminalNo: 'T1',
      batchNo: '000001',
      traceNo: '000001',
      cardNo: '3104580990000000017',
      amountFen: 500,
    };
    const file = { loads: { count: 1, amountFen: 500 }, cancellations: { count: 0, amountFen: 0 }, lines: [line] };
    const path = `/v1/agents/${AGENT}/statements/${day}`;
    expect((await call('stranger', 'POST', path, file)).body['code']).toBe('reconciliation.agents.not-yours');
    expect((await call('agent', 'POST', path, { ...file, lines: [] })).body['code']).toBe(
      'reconciliation.agents.totals-differ',
    );
    const taken = await call('agent', 'POST', path, file);
    expect(taken).toMatchObject({
      status: 201,
      body: { state: 'open', open: 1, theirs: { loads: { amountFen: 500 } } },
    });
    expect((await call('stranger', 'GET', path)).status).toBe(403);
    expect((await call('agent', 'GET', '/v1/agent-statements')).body['statements']).toHaveLength(1);
    const { rows } = await db.query<{ difference_no: bigint }>(
      `select difference_no from reconciliation.difference where subject_key like 'load %'`,
    );
    const action = `/v1/agent-lines/${rows[0]?.difference_no}/action`;
    const terms = { action: 'cancel-theirs', reason: 'no request of it ever came' };
    expect((await call('maker', 'POST', action, terms)).status).toBe(201);
    expect((await call('checker', 'POST', `${action}/approval`)).body).toEqual({
      action: 'cancel-theirs',
      closed: true,
    });
    expect((await call('agent', 'GET', path)).body).toMatchObject({
      state: 'closed',
      afterMakeUp: { oursFen: 0, theirsFen: 0 },
    });
  });
});
