import {
  commonMigrations,
  createHttpServer,
  createLogger,
  createPrincipal,
  type HttpServer,
  startTestDatabase,
  transact,
} from '@citycard/common';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { clearingMigrations } from '../migrations.ts';
import { registerParticipantFileRoutes } from './file-routes.ts';
import { createParticipant } from './participant.ts';
import { registerStandingRoutes } from './standing-routes.ts';

let database: Awaited<ReturnType<typeof startTestDatabase>>;
let server: HttpServer;
let token: string;
beforeAll(async () => {
  database = await startTestDatabase([commonMigrations, clearingMigrations]);
  const { db } = database;
  server = createHttpServer({ logger: createLogger('test', { level: 'silent' }), db, title: 'test' });
  registerParticipantFileRoutes(server, { db });
  registerStandingRoutes(server, { db });
  await transact(db, async (tx) => {
    await createParticipant(tx, { participantNo: 'OPER1', name: '测试', kind: 'operator', industry: 1 });
    ({ token } = await createPrincipal(tx, { id: 'p', name: '测试', kind: 'person', roles: ['platform'] }));
  });
});
afterAll(async () => {
  await server.close();
  await database.stop();
});

const call = async (method: 'GET' | 'POST', path: string, payload?: object) => {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await server.inject({
    method,
    url: `/v1/participants/${path}`,
    headers,
    ...(payload && { payload }),
  });
  return [answer.statusCode, answer.json<{ code?: string; title?: string; open?: string[] }>()] as const;
};

it('nothing is said to be open with somebody who is no participant', async () => {
  expect(await call('GET', 'OPER1/obligations')).toMatchObject([200, { open: [] }]);
  expect(await call('GET', 'OPER7/obligations')).toMatchObject([404, { title: expect.stringContaining('OPER7') }]);
});

it.each([
  ['OPER1/leaving', { lastDay: '2026-02-30', reason: 'contract ended' }],
  ['OPER1/documents', { kind: 'licence', reference: 'R1', sha256: '0'.repeat(64), validUntil: '2027-02-29' }],
  ['OPER1/contracts', { contractNo: 'C1', validFrom: '2026-02-31', noticeDays: 30, documentNo: 1 }],
])('%s with a day that no calendar has says so', async (path, body) => {
  expect(await call('POST', path, body)).toMatchObject([422, { title: expect.stringContaining('format "date"') }]);
});
