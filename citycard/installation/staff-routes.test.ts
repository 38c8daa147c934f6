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
import { afterAll, beforeAll, expect, test } from 'vitest';
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
