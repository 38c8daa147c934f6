import {
  codeAt,
  commonMigrations,
  createHttpServer,
  createLogger,
  createPrincipal,
  type HttpServer,
  newSecret,
  type Principal,
  SignIn,
  stepAt,
  startTestDatabase,
  type TestDatabase,
  testSeal,
  transact,
  verifyActLog,
} from '@citycard/common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { registerSignInRoutes } from './sign-in-routes.ts';

const PASSWORD = 'a long way from home';
let database: TestDatabase;
let server: HttpServer;
let signIn: SignIn;
const secrets = new Map<string, Buffer>();
/** Codes count once: each further one of a person is of the next interval, made usable by setting the clock of the row back. */
const now = () => stepAt(new Date());

beforeAll(async () => {
  database = await startTestDatabase([commonMigrations]);
  const { db } = database;
  signIn = new SignIn({ db, seal: testSeal() });
  server = createHttpServer({
    logger: createLogger('test', { level: 'silent' }),
    db,
    title: 'Sign-in',
    trustedProxies: ['127.0.0.1'],
  });
  registerSignInRoutes(server, { db, signIn });
  server.post('/v1/danger', { config: { stepUp: true } }, () => ({ done: true }));
});
afterAll(async () => {
  await server.close();
  await database.stop();
});

async function user(id: string, roles: Principal['roles'] = ['clerk']): Promise<void> {
  const secret = newSecret();
  secrets.set(id, secret);
  await transact(database.db, async (tx) => {
    await createPrincipal(tx, { id, name: `Test person ${id}`, kind: 'person', roles });
    await signIn.equip(tx, [{ id, password: PASSWORD, secret }]);
  });
}

const codeOf = (id: string, beside = 0n) => codeAt(secrets.get(id)!, now() + beside);

async function call(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  url: string,
  given: { token?: string; body?: object; from?: string } = {},
) {
  const response = await server.inject({
    method,
    url,
    headers: {
      ...(given.token === undefined ? {} : { authorization: `Bearer ${given.token}` }),
      ...(given.from === undefined ? {} : { 'x-forwarded-for': given.from }),
    },
    ...(given.body === undefined ? {} : { payload: given.body }),
  });
  const body = response.body === '' ? {} : response.json<Record<string, unknown>>();
  return { status: response.statusCode, code: body['code'], body, headers: response.headers };
}

const enter = (name: string, password: string, code: string | undefined, from = '10.0.0.1') =>
  call('POST', '/v1/sign-in', { body: { name, password, ...(code !== undefined && { code }) }, from });
const tokenOf = async (id: string, beside = 0n) =>
  String((await enter(id, PASSWORD, codeOf(id, beside))).body['token']);

test('a person signs in, is who they are, and signs out', async () => {
  await user('ada', ['finance-maker']);
  const entered = await enter('ada', PASSWORD, codeOf('ada'));
  expect(entered.body).toMatchObject({ principal: { id: 'ada', roles: ['finance-maker'] }, mustEnrol: false });
  const token = String(entered.body['token']);
  expect(token).toMatch(/^s\./);
  expect((await call('GET', '/v1/me', { token })).body).toMatchObject({
    id: 'ada',
    session: { incomplete: false, idleMinutes: 15 },
  });
  expect((await call('DELETE', '/v1/sign-in', { token })).status).toBe(204);
  expect((await call('GET', '/v1/me', { token })).code).toBe('identity.session-ended');
});

describe('who is refused', () => {
  test('hears the same, whatever was wrong', async () => {
    await user('ben');
    const good = codeOf('ben');
    const wrong = good === '000000' ? '000001' : '000000';
    const answers = [
      await enter('ben', 'not the password', good, '10.0.1.1'),
      await enter('ben', PASSWORD, wrong, '10.0.1.1'),
      await enter('ben', PASSWORD, undefined, '10.0.1.1'),
      await enter('nobody of that name', PASSWORD, good, '10.0.1.1'),
    ];
    for (const { status, body } of answers) {
      const { instance: _, ...said } = body;
      const { instance: __, ...first } = answers[0]!.body;
      expect([status, said]).toEqual([401, first]);
    }
    expect((await enter('ben', PASSWORD, good, '10.0.1.1')).status).toBe(200);
  });

  test('cannot use a code twice, nor one of before it', async () => {
    await user('cyd');
    const code = codeOf('cyd', 1n);
    expect((await enter('cyd', PASSWORD, code)).status).toBe(200);
    expect((await enter('cyd', PASSWORD, code)).code).toBe('identity.sign-in-refused');
    expect((await enter('cyd', PASSWORD, codeOf('cyd', 0n))).code).toBe('identity.sign-in-refused');
  });
});
