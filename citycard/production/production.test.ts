import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestDatabase, type TestDatabase } from '@citycard/common';
import { connectHsm, type RunningHsm, startHsm } from '@citycard/hsm-sim';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { runStart } from '../start/run.ts';
import { runProduction } from './run.ts';

let database: TestDatabase;
let hsm: RunningHsm;
let directory: string;
const file = (name: string) => join(directory, name);

const plan = {
  cityCode: '4580',
  company: 'Test City Card Company',
  custody: { accountNo: '6217000000000099001', bankLineNo: '313458000099', accountName: 'Test Custody' },
  cardDepositsAccountNo: '6217000000000099002',
  ownFundsAccountNo: '6217000000000099003',
  officers: [
    { id: 'officer-1', name: '测试甲', personNo: 'T-0001' },
    { id: 'officer-2', name: '测试乙', personNo: 'T-0002' },
  ],
};

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'production-'));
  database = await startTestDatabase([]);
  await database.db.query('drop schema if exists platform cascade');
  hsm = await startHsm({ directory: file('hsm'), lmk: { passphrase: 'a passphrase of this test' } });
});
afterAll(async () => {
  await hsm.stop();
  await database.stop();
  await rm(directory, { recursive: true });
});

const environment = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  CITYCARD_MODE: 'production',
  CITYCARD_VAR: file('var'),
  CITYCARD_HTTP_PORT: '0',
  CITYCARD_GATEWAY_PORT: '0',
  CITYCARD_GATEWAY_TLS_PORT: '0',
  CITYCARD_HSM_HOST: '127.0.0.1',
  CITYCARD_HSM_PORT: String(hsm.port),
  DATABASE_URL: database.url,
  ...more,
});

/** One run to its end: exit code and what it said. */
async function run(words: readonly string[], env = environment()): Promise<[number, string]> {
  let said = '';
  const output = { write: (text: string) => void (said += text) };
  return [await runProduction(words, env, output, output, new AbortController().signal), said];
}

let plans = 0;
async function planFile(content: object): Promise<string> {
  const name = file(`plan-${(plans += 1)}.json`);
  await writeFile(name, JSON.stringify(content));
  return name;
}

const schemas = async () =>
  (await database.db.query(`select from pg_namespace where nspname in ('platform', 'clearing', 'installation')`))
    .rowCount;

it('says what is missing and makes nothing', async () => {
  const good = await planFile(plan);
  const refusals: [readonly string[], NodeJS.ProcessEnv, RegExp][] = [
    [['found', good], { CITYCARD_MODE: 'demo', CITYCARD_HSM_HOST: '' }, /CITYCARD_MODE=production/],
    [['found', good], { DATABASE_URL: '' }, /needs DATABASE_URL/],
    [['found', good], { CITYCARD_HSM_HOST: '' }, /needs CITYCARD_HSM_HOST/],
    [['found'], {}, /found takes one plan/],
    [['fond'], {}, /"fond" is nothing to serve/],
    [['found', file('no-plan.json')], {}, /no-plan\.json cannot be used/],
    [['found', good], { CITYCARD_HSM_PORT: '1' }, /HSM/],
    [['services'], {}, /holds no production installation/],
  ];
  for (const [words, more, sentence] of refusals) {
    const [code, said] = await run(words, environment(more));
    expect([code, said]).toEqual([1, expect.stringMatching(sentence)]);
  }
  const wrongPlans: [object, RegExp][] = [
    [{ ...plan, custody: { ...plan.custody, accountNo: 'x' } }, /\/custody\/accountNo/],
    [{ ...plan, ownFundsAccountNo: plan.custody.accountNo }, /never mixed/],
    [{ ...plan, officers: [plan.officers[0], plan.officers[0]] }, /one person/],
    [{ ...plan, officers: [plan.officers[0]] }, /\/officers/],
  ];
  for (const [wrong, sentence] of wrongPlans)
    expect(await run(['found', await planFile(wrong)])).toEqual([1, expect.stringMatching(sentence)]);
  expect(await schemas()).toBe(0);
}, 60_000);

it('takes no HSM whose keys lie under the published LMK', async () => {
  const published = await startHsm({ directory: file('published'), lmk: 'test' });
  const env = environment({ CITYCARD_HSM_PORT: String(published.port) });
  expect(await run(['found', await planFile(plan)], env)).toEqual([1, expect.stringMatching(/published test LMK/)]);
  await published.stop();
  expect(await schemas()).toBe(0);
});

it('founds a city once, with keys held by custodians and a first password for each officer', async () => {
  const found = ['found', await planFile(plan)];
  expect(await run(found)).toEqual([1, expect.stringMatching(/has no PERSONAL-DATA, BLIND-INDEX/)]);
  await makeKeys();
  expect(await run(['found', await planFile({ ...plan, cityCode: '1000' })])).toEqual([
    1,
    expect.stringMatching(/of city 1000/),
  ]);
  expect(await run(found)).toEqual([0, expect.stringMatching(/Founded\..*first-password-officer-1/s)]);
  expect((await stat(file('var/first-password-officer-1'))).mode & 0o777).toBe(0o600);
  expect(await run(found)).toEqual([1, expect.stringMatching(/holds an installation already/)]);

  // A demo does not touch it.
  let said = '';
  const output = { write: (text: string) => void (said += text) };
  const { CITYCARD_HSM_HOST: _, ...demo } = environment({ CITYCARD_MODE: 'demo', CITYCARD_HSM_PORT: '0' });
  expect(await runStart(['--once'], demo, output, output, new AbortController().signal)).toBe(1);
  expect(said).toMatch(/not a demo/);
  const { rows } = await database.db.query('select kind, state from installation.mark');
  expect(rows).toEqual([{ kind: 'production', state: 'founded' }]);
}, 120_000);

it('serves services and terminals as processes would, and lets the officers in', async () => {
  const stopping = new AbortController();
  const said: string[] = [];
  const output = { write: (text: string) => void said.push(text) };
  const serve = (part: string) =>
    runProduction([part], environment({ CITYCARD_VAR: file(part) }), output, output, stopping.signal);
  const running = [serve('services'), serve('terminals')];
  const address = async (part: string) =>
    vi.waitFor(() => {
      const [, url] = new RegExp(`Serving ${part}: HTTP on (\\S+?)(,|\\n)`).exec(said.join('')) ?? [];
      if (url === undefined) throw new Error(`${part} does not serve: ${said.join('')}`);
      return url;
    }, 20_000);
  const [services, terminals] = [await address('services'), await address('terminals')];
  expect(said.join('')).toMatch(/terminals on 127\.0\.0\.1:\d+, 127\.0\.0\.1:\d+/);

  const password = (await readFile(file('var/first-password-officer-1'), 'utf8')).trim();
  const signIn = (base: string, given: string) =>
    fetch(`${base}/v1/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'officer-1', password: given }),
    });
  expect((await signIn(services, 'not the password')).status).toBe(401);
  const signedIn = await signIn(services, password);
  expect([signedIn.status, await signedIn.json()]).toEqual([
    200,
    expect.objectContaining({ token: expect.stringMatching(/^s\./) as unknown }),
  ]);
  // What serves terminals answers those who watch it, and nobody else.
  expect((await fetch(`${terminals}/readyz`)).status).toBe(200);
  expect((await fetch(`${terminals}/metrics`)).status).toBe(200);
  expect((await signIn(terminals, password)).status).toBe(404);
  // No sandbox and no people of a demo.
  expect((await fetch(`${services}/v1/sandbox`, { method: 'POST' })).status).toBeGreaterThanOrEqual(400);
  stopping.abort();
  expect(await Promise.all(running)).toEqual([0, 0]);
}, 120_000);

/** Three custodians, and what two of them have the HSM make; all recognisably of a test. */
async function makeKeys(): Promise<void> {
  const client = connectHsm({ host: '127.0.0.1', port: hsm.port });
  for (const name of ['test-1', 'test-2', 'test-3']) await client.createCustodian({ name, pin: '123456' });
  await client.authorise('test-1', '123456', 'test-2', '123456', ['generateKey', 'generateRsa'], 10);
  await client.generateKey({ name: 'PERSONAL-DATA', usage: 'data-wrap', algorithm: 'aes', exportable: false });
  await client.generateKey({ name: 'BLIND-INDEX', usage: 'blind-index', algorithm: 'hmac', exportable: false });
  await client.close();
}
