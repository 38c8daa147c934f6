import { createHttpServer, createLogger, type HttpServer } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { advanceAsFarAsPossible } from './advance.ts';
import { registerClearingDayRoutes } from './routes.ts';
import { DAY, fillDay, NEXT_DAY, startTestCity } from './test-city.ts';

let city: Awaited<ReturnType<typeof startTestCity>>;
let server: HttpServer;
let woken = 0;
beforeAll(async () => {
  city = await startTestCity();
  await fillDay(city.db);
  server = createHttpServer({ logger: createLogger('test', { level: 'silent' }), db: city.db, title: 'test' });
  registerClearingDayRoutes(server, {
    ...city.deps,
    wake: () => {
      woken += 1;
      return Promise.resolve();
    },
  });
  await server.ready();
});
afterAll(async () => {
  await server.close();
  await city.stop();
});

async function ask(who: string, method: 'GET' | 'POST', url: string, payload?: object) {
  const authorization = `Bearer ${city.tokens[who] ?? 'nobody'}`;
  const response = await server.inject({ method, url, headers: { authorization }, ...(payload && { payload }) });
  const isJson = String(response.headers['content-type']).includes('json');
  return { status: response.statusCode, body: isJson ? response.json<Record<string, unknown>>() : response.body };
}

const DAY_URL = `/v1/clearing-days/${DAY}`;

describe('the clearing day over HTTP', () => {
  it('lets each role do its own and nothing else', async () => {
    expect((await ask('nobody', 'GET', '/v1/clearing-days')).status).toBe(401);
    const refused: [string, 'GET' | 'POST', string, object?][] = [
      ['finance-checker', 'POST', `${DAY_URL}/cut-off`],
      ['finance-checker', 'POST', `${DAY_URL}/approval`, { sheetsSha256: '0'.repeat(64) }],
      ['finance-maker', 'POST', `${DAY_URL}/approval/1`],
      ['finance-checker', 'POST', `${DAY_URL}/reinstruction`],
      ['finance-maker', 'POST', `${DAY_URL}/reinstruction/1`],
      ['finance-maker', 'GET', '/v1/settlement/instructions'],
      ...[DAY_URL, '/v1/clearing-days', `${DAY_URL}/reports`, `/v1/float/${DAY}`, `/v1/days/${DAY}/summary`].map(
        (url): [string, 'GET', string] => ['bank', 'GET', url],
      ),
    ];
    for (const [who, method, url, payload] of refused) {
      expect([url, (await ask(who, method, url, payload)).status]).toEqual([url, 403]);
    }
  });

  it('answers days that are not there and dates that do not exist', async () => {
    for (const date of ['2020-01-01', '2026-02-30']) {
      expect(await ask('finance-maker', 'GET', `/v1/clearing-days/${date}`)).toMatchObject({
        status: 404,
        body: { code: 'clearing-day.unknown' },
      });
    }
    expect((await ask('finance-maker', 'GET', '/v1/clearing-days/tomorrow')).status).toBe(422);
    expect((await ask('finance-maker', 'GET', `${DAY_URL}/reports`)).status).toBe(409);
  });

  it('takes a day from cut-off to the message for the bank', async () => {
    expect(await ask('finance-maker', 'POST', `${DAY_URL}/cut-off`)).toMatchObject({
      status: 202,
      body: { state: 'cut-off', nextDate: NEXT_DAY },
    });
    await advanceAsFarAsPossible(city.deps, DAY);
    const { body: day } = await ask('finance-maker', 'GET', DAY_URL);
    expect(day).toMatchObject({ state: 'netted' });
    const { sheetsSha256 } = day as { sheetsSha256: string };
    const proposed = await ask('finance-both', 'POST', `${DAY_URL}/approval`, { sheetsSha256 });
    expect(proposed.status).toBe(201);
    const { approvalId } = proposed.body as { approvalId: number };
    expect((await ask('finance-both', 'POST', `${DAY_URL}/approval/${approvalId}`)).status).toBe(409);
    expect(await ask('finance-checker', 'POST', `${DAY_URL}/approval/${approvalId}`)).toMatchObject({
      status: 200,
      body: { state: 'approved', maker: 'finance-both', checker: 'finance-checker' },
    });
    expect(woken).toBe(2);
    await advanceAsFarAsPossible(city.deps, DAY);
    const { body: messages } = await ask('bank', 'GET', '/v1/settlement/instructions?status=pending');
    expect(messages).toMatchObject([{ messageId: 'PAY-20261120-1', businessDate: DAY, count: 4, amountFen: 55_246 }]);
    expect((await ask('bank', 'GET', '/v1/settlement/instructions/PAY-20261120-1')).body).toContain(
      '<CtrlSum>552.46</CtrlSum>',
    );
    expect((await ask('bank', 'GET', '/v1/settlement/instructions/PAY-0')).status).toBe(404);
    expect(await ask('finance-checker', 'GET', `/v1/float/${DAY}`)).toMatchObject({
      status: 200,
      body: { ok: true, owedFen: 1_000_000 },
    });
    expect(await ask('finance-checker', 'GET', `/v1/days/${DAY}/summary`)).toMatchObject({
      status: 200,
      body: { purchases: { accepted: { count: 7 } } },
    });
  });
});
