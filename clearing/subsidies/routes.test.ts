import { createHttpServer, createLogger, type HttpServer } from '@citycard/common';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { registerConcessionRuleRoutes } from '../concessions/routes.ts';
import { CARD, DAY, startTestCity } from '../day/test-city.ts';
import { registerSubsidyRoutes } from './routes.ts';

let city: Awaited<ReturnType<typeof startTestCity>>;
let server: HttpServer;
beforeAll(async () => {
  city = await startTestCity();
  server = createHttpServer({ logger: createLogger('test', { level: 'silent' }), db: city.db, title: 'test' });
  registerConcessionRuleRoutes(server, { db: city.db });
  registerSubsidyRoutes(server, { db: city.db });
  await server.ready();
});
afterAll(async () => {
  await server.close();
  await city.stop();
});

async function ask(who: string, method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object) {
  const headers = { authorization: `Bearer ${city.tokens[who] ?? 'nobody'}`, 'idempotency-key': randomUUID() };
  const response = await server.inject({ method, url, headers, ...(payload && { payload }) });
  return { status: response.statusCode, body: response.body === '' ? {} : response.json<Record<string, unknown>>() };
}

const rule = {
  for: { industry: '01' },
  kind: 'fare',
  category: 'senior',
  paysPercent: 50,
  maxFullFareFen: 1_000,
  subsidyPercent: 100,
  validFrom: DAY,
};
const document = (change: object = {}) => ({ validFrom: DAY, document: { rules: [{ ...rule, ...change }] } });

it('rules are proposed by makers, approved by checkers, and refused at the door when of another shape', async () => {
  const path = '/v1/concession-rules';
  expect((await ask('nobody', 'GET', path)).status).toBe(401);
  expect((await ask('bank', 'GET', path)).status).toBe(403);
  expect((await ask('finance-checker', 'POST', path, document())).status).toBe(403);
  for (const change of [
    { paysPercent: 101 },
    { kind: 'gift' },
    { for: { everybody: true } },
    { surprise: 1 },
    { maxFullFareFen: 0 },
  ])
    expect([change, (await ask('finance-maker', 'POST', path, document(change))).status]).toEqual([change, 422]);
  expect((await ask('finance-maker', 'POST', path, document())).body).toMatchObject({ version: 1 });
  expect((await ask('finance-maker', 'POST', `${path}/1/approval`)).status).toBe(403);
  expect((await ask('finance-checker', 'POST', `${path}/1/approval`)).status).toBe(200);
  expect((await ask('finance-maker', 'GET', path)).body['rules']).toMatchObject([
    { for: { industry: '01' }, category: 'senior' },
  ]);
  expect((await ask('finance-maker', 'GET', `/v1/cards/${CARD}/concession-rides?date=${DAY}`)).body).toEqual({
    rides: [],
  });
});

it('claims are made for months that are over, by makers, and read by number', async () => {
  const path = '/v1/subsidy-claims';
  expect((await ask('finance-maker', 'POST', path, { month: '2026-13', category: 'senior' })).status).toBe(422);
  expect((await ask('finance-checker', 'POST', path, { month: '2026-10', category: 'senior' })).status).toBe(403);
  expect((await ask('finance-maker', 'POST', path, { month: DAY.slice(0, 7), category: 'senior' })).body).toMatchObject(
    {
      code: 'clearing.concessions.month-open',
    },
  );
  expect((await ask('finance-maker', 'POST', path, { month: '2026-10', category: 'senior' })).body).toMatchObject({
    code: 'clearing.subsidies.nothing-to-claim',
  });
  expect((await ask('finance-maker', 'GET', path)).body).toEqual({ claims: [] });
  expect((await ask('finance-checker', 'POST', `${path}/77/approval`)).status).toBe(404);
  expect((await ask('finance-maker', 'DELETE', `${path}/77`)).status).toBe(404);
  expect((await ask('finance-maker', 'GET', `${path}/77/lines?flagged=true`)).status).toBe(404);
  expect((await ask('finance-maker', 'GET', `${path}/77/lines?after=1`)).status).toBe(422);
});

it('passes for many cards are one file of two persons; prices are divided by makers', async () => {
  const nothing = { code: 'month', month: '2026-10' };
  expect((await ask('finance-checker', 'GET', '/v1/pass-apportionments')).body).toEqual({ apportionments: [] });
  expect((await ask('finance-maker', 'POST', '/v1/pass-apportionments', nothing)).body).toMatchObject({
    code: 'clearing.concessions.nothing-ended',
  });
  const csv = `key,card_no,pass\nA1,${CARD},month\n`;
  const manifest = { payer: '904458040000001', rows: 1, totalFen: 1, sha256: '0'.repeat(64) };
  const file = { manifest, csv, account: 'bank-custody:test', bankReference: 'B1', reason: 'test' };
  expect((await ask('finance-checker', 'POST', '/v1/pass-files', file)).status).toBe(403);
  expect((await ask('finance-maker', 'POST', '/v1/pass-files', file)).body).toMatchObject({
    code: 'clearing.concessions.pass-file-wrong',
  });
  expect((await ask('finance-maker', 'POST', '/v1/pass-files', { ...file, csv: '' })).status).toBe(422);
  expect((await ask('finance-maker', 'GET', '/v1/pass-files/7/lines')).status).toBe(404);
  expect((await ask('finance-checker', 'POST', '/v1/pass-files/7/approval')).status).toBe(404);
});
