import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  commonMigrations,
  createHttpServer,
  createLogger,
  createPrincipal,
  type HttpServer,
  idempotent,
  listen,
  openDatabase,
  rolesAllowed,
  startTestDatabase,
  type TestDatabase,
  transact,
  Type,
} from '../index.ts';

const logger = createLogger('http test', { level: 'silent' });
let test: TestDatabase;
let server: HttpServer;
let url: string;
let clerk: string;
let auditor: string;

beforeAll(async () => {
  test = await startTestDatabase([commonMigrations]);
  await test.db.query('CREATE TABLE sale (amount_fen bigint NOT NULL)');
  const register = (id: string, role: 'clerk' | 'auditor') =>
    transact(test.db, (tx) => createPrincipal(tx, { id, name: `Test ${id}`, kind: 'person', roles: [role] }));
  clerk = (await register('clerk', 'clerk')).token;
  auditor = (await register('auditor', 'auditor')).token;

  server = createHttpServer({ logger, db: test.db, title: 'Test shop' });
  const paidBy = Type.Optional(Type.Union([Type.Literal('cash'), Type.Literal('card')]));
  const Sale = Type.Object({ amountFen: Type.Integer({ minimum: 1 }), paidBy }, { additionalProperties: false });
  server.post('/v1/sales', { schema: { body: Sale }, onRequest: rolesAllowed('clerk') }, async (request, reply) => {
    const answer = await idempotent(test.db, request, async (tx) => {
      await tx.query('INSERT INTO sale VALUES ($1)', [request.body.amountFen]);
      if (request.body.amountFen === 666) throw new Error('the till is stuck');
      return { status: 201, body: { soldFen: BigInt(request.body.amountFen), by: request.principal.id } };
    });
    return reply.status(answer.status).send(answer.body);
  });
  server.get('/v1/sales', { schema: { querystring: Type.Object({ limit: Type.Integer() }) } }, (request) => ({
    limit: request.query.limit,
  }));
  server.get('/v1/far', () => ({ fen: 2n ** 60n }));
  ({ url } = await listen(server, { host: '127.0.0.1', port: 0 }));
});
afterAll(async () => {
  await server.close();
  await test.stop();
});

const get = (path: string, token?: string) =>
  fetch(`${url}${path}`, { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });
const sell = (body: unknown, key?: string, token = clerk) =>
  fetch(`${url}/v1/sales`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      ...(key !== undefined && { 'idempotency-key': key }),
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const sales = async () => (await test.db.query<{ n: bigint }>('SELECT count(*) AS n FROM sale')).rows[0]?.n;

describe('who may ask', () => {
  it('is told apart by token and role, in problem details', async () => {
    const nobody = await get('/v1/sales?limit=1');
    expect(nobody.status).toBe(401);
    expect(nobody.headers.get('www-authenticate')).toBe('Bearer');
    expect(nobody.headers.get('content-type')).toMatch('application/problem+json');
    expect(await nobody.json()).toMatchObject({
      type: 'urn:citycard:error:identity.unauthenticated',
      status: 401,
      code: 'identity.unauthenticated',
      instance: `urn:request:${nobody.headers.get('x-request-id')}`,
    });
    expect((await get('/v1/sales?limit=1', 'wrong')).status).toBe(401);
    expect((await sell({ amountFen: 1 }, 'k', auditor)).status).toBe(403);
    expect((await get('/v1/sales?limit=1', auditor)).status).toBe(200);
  });

  it('is everyone for health, metrics and the description', async () => {
    expect(await (await get('/healthz')).json()).toEqual({ status: 'ok' });
    expect(await (await get('/readyz')).json()).toEqual({ status: 'ready' });
    expect(await (await get('/metrics')).text()).toMatch(/http_request_duration_seconds_count\{.*route="\/readyz"/);
    const description = (await (await get('/v1/openapi.json')).json()) as { paths: object };
    expect(Object.keys(description.paths)).toEqual(['/v1/sales', '/v1/far']);
  });
});

describe('bad requests', () => {
  it('are refused with what is wrong, and change nothing', async () => {
    const before = await sales();
    const wrong = await sell({ amountFen: '5' }, 'k1');
    expect(wrong.status).toBe(422);
    expect(((await wrong.json()) as { title: string }).title).toContain('body/amountFen');
    const problems = async (body: object) => {
      const answer = await sell(body, 'k1');
      expect(answer.status).toBe(422);
      return ((await answer.json()) as { params: { problems: string } }).params.problems;
    };
    expect(await problems({ amountFen: 1, discount: 1 })).toBe('body/discount is not known');
    expect(await problems({ amountFen: 1, paidBy: 'shells' })).toBe('body/paidBy must be cash or card');
    expect((await sell('{"amountFen":', 'k1')).status).toBe(400);
    expect((await sell(`{"pad":"${'x'.repeat(1_100_000)}"}`, 'k1')).status).toBe(413);
    expect((await get('/v1/sales?limit=ten', clerk)).status).toBe(422);
    expect((await get('/v1/nothing')).status).toBe(404);
    expect(await sales()).toBe(before);
  });

  it('get an exact number or none', async () => {
    const answer = await get('/v1/far', clerk);
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('1152921504606846976');
  });
});

describe('Idempotency-Key', () => {
  it('makes a repeat return the first answer', async () => {
    const before = (await sales())!;
    const answers = await Promise.all(Array.from({ length: 5 }, () => sell({ amountFen: 700 }, 'once')));
    for (const answer of answers) {
      expect(answer.status).toBe(201);
      expect(await answer.json()).toEqual({ soldFen: 700, by: 'clerk' });
    }
    expect(await sales()).toBe(before + 1n);
  });

  it('is refused for another request, and asked for when missing', async () => {
    expect((await sell({ amountFen: 10 }, 'mine')).status).toBe(201);
    const before = await sales();
    const other = await sell({ amountFen: 11 }, 'mine');
    expect(other.status).toBe(422);
    expect(await other.json()).toMatchObject({ code: 'http.idempotency-key-reused' });
    expect(await (await sell({ amountFen: 10 })).json()).toMatchObject({ code: 'http.idempotency-key-missing' });
    expect(await sales()).toBe(before);
  });

  it('is free again after work that failed', async () => {
    const before = (await sales())!;
    expect((await sell({ amountFen: 666 }, 'stuck')).status).toBe(500);
    expect(await sales()).toBe(before);
    expect((await sell({ amountFen: 667 }, 'stuck')).status).toBe(201);
  });
});

describe('listen', () => {
  it('names the port that is in use', async () => {
    const second = createHttpServer({ logger, db: test.db, title: 'Second' });
    const port = Number(new URL(url).port);
    await expect(listen(second, { host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'http.port-in-use',
      message: `Port ${port} is in use; stop the program that listens there, or choose another port.`,
    });
    await second.close();
  });

  it('says not ready while the database is away', async () => {
    const away = openDatabase('postgres://nobody@127.0.0.1:1/none');
    const second = createHttpServer({ logger, db: away, title: 'Second' });
    expect((await second.inject('/readyz')).statusCode).toBe(503);
    expect((await second.inject('/healthz')).statusCode).toBe(200);
    await second.close();
    await away.end();
  });
});
