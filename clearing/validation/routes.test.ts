import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  addDays,
  createHttpServer,
  createLogger,
  createPrincipal,
  type HttpServer,
  type Role,
  transact,
} from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cutOff } from '../day/days.ts';
import { applicationSerial, type CardNo } from '../purses/card-number.ts';
import { putMissingLists } from './chain/missing-lists.ts';
import { walkChains } from './chain/walk.ts';
import { BUS_ONE, BUS_TWO, type PurchaseWorld, startPurchaseWorld, tap, TODAY } from './purchase-fixture.ts';
import { registerValidationRoutes } from './routes.ts';
import { validateReceived } from './validate.ts';

let world: PurchaseWorld;
let server: HttpServer;
let card: CardNo;
const tokens = new Map<Role, string>();

beforeAll(async () => {
  world = await startPurchaseWorld();
  server = createHttpServer({ logger: createLogger('test', { level: 'silent' }), db: world.db, title: 'Validation' });
  registerValidationRoutes(server, world);
  await transact(world.db, async (tx) => {
    for (const role of ['finance-maker', 'finance-checker', 'auditor', 'operator-partner'] as const) {
      const who = { id: role, name: `测试 ${role}`, kind: 'person' as const, roles: [role] };
      tokens.set(role, (await createPrincipal(tx, who)).token);
    }
  });
  card = await world.card(1_000);
});
afterAll(async () => {
  await server.close();
  await world.stop();
});

let keys = 0;
async function call(role: Role, method: 'GET' | 'POST', url: string, payload?: object, key = `key ${(keys += 1)}`) {
  const headers = { authorization: `Bearer ${tokens.get(role)}`, 'idempotency-key': key };
  const response = await server.inject({ method, url, headers, ...(payload && { payload }) });
  const json = String(response.headers['content-type']).includes('json');
  return { status: response.statusCode, body: json ? response.json<Record<string, unknown>>() : response.body };
}

describe('held records over HTTP', () => {
  it('are listed a page at a time, shown, proposed by one person and decided by another, once', async () => {
    const intake = await world.upload([1, 2, 3].map((offlineCounter) => tap(card, { offlineCounter, flag: 1 })));
    await validateReceived(world);
    const first = await call('auditor', 'GET', '/v1/held-purchases?limit=2&reasonCode=05');
    expect(first).toMatchObject({ status: 200, body: { records: [{ index: 0, reasonCode: '05' }, { index: 1 }] } });
    const { next } = first.body as { next: string };
    const second = await call('auditor', 'GET', `/v1/held-purchases?after=${next}`);
    expect(second.body).toMatchObject({ records: [{ index: 2 }], next: null });
    for (const [query, status] of [
      ['reasonCode=99', 422],
      ['reasonCode=04', 200],
      ['after=2026-13-45.1.1', 404],
    ] as const)
      expect((await call('auditor', 'GET', `/v1/held-purchases?${query}`)).status).toBe(status);
    const path = `/v1/held-purchases/${card}/${TODAY}/${intake}/0`;
    expect(await call('auditor', 'GET', path)).toMatchObject({ body: { record: { offlineCounter: 1 }, beside: [] } });
    const verdict = { outcome: 'refuse', evidence: 'the gate says it did not open' };
    expect((await call('auditor', 'POST', `${path}/decision`, verdict)).status).toBe(403);
    const mixed = await call('finance-maker', 'POST', `${path}/decision`, { ...verdict, payer: 'company' });
    expect(mixed).toMatchObject({ status: 422, body: { code: 'clearing-validation.verdict-mixed' } });
    const although = { ...verdict, outcome: 'accept', payer: 'purse', althoughCardPaid: true };
    expect(await call('finance-maker', 'POST', `${path}/decision`, although)).toMatchObject({ status: 422 });
    const proposed = await call('finance-maker', 'POST', `${path}/decision`, verdict);
    expect(proposed.status).toBe(201);
    const { approvalId } = proposed.body as { approvalId: number };
    const agreed = { ...verdict, approvalId: String(approvalId) };
    for (let again = 0; again < 2; again += 1)
      expect(await call('finance-checker', 'POST', `${path}/approval`, agreed, 'the same key')).toMatchObject({
        status: 200,
        body: { state: 'rejected', reasonCode: '05' },
      });
    expect((await world.outcomes(intake))[0]).toBe('rejected 05');
    expect((await call('auditor', 'GET', `/v1/held-purchases/${card}/${TODAY}/${intake}/7`)).status).toBe(404);
  });
});

describe('rules over HTTP', () => {
  it('are proposed for a day to come and set by another person', async () => {
    const rule = { ruleName: 'held-alarm-days', validFrom: addDays(TODAY, 4_000), value: 9 };
    const { body } = await call('finance-maker', 'POST', '/v1/validation-rules', rule);
    const { approvalId } = body as { approvalId: number };
    const set = await call('finance-checker', 'POST', '/v1/validation-rules/approval', {
      ...rule,
      approvalId: String(approvalId),
    });
    expect(set).toMatchObject({ status: 200, body: rule });
    const book = await call('auditor', 'GET', '/v1/validation-rules');
    expect((book.body as { rules: object[] }).rules).toContainEqual({
      ...rule,
      setBy: 'finance-maker',
      approvedBy: 'finance-checker',
    });
  });
});

describe('missing records', () => {
  it('go to every operator after the cut-off, once, and are shown to those who ask', async () => {
    const other = await world.card(1_000);
    await world.upload([tap(other, { offlineCounter: 0 }), tap(other, { offlineCounter: 3, balanceBefore: 9_400 })]);
    await validateReceived(world);
    await transact(world.db, (tx) => cutOff(tx, TODAY));
    const outbox = await mkdtemp(join(tmpdir(), 'outbox-'));
    await putMissingLists(world.db, outbox);
    expect(await readdir(outbox), 'chains are not looked at yet').toEqual([]);
    while ((await walkChains(world.db)) > 0);
    await world.db.query(
      `update clearing.chain_gap set noticed_at = noticed_at - interval '2 days' where card_no = $1`,
      [other],
    );
    await putMissingLists(world.db, outbox);
    const name = `missing-records-${TODAY.replaceAll('-', '')}.csv`;
    for (const operator of [BUS_ONE, BUS_TWO]) {
      const text = await readFile(join(outbox, operator, name), 'utf8');
      expect(text).toContain(`\r\n${applicationSerial(other)},1,2,`);
    }
    await rm(outbox, { recursive: true });
    await putMissingLists(world.db, outbox);
    await expect(readdir(outbox)).rejects.toMatchObject({ code: 'ENOENT' });
    const list = await call('operator-partner', 'GET', '/v1/missing-purchases/list');
    expect(list.body).toContain(`${applicationSerial(other)},1,2,`);
    expect((await call('operator-partner', 'GET', '/v1/missing-purchases')).status).toBe(403);
    const missing = await call('auditor', 'GET', `/v1/missing-purchases?cardNo=${other}`);
    expect(missing.body).toMatchObject({ missing: [{ fromCounter: 1, toCounter: 2, spentFen: 400 }] });
    expect(await call('auditor', 'GET', `/v1/chain-breaks?cardNo=${other}`)).toMatchObject({ body: { breaks: [] } });
  });
});
