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

/** As if nobody had used a code yet: a test signs in more often than codes change. */
const freshCodes = () => database.db.query('UPDATE platform.sign_in SET totp_step = 0');
/** As if so many minutes had gone by for every session. */
const minutesLater = (minutes: number) =>
  database.db.query(
    `UPDATE platform.session SET begun_at = begun_at - make_interval(mins => $1), seen_at = seen_at - make_interval(mins => $1),
            stepped_up_at = stepped_up_at - make_interval(mins => $1)`,
    [minutes],
  );
const actsOf = async (subject: string) => {
  const { rows } = await database.db.query<{ act: string }>(
    'SELECT act FROM platform.act_log WHERE subject = $1 ORDER BY sequence',
    [subject],
  );
  return rows.map(({ act }) => act);
};

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
async function tokenOf(id: string): Promise<string> {
  await freshCodes();
  return String((await enter(id, PASSWORD, codeOf(id))).body['token']);
}

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

describe('too many attempts', () => {
  const fail = (name: string, from: string) => enter(name, 'wrong wrong wrong', '000000', from);

  test.each(['dan', 'no such person'])('of a name make it pause, longer each time, whoever it is: %s', async (name) => {
    if (name === 'dan') await user(name);
    for (let at = 1; at < 5; at += 1) expect((await fail(name, `10.1.0.${at}`)).status).toBe(401);
    expect((await fail(name, '10.1.0.5')).status).toBe(401);
    const paused = await fail(name, '10.1.0.6');
    expect([paused.status, paused.code]).toEqual([429, 'identity.sign-in-paused']);
    const seconds = Number(paused.headers['retry-after']);
    expect(seconds).toBeGreaterThan(25);
    expect(seconds).toBeLessThanOrEqual(30);
    // The pause is over; the next failure begins one twice as long.
    await database.db.query('UPDATE platform.sign_in_failure SET paused_until = now()');
    expect((await fail(name, '10.1.0.7')).status).toBe(401);
    expect(Number((await fail(name, '10.1.0.8')).headers['retry-after'])).toBeGreaterThan(50);
  });

  test('keep out also who knows everything, until the pause is over or an officer lifts it', async () => {
    await user('eva');
    for (let at = 0; at < 5; at += 1) await fail('eva', '10.2.0.1');
    await freshCodes();
    expect((await enter('eva', PASSWORD, codeOf('eva'), '10.2.0.2')).status).toBe(429);
    await transact(database.db, (tx) => signIn.liftPause(tx, 'eva'));
    expect((await enter('eva', PASSWORD, codeOf('eva'), '10.2.0.2')).status).toBe(200);
    expect(await actsOf('principal eva')).toEqual([...Array<string>(5).fill('sign-in.refused'), 'sign-in.paused']);
  });

  test('sent all at once are counted one by one', async () => {
    await user('fay');
    const statuses = await Promise.all(Array.from({ length: 20 }, async () => (await fail('fay', '10.3.0.1')).status));
    expect(statuses.filter((status) => status === 401)).toHaveLength(5);
    expect(statuses.filter((status) => status === 429)).toHaveLength(15);
  });

  test('from one address make it pause, whatever the names', async () => {
    for (let at = 0; at < 30; at += 1) await fail(`guess-${at}`, '10.4.0.1');
    expect((await fail('guess-31', '10.4.0.1')).status).toBe(429);
    expect((await fail('guess-31', '10.4.0.2')).status).toBe(401);
  });

  test('are forgotten after a day', async () => {
    await user('guy');
    for (let at = 0; at < 4; at += 1) await fail('guy', '10.6.0.1');
    await database.db.query(`UPDATE platform.sign_in_failure SET last_at = now() - interval '25 hours'`);
    await tokenOf('guy');
    const { rows } = await database.db.query('SELECT FROM platform.sign_in_failure');
    expect(rows.length).toBeLessThanOrEqual(1);
  });

  test('leave no unknown name in clear anywhere: it may be a password', async () => {
    await fail('my secret password', '10.5.0.1');
    const { rows } = await database.db.query<{ line: string }>(
      `SELECT subject || detail AS line FROM platform.act_log WHERE act = 'sign-in.refused'`,
    );
    expect(rows.some(({ line }) => line.includes('secret'))).toBe(false);
    expect(await verifyActLog(database.db)).toMatchObject({ ok: true });
  });
});

describe('a session', () => {
  test('ends when nobody works in it; a page that asks by itself does not keep it open', async () => {
    await user('gil');
    const token = await tokenOf('gil');
    await minutesLater(10);
    const headers = { authorization: `Bearer ${token}`, 'x-citycard-background': '1' };
    expect((await server.inject({ url: '/v1/me', headers })).statusCode).toBe(200);
    await minutesLater(6);
    const ended = await call('GET', '/v1/me', { token });
    expect([ended.status, ended.code]).toEqual([401, 'identity.session-ended']);
    // Ended is ended: seeing it again does not bring it back.
    await database.db.query('UPDATE platform.session SET seen_at = now()');
    expect((await call('GET', '/v1/me', { token })).status).toBe(401);
  });

  test('goes on while somebody works, and ends after ten hours all the same', async () => {
    await user('hal');
    const token = await tokenOf('hal');
    for (let at = 0; at < 3; at += 1) {
      await minutesLater(14);
      expect((await call('GET', '/v1/me', { token })).status).toBe(200);
    }
    await database.db.query(`UPDATE platform.session SET begun_at = now() - interval '601 minutes'`);
    expect((await call('GET', '/v1/me', { token })).code).toBe('identity.session-ended');
  });

  test('beyond the fifth ends the oldest; a person sees them, ends one, ends all', async () => {
    await user('ida');
    const first = await tokenOf('ida');
    const others: string[] = [];
    for (let at = 0; at < 5; at += 1) others.push(await tokenOf('ida'));
    expect((await call('GET', '/v1/me', { token: first })).status).toBe(401);
    const token = others[4]!;
    const { sessions } = (await call('GET', '/v1/me/sessions', { token })).body as {
      sessions: { sessionNo: number; current: boolean }[];
    };
    expect(sessions.map(({ current }) => current)).toEqual([true, false, false, false, false]);
    expect((await call('DELETE', `/v1/me/sessions/${sessions[1]!.sessionNo}`, { token })).status).toBe(204);
    expect((await call('GET', '/v1/me', { token: others[3]! })).status).toBe(401);
    await user('ira');
    const strangers = await call('DELETE', `/v1/me/sessions/${sessions[0]!.sessionNo}`, {
      token: await tokenOf('ira'),
    });
    expect(strangers.code).toBe('identity.session-unknown');
    expect((await call('DELETE', '/v1/me/sessions', { token })).body).toEqual({ ended: 4 });
    expect((await call('GET', '/v1/me', { token })).status).toBe(401);
  });

  test('covers dangerous acts for five minutes after a code, then asks for another', async () => {
    await user('jan');
    const token = await tokenOf('jan');
    expect((await call('POST', '/v1/danger', { token })).status).toBe(200);
    await minutesLater(6);
    expect((await call('POST', '/v1/danger', { token })).code).toBe('identity.step-up-needed');
    // The code of signing in counts no second time.
    const used = { token, body: { code: codeOf('jan') } };
    expect((await call('POST', '/v1/sign-in/step-up', used)).code).toBe('identity.step-up-refused');
    await freshCodes();
    expect((await call('POST', '/v1/sign-in/step-up', used)).status).toBe(200);
    expect((await call('POST', '/v1/danger', { token })).status).toBe(200);
  });

  test('is nothing a long-lived token has', async () => {
    const made = await transact(database.db, (tx) =>
      createPrincipal(tx, { id: 'program', name: 'Test program', kind: 'service', roles: ['system'] }),
    );
    expect((await call('POST', '/v1/danger', { token: made.token })).status).toBe(200);
    const answer = await call('POST', '/v1/sign-in/step-up', { token: made.token, body: { code: '123456' } });
    expect(answer.code).toBe('identity.only-in-session');
    expect((await call('GET', '/v1/me', { token: 's.nothing-of-ours' })).code).toBe('identity.unauthenticated');
  });
});

describe('a password', () => {
  test('is changed by whoever knows it, to one that will do; other sessions end', async () => {
    await user('kay');
    const other = await tokenOf('kay');
    const token = await tokenOf('kay');
    const change = (current: string, next: string) =>
      call('PUT', '/v1/me/password', { token, body: { current, next } });
    expect((await change('not this one', 'something long enough')).code).toBe('identity.current-password-wrong');
    for (const bad of ['short', 'aaaaaaaaaaaaaaaa', 'abcdefghijklmnop', 'test person kay is me', PASSWORD])
      expect([bad, (await change(PASSWORD, bad)).code]).toEqual([bad, 'identity.password-not-taken']);
    expect((await change(PASSWORD, '三个不相干的词语连在一起就很好')).status).toBe(204);
    expect((await call('GET', '/v1/me', { token: other })).status).toBe(401);
    expect((await call('GET', '/v1/me', { token })).status).toBe(200);
    await freshCodes();
    expect((await enter('kay', PASSWORD, codeOf('kay'))).status).toBe(401);
    expect((await enter('kay', '三个不相干的词语连在一起就很好', codeOf('kay'))).status).toBe(200);
  });
});
