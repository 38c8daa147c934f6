import {
  addDays,
  createHttpServer,
  createLogger,
  type HttpServer,
  type Principal,
  returnProposal,
  transact,
} from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { advanceAsFarAsPossible } from '../day/advance.ts';
import { cutOff } from '../day/days.ts';
import { BUS, DAY, fillDay, startTestCity } from '../day/test-city.ts';
import { registerTermsRoutes } from './routes.ts';

let city: Awaited<ReturnType<typeof startTestCity>>;
let server: HttpServer;
beforeAll(async () => {
  city = await startTestCity();
  server = createHttpServer({ logger: createLogger('test', { level: 'silent' }), db: city.db, title: 'test' });
  registerTermsRoutes(server, { db: city.db });
  await server.ready();
});
afterAll(async () => {
  await server.close();
  await city.stop();
});

async function ask(who: string, method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object) {
  const authorization = `Bearer ${city.tokens[who] ?? 'nobody'}`;
  const response = await server.inject({ method, url, headers: { authorization }, ...(payload && { payload }) });
  return { status: response.statusCode, body: response.body === '' ? {} : response.json<Record<string, unknown>>() };
}

const rule = { for: { participant: BUS }, kind: 'by-amount', rate: '10000', validFrom: DAY };
const fees = (change: object = {}) => ({ validFrom: DAY, document: { rules: [{ ...rule, ...change }] } });

describe('fees, settlement terms and holidays over HTTP', () => {
  it('are read by the finance office and the supervisor, proposed by makers, approved by checkers', async () => {
    for (const path of ['/v1/fee-tables', '/v1/settlement-terms', '/v1/holiday-years']) {
      expect([path, (await ask('nobody', 'GET', path)).status]).toEqual([path, 401]);
      expect([path, (await ask('bank', 'GET', path)).status]).toEqual([path, 403]);
      expect([path, (await ask('finance-maker', 'GET', path)).status]).toEqual([path, 200]);
      expect([path, (await ask('finance-checker', 'POST', path, fees())).status]).toEqual([path, 403]);
      expect([path, (await ask('finance-maker', 'POST', `${path}/1/approval`)).status]).toEqual([path, 403]);
      expect([path, (await ask('finance-checker', 'DELETE', `${path}/1`)).status]).toEqual([path, 403]);
      expect([path, (await ask('finance-checker', 'POST', `${path}/77/approval`)).status]).toEqual([path, 404]);
    }
  });

  it('are refused at the door when they are of another shape', async () => {
    for (const change of [
      { rate: '-1' },
      { rate: 5000 },
      { kind: 'by-weight' },
      { for: { participant: BUS, industry: '01' } },
      { surprise: true },
      { validFrom: '2026-02-30' },
      { product: '1-0' },
    ])
      expect([change, (await ask('finance-maker', 'POST', '/v1/fee-tables', fees(change))).status]).toEqual([
        change,
        422,
      ]);
    const { body } = await ask('finance-maker', 'POST', '/v1/fee-tables', fees({ rate: '-1' }));
    expect(JSON.stringify(body)).toContain('body/document/rules/0/rate');
  });

  it('take a gap back with its place, and a good table into force; the fee is explained to the fen', async () => {
    const gap = {
      rate: undefined,
      ladder: [
        { from: '0', upTo: '10000', rate: '10000' },
        { from: '20000', upTo: null, rate: '5000' },
      ],
    };
    expect(await ask('finance-maker', 'POST', '/v1/fee-tables', fees(gap))).toMatchObject({
      status: 422,
      body: {
        code: 'clearing.terms.refused',
        title: expect.stringContaining(
          `participant:${BUS}, the row from ${DAY}: there is a gap before section 2 of its ladder: 10000 to 20000 have no rate`,
        ) as unknown,
      },
    });
    const proposed = await ask('finance-maker', 'POST', '/v1/fee-tables', fees());
    expect(proposed).toMatchObject({ status: 201, body: { version: 1 } });
    expect((await ask('finance-checker', 'POST', '/v1/fee-tables/1/approval')).status).toBe(200);
    expect((await ask('finance-maker', 'DELETE', '/v1/fee-tables/1')).status).toBe(409);
    expect((await ask('finance-checker', 'GET', `/v1/fee-tables?date=${addDays(DAY, -1)}`)).body['rules']).toHaveLength(
      1,
    );
    expect((await ask('finance-checker', 'GET', `/v1/fee-tables?date=${DAY}`)).body['rules']).toHaveLength(2);
    expect((await ask('finance-checker', 'GET', '/v1/fee-tables/versions')).body).toMatchObject({
      versions: [{ version: 1, state: 'approved', proposedBy: 'finance-maker', approvedBy: 'finance-checker' }],
    });

    const url = `/v1/clearing-days/${DAY}/pricing/${BUS}`;
    expect((await ask('finance-maker', 'GET', url)).status).toBe(404);
    await fillDay(city.db);
    await cutOff(city.db, DAY);
    await advanceAsFarAsPossible(city.deps, DAY);
    expect((await ask('finance-maker', 'GET', url)).body).toMatchObject({
      grossFen: 21_001,
      feeFen: 210,
      netFen: 20_791,
      parts: [{ sections: [{ part: 21_001, rate: '10000' }], shares: [{ institution: 'company', amountFen: 210 }] }],
    });
  });

  it('give a withdrawn proposal’s place to another', async () => {
    const terms = {
      validFrom: addDays(DAY, 1),
      document: { rules: [{ for: { industry: '02' }, mode: 3, validFrom: addDays(DAY, 1) }] },
    };
    expect((await ask('finance-maker', 'POST', '/v1/settlement-terms', terms)).body).toMatchObject({ version: 1 });
    expect((await ask('finance-maker', 'DELETE', '/v1/settlement-terms/1')).status).toBe(204);
    expect((await ask('finance-checker', 'POST', '/v1/settlement-terms/1/approval')).status).toBe(409);
    const wrong = {
      ...terms,
      document: { rules: [{ ...terms.document.rules[0], mode: 1, fees: { every: 'quarter' } }] },
    };
    expect(await ask('finance-maker', 'POST', '/v1/settlement-terms', wrong)).toMatchObject({
      status: 422,
      body: { title: expect.stringContaining('rule 1 (industry:2) has a rhythm of fees, but mode 1') as unknown },
    });
    expect((await ask('finance-maker', 'POST', '/v1/settlement-terms', terms)).body).toMatchObject({ version: 2 });
  });

  it('let a maker try a rule, and refuse one that cannot be', async () => {
    const ladder = [
      { from: '0', upTo: '10000', rate: '10000' },
      { from: '10000', upTo: null, rate: '5000' },
    ];
    const shares = [
      { to: 'company', percent: '70' },
      { to: 'operator', percent: '30' },
    ];
    const tried = { for: { everybody: true }, kind: 'by-amount', ladder, shares, validFrom: DAY };
    const ask2 = (rest: object, who = 'finance-maker') =>
      ask(who, 'POST', '/v1/fee-tables/example', { rule: tried, count: 1, amountFen: 21_001, ...rest });
    // By hand in docs/fees.md: 1 % of 100.00 and 0.5 % of 110.01 yuan.
    expect(await ask2({})).toMatchObject({
      status: 200,
      body: {
        salesFen: 21_001,
        sections: [
          { part: 10_000, rate: '10000' },
          { part: 11_001, rate: '5000' },
        ],
        feeFen: 155,
        shares: [
          { institution: 'company', amountFen: 109 },
          { institution: 'participant:operator', amountFen: 46 },
        ],
      },
    });
    const each = { ...rule, rate: '3000', rounding: 'transaction', minFen: 1, direction: 'out' };
    expect((await ask2({ rule: each, count: 10, amountFen: 200 })).body).toEqual({
      salesFen: 2_000,
      feeOfOneFen: -1,
      feeFen: -10,
      shares: [{ institution: 'company', amountFen: -10 }],
    });
    expect(await ask2({ rule: { ...tried, ladder: ladder.slice(0, 1) } })).toMatchObject({
      status: 422,
      body: { code: 'clearing.terms.refused' },
    });
    expect((await ask2({ count: 0 })).status).toBe(422);
    expect((await ask2({}, 'bank')).status).toBe(403);
    const rhythm = { every: 'month', days: [15, 32] };
    expect(
      (await ask('finance-checker', 'POST', '/v1/settlement-terms/example', { rhythm, since: '2027-02-01' })).body,
    ).toEqual({
      days: ['2027-02-15', '2027-02-28', '2027-03-15', '2027-03-31', '2027-04-15', '2027-04-30'],
    });
  });

  it('are proposed anew when a second person returned them: the same again, or another in their place', async () => {
    const checker: Principal = {
      id: 'finance-checker',
      name: 'Checker (test)',
      kind: 'person',
      roles: ['finance-checker'],
    };
    const from = addDays(DAY, 2);
    const table = { validFrom: from, document: { rules: [{ ...rule, validFrom: from }] } };
    const giveBack = (approvalId: unknown) =>
      transact(city.db, (tx) =>
        returnProposal(tx, checker, BigInt(Number(approvalId)), 'the rate of the contract is 0.8 %', () => [
          'finance-checker',
        ]),
      );
    const newest = async () => {
      const { body } = await ask('finance-maker', 'GET', '/v1/fee-tables/versions');
      return (body['versions'] as Record<string, unknown>[])[0]!;
    };
    const first = (await ask('finance-maker', 'POST', '/v1/fee-tables', table)).body;
    await giveBack(first['approvalId']);
    expect(await newest()).toMatchObject({
      state: 'returned',
      returned: { by: 'Checker (test)', reason: 'the rate of the contract is 0.8 %' },
    });
    expect((await ask('finance-checker', 'POST', `/v1/fee-tables/${Number(first['version'])}/approval`)).status).toBe(
      409,
    );
    // The same again waits anew, with the same number.
    expect((await ask('finance-maker', 'POST', '/v1/fee-tables', table)).body).toEqual(first);
    expect(await newest()).toMatchObject({ state: 'proposed', version: first['version'] });
    await giveBack(first['approvalId']);
    const better = { ...table, document: { rules: [{ ...rule, rate: '8000', validFrom: from }] } };
    const second = (await ask('finance-maker', 'POST', '/v1/fee-tables', better)).body;
    expect(second['version']).toBe(Number(first['version']) + 1);
    expect((await ask('finance-checker', 'POST', `/v1/fee-tables/${Number(second['version'])}/approval`)).status).toBe(
      200,
    );
    const { body } = await ask('finance-maker', 'GET', '/v1/fee-tables/versions');
    expect((body['versions'] as { state: string }[]).slice(0, 2).map(({ state }) => state)).toEqual([
      'approved',
      'withdrawn',
    ]);
    // A withdrawn proposal waits for nobody.
    const { rows } = await city.db.query(
      `select from platform.approval a where checker is null and not exists (
         select from platform.approval_return r where r.approval_id = a.id and r.reopened_at is null)
         and act in ('fee-table', 'settlement-terms') and subject <> 'settlement-terms version 2'`,
    );
    expect(rows).toHaveLength(0);
  });
});
