import {
  addDays,
  cityDate,
  commonMigrations,
  createHttpServer,
  createLogger,
  createPrincipal,
  type HttpServer,
  type Role,
  startTestDatabase,
  type TestDatabase,
  transact,
} from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packAnswer } from '../catalogue/answer.ts';
import type { ResponseCode } from '../catalogue/response-codes.ts';
import type { FieldValues } from '../codec/field-table.ts';
import { packFrame } from '../codec/frame-writer.ts';
import { envelope } from '../codec/frames.test-data.ts';
import { Message } from '../codec/message.ts';
import { gatewayMigrations } from '../index.ts';
import { startObservation, type Observation } from './observation.ts';
import type { ObservedMessage } from './observed-message.ts';
import { registerTraceRoutes } from './routes.ts';
import { dropOldTraceDays, ensureTraceDays } from './trace-days.ts';
import { MessageTrail } from './trail.ts';

const logger = createLogger('observation-test', { level: 'silent' });
const link = { id: 1, remoteAddress: '127.0.0.1', secure: true, certificateName: 'T0000001' };
const card = '3104580010000000018';
const today = cityDate(new Date());

let database: TestDatabase;
let server: HttpServer;
let observation: Observation;

beforeAll(async () => {
  database = await startTestDatabase([commonMigrations, gatewayMigrations]);
  server = createHttpServer({ logger, db: database.db, title: 'test' });
  registerTraceRoutes(server, { db: database.db });
  observation = startObservation({ db: database.db, logger, metrics: server.metrics });
});
afterAll(async () => {
  await observation.stop();
  await server.close();
  await database.stop();
});

function request(mti: string, fields: FieldValues): Message {
  const common = { 41: 'T0000001', 42: 'M00000000000001', 60: '41000007000' };
  return Message.read(packFrame({ ...envelope, mti }, { ...common, ...fields }, false).frame.subarray(2));
}

/** As the handler does it. */
function go(message: Message, kind: ObservedMessage['kind'], code: ResponseCode, at = new Date()): void {
  const trail = new MessageTrail(message, link, at);
  trail.kind = kind;
  trail.terminal = { merchantNo: 'M00000000000001', industry: 1 };
  trail.stage('check MAC');
  trail.stage('decide');
  const own = code === '00' && kind === 'purseBalance' ? { 54: `0201156C${'1'.padStart(12, '0')}` } : {};
  const frame = packAnswer(
    message,
    { code, at, reference: 'R00000000001', fields: { 4: message.text(4), ...own } },
    true,
  );
  observation.observeMessage(trail.end(frame));
}

async function get(path: string, role: Role = 'platform') {
  const principal = { id: `test-${role}-${Math.random()}`, name: 'Test', kind: 'person', roles: [role] } as const;
  const { token } = await transact(database.db, (tx) => createPrincipal(tx, principal));
  return server.inject({ url: path, headers: { authorization: `Bearer ${token}` } });
}

describe('a message on record', () => {
  it('is found by terminal and trace number, in words, with its times and without the card number', async () => {
    go(request('0200', { 2: card, 3: '630000', 4: '000000010000', 11: '000123' }), 'loadFromCash', '51');
    await observation.flush();
    const answer = await get('/v1/terminals/T0000001/traces/000123');
    expect(answer.json()).toMatchObject({
      messages: [
        {
          terminalNo: 'T0000001',
          traceNo: '000123',
          mti: '0200',
          message: 'load, cash at agent',
          code: '51',
          meaning: 'agent prefund or funds not enough',
          operator: 'M00000000000001',
          batchNo: '000007',
          amountFen: 10_000,
          cardNo: '***************0018',
          reference: 'R00000000001',
          from: '127.0.0.1',
          encrypted: true,
          stages: [{ name: 'check MAC' }, { name: 'decide' }],
        },
      ],
    });
    const kept = await database.db.query<{ row: string }>(
      'select message_trace::text as row from gateway.message_trace',
    );
    expect(kept.rows.map(({ row }) => row).join()).not.toContain(card.slice(0, 15));
  });

  it('stands beside its repeats, the newest first; the list of a terminal holds all of them', async () => {
    const message = request('0400', { 2: card, 4: '000000000100', 11: '000124' });
    go(message, 'loadReversal', '68', new Date(Date.now() - 2000));
    go(message, 'loadReversal', '00', new Date(Date.now() - 1000));
    await observation.flush();
    const { messages } = (await get('/v1/terminals/T0000001/traces/000124')).json<{ messages: { code: string }[] }>();
    expect(messages.map(({ code }) => code)).toEqual(['00', '68']);
    const all = (await get('/v1/terminals/T0000001/traces', 'auditor')).json<{ messages: { traceNo: string }[] }>();
    expect(all.messages.map(({ traceNo }) => traceNo)).toEqual(['000123', '000124', '000124']);
  });

  it('is no echo that was answered 00, and is nobody’s but support’s', async () => {
    go(request('0820', { 11: '000125' }), 'echo', '00');
    go(request('0820', { 11: '000126' }), 'echo', 'A0');
    await observation.flush();
    const missing = await get('/v1/terminals/T0000001/traces/000125');
    expect(missing.statusCode).toBe(404);
    expect(missing.json()).toMatchObject({ title: expect.stringContaining('an echo answered 00') as string });
    expect((await get('/v1/terminals/T0000001/traces/000126')).json()).toMatchObject({
      messages: [{ code: 'A0', meaning: 'MAC wrong, sign on again' }],
    });
    expect((await get('/v1/terminals/T0000001/traces', 'clerk')).statusCode).toBe(403);
    expect((await get('/v1/terminals/T0000001/traces/12')).statusCode).toBe(422);
  });

  it('may be one that was closed without an answer; a long number in a reason is not repeated', async () => {
    const trail = new MessageTrail(request('0200', { 11: '000127', 2: card }), link, new Date());
    trail.remark = `field 2: ${card} is no card`;
    observation.observeMessage(trail.end('close'));
    await observation.flush();
    expect((await get('/v1/terminals/T0000001/traces/000127')).json()).toMatchObject({
      messages: [{ code: 'none', remark: 'field 2: … is no card', operator: null, reference: null }],
    });
  });
});

it('days are made as they come and go as wholes', async () => {
  const old = addDays(today, -9);
  await ensureTraceDays(database.db, [old, addDays(today, -6)]);
  go(request('0200', { 11: '000200' }), 'purseBalance', '00', new Date(`${old}T04:00:00Z`));
  await observation.flush();
  expect((await get('/v1/terminals/T0000001/traces/000200')).statusCode).toBe(200);
  const dropped = await dropOldTraceDays(database.db, 7, new Date());
  expect(dropped).toEqual([`message_trace_${old.replaceAll('-', '')}`]);
  expect((await get('/v1/terminals/T0000001/traces/000200')).statusCode).toBe(404);
});

it('metrics count messages by message, code, operator and industry, and time them', async () => {
  const { body } = await server.inject({ url: '/metrics' });
  const labels = (message: string, code: string, operator = 'M00000000000001', industry = '1') =>
    `gateway_messages_total{message="${message}",code="${code}",operator="${operator}",industry="${industry}"}`;
  expect(body).toContain(`${labels('loadReversal', '68')} 1`);
  expect(body).toContain(`${labels('echo', '00')} 1`);
  expect(body).toContain(`${labels('unreadable', 'none', 'unknown', 'unknown')} 1`);
  expect(body).toContain('gateway_message_seconds_count{message="loadReversal"} 2');
  expect(body).toMatch(/gateway_traces_total\{outcome="written"\} \d/);
});

it('traces that cannot be written are dropped and counted; nobody waits for them', async () => {
  await database.db.query('drop table gateway.message_trace');
  go(request('0200', { 11: '000300' }), 'purseBalance', '00');
  await observation.flush();
  const { body } = await server.inject({ url: '/metrics' });
  expect(body).toContain('gateway_traces_total{outcome="dropped"} 1');
  expect(body).toMatch(/message="purseBalance",code="00".* 2/);
});
