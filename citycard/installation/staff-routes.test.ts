import {
  commonMigrations,
  createHttpServer,
  createLogger,
  createPrincipal,
  type HttpServer,
  type Principal,
  startTestDatabase,
  type TestDatabase,
  transact,
} from '@citycard/common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { registerStaffRoutes } from './staff-routes.ts';

let database: TestDatabase;
let server: HttpServer;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  database = await startTestDatabase([commonMigrations]);
  server = createHttpServer({ logger: createLogger('test', { level: 'silent' }), db: database.db, title: 'Staff' });
  registerStaffRoutes(server, { db: database.db });
  const people: [string, Principal['roles']][] = [
    ['platform', ['platform']],
    ['watching', ['supervisor']],
    ['watching-2', ['supervisor']],
    ['clerk', ['clerk']],
  ];
  for (const [id, roles] of people)
    tokens[id] = (
      await transact(database.db, (tx) => createPrincipal(tx, { id, name: `Test ${id}`, kind: 'person', roles }))
    ).token;
});
afterAll(async () => {
  await server.close();
  await database.stop();
});

const call = async (person: string, url: string, payload?: object) => {
  const headers = { authorization: `Bearer ${tokens[person]}` };
  const method = payload === undefined ? ('GET' as const) : ('POST' as const);
  const response = await server.inject({ method, url: `/v1/staff${url}`, headers, ...(payload && { payload }) });
  return { status: response.statusCode, body: response.json<Record<string, unknown>>() };
};
const number = async (id: string, personNo: string, proposer = 'platform', approver = 'watching') => {
  const { body } = await call(proposer, `/${id}/person-number`, { personNo });
  return call(approver, `/${id}/person-number/approval/${String(body['approvalId'])}`, { personNo });
};

test('a number of the staff register is set by two, of whom one supervises', async () => {
  expect((await number('watching', 'STAFF-1')).status).toBe(200);
  expect((await number('clerk', 'STAFF-2', 'watching')).body['code']).toBe('identity.same-person');
  expect((await number('clerk', 'STAFF-2', 'platform', 'platform')).status).toBe(403);
  expect((await number('clerk', 'STAFF-2', 'watching', 'watching-2')).status).toBe(200);
  expect((await call('platform', '')).body['staff']).toEqual([
    { id: 'clerk', name: 'Test clerk', roles: ['clerk'], personNo: 'STAFF-2' },
    { id: 'platform', name: 'Test platform', roles: ['platform'] },
    { id: 'watching', name: 'Test watching', roles: ['supervisor'], personNo: 'STAFF-1' },
    { id: 'watching-2', name: 'Test watching-2', roles: ['supervisor'] },
  ]);
  expect((await call('clerk', '')).status).toBe(403);
});

test('nobody becomes a supervisor and an officer of the company by it, and what cannot be is refused', async () => {
  expect((await number('clerk', 'STAFF-1')).body).toMatchObject({ code: 'identity.both-sides', status: 409 });
  expect((await number('platform', 'STAFF-1', 'watching-2')).body['code']).toBe('identity.both-sides');
  const propose = (id: string, personNo: string) => call('platform', `/${id}/person-number`, { personNo });
  expect((await propose('nobody', 'STAFF-9')).body).toMatchObject({ code: 'identity.person-unknown', status: 404 });
  expect((await propose('clerk', '37079919900101001X')).status).toBe(422);
  const { rows } = await database.db.query(
    `select person_no from platform.principal where id in ('clerk', 'platform') order by id`,
  );
  expect(rows).toEqual([{ person_no: 'STAFF-2' }, { person_no: null }]);
});

describe('a staff register', () => {
  const send = async (person: string, url: string, payload: string | Buffer, type = 'text/csv') => {
    const headers = { authorization: `Bearer ${tokens[person]}`, 'content-type': type };
    const response = await server.inject({ method: 'POST', url: `/v1/staff/register${url}`, headers, payload });
    return { status: response.statusCode, body: response.json<Record<string, unknown>>() };
  };
  const numbers = async () => {
    const { rows } = await database.db.query('select id, person_no as no from platform.principal order by id');
    return Object.fromEntries(rows.map(({ id, no }: { id: string; no: string }) => [id, no]));
  };

  test('is taken whole, by two of whom one supervises; numbers may be exchanged', async () => {
    const register = Buffer.from('\uFEFFid,personNo\r\nwatching,STAFF-7\r\nwatching-2,STAFF-1\r\nclerk,STAFF-2\r\n');
    const { status, body } = await send('platform', '', register);
    expect([status, body['changes']]).toEqual([
      201,
      [
        { id: 'watching', personNo: 'STAFF-7', before: 'STAFF-1' },
        { id: 'watching-2', personNo: 'STAFF-1', before: null },
      ],
    ]);
    const approve = (person: string, content: Buffer) =>
      send(person, `/approval/${String(body['approvalId'])}`, content);
    expect((await approve('platform', register)).status).toBe(403);
    const other = Buffer.from('id,personNo\nwatching,STAFF-8\n');
    expect((await approve('watching', other)).body['code']).toBe('identity.content-differs');
    expect(await numbers()).toMatchObject({ watching: 'STAFF-1', 'watching-2': null });
    expect((await approve('watching', register)).body).toEqual({ changed: 2 });
    expect(await numbers()).toMatchObject({ watching: 'STAFF-7', 'watching-2': 'STAFF-1', clerk: 'STAFF-2' });
    expect((await send('platform', '', register)).body['code']).toBe('identity.register-says-nothing-new');
    const exchanged = 'id,personNo\nwatching,STAFF-1\nwatching-2,STAFF-7\n';
    const again = await send('watching-2', '', exchanged);
    expect((await send('watching', `/approval/${String(again.body['approvalId'])}`, exchanged)).status).toBe(200);
    expect(await numbers()).toMatchObject({ watching: 'STAFF-1', 'watching-2': 'STAFF-7' });
  });

  test.each([
    [
      'id,personNo\nnobody,S1\nclerk,37079919900101001X\nclerk,S2\n',
      'line 2: there is no person "nobody" here; line 3: a number of the register has 1 to 14 letters, digits and hyphens; line 4: "clerk" stands on line 3 already',
    ],
    [
      'id,personNo\nclerk,STAFF-1\n',
      'clerk and watching would be one person, STAFF-1, who supervises the company and acts for it',
    ],
    ['id,personNo\nclerk,S9\nwatching,S9\n', 'clerk and watching would be one person, S9'],
    ['id,personNo\n', 'it holds no person'],
    ['name,number\nclerk,S2\n', 'the first line has to name the columns id and personNo'],
    ['id,personNo,name\nclerk,S2,测试甲\n', 'it has 3 columns; only id and personNo are wanted'],
    ['id,personNo\nclerk\n', 'line 2 has 1 cells where the first line has 2'],
    ['', 'it is empty'],
  ])('that cannot be is refused with its lines and changes nothing: %j', async (register, words) => {
    const before = await numbers();
    const { status, body } = await send('platform', '', register);
    expect([status, body['title']]).toEqual([422, expect.stringContaining(words)]);
    expect(JSON.stringify(body)).not.toContain('37079919900101001X');
    expect(await numbers()).toEqual(before);
  });
});
