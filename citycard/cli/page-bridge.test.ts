import { startReaderPort } from '@citycard/card-issuer';
import {
  commonMigrations,
  createLogger,
  createPrincipal,
  type Principal,
  startTestDatabase,
  type TestDatabase,
  transact,
} from '@citycard/common';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type PageBridge, startPageBridge } from './page-bridge.ts';
import type { Pcsc } from './reader-pcsc.ts';

const PORTAL = 'http://127.0.0.1:8088';
const clerk: Principal = { id: 'clerk-a', name: 'Clerk A', kind: 'person', roles: ['clerk'] };

/** Readers as PC/SC shows them, plugged in and filled by the test; a card answers every command with 9000. */
class Desk implements Pcsc {
  readonly readers = new Map<string, 'empty' | 'card'>([['Test reader 00 00', 'empty']]);
  readonly ended = false;
  readonly #listeners: (() => void)[] = [];
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }
  powerOn(): ReturnType<Pcsc['powerOn']> {
    const answer = Buffer.from('9000', 'hex');
    return Promise.resolve({
      answerToReset: Buffer.from('3B00', 'hex'),
      exchange: () => Promise.resolve(answer),
      release: () => Promise.resolve(),
    });
  }
  close(): void {
    this.#listeners.length = 0;
  }
  change(state: 'empty' | 'card' | undefined): void {
    if (state === undefined) this.readers.delete('Test reader 00 00');
    else this.readers.set('Test reader 00 00', state);
    for (const listener of this.#listeners) listener();
  }
}

let database: TestDatabase;
let port: Awaited<ReturnType<typeof startReaderPort>>;
let bridge: PageBridge;
const desk = new Desk();

beforeAll(async () => {
  database = await startTestDatabase([commonMigrations]);
  await transact(database.db, (tx) => createPrincipal(tx, clerk));
  port = await startReaderPort(
    { db: database.db, logger: createLogger('test', { level: 'silent' }) },
    { host: '127.0.0.1', port: 0 },
  );
  bridge = await startPageBridge({
    pcsc: desk,
    origins: [PORTAL],
    installation: '127.0.0.1',
    port: 0,
    say: () => undefined,
  });
});
afterAll(async () => {
  await bridge.stop();
  await port.stop();
  await database.stop();
});

/** A page: what it hears, in order. */
async function page(headers: Record<string, string> = {}, origin = PORTAL) {
  const socket = new WebSocket(`ws://127.0.0.1:${bridge.port}`, { origin, headers });
  const heard: Record<string, unknown>[] = [];
  socket.on('message', (said) => heard.push(JSON.parse(String(said)) as Record<string, unknown>));
  const ended = new Promise<string>((resolve) => {
    socket.on('close', (code) => resolve(`closed ${code}`));
    socket.on('unexpected-response', (_request, response) => resolve(`refused ${response.statusCode}`));
    socket.on('error', () => undefined);
  });
  const said = (part: object) =>
    expect.poll(() => heard, { timeout: 5000 }).toContainEqual(expect.objectContaining(part));
  return { socket, heard, ended, said, say: (wish: unknown) => socket.send(JSON.stringify(wish)) };
}

const readers = (state: string, more: object = {}) => ({ readers: [{ name: 'Test reader 00 00', state, ...more }] });
const wish = (token: string, reader = 'Test reader 00 00') => ({
  attach: { reader, window: 'window-1', token, port: port.port },
});

test('a page hears which readers are here, lends one with a ticket, and hears cards come and go', async () => {
  const counter = await page();
  await counter.said(readers('empty'));
  counter.say(wish(port.ticket(clerk, 'window-1')));
  await counter.said({ attached: { reader: 'Test reader 00 00', window: 'window-1' } });
  expect(port.list()).toMatchObject([{ name: 'window-1', clerk: 'clerk-a', state: 'empty' }]);
  desk.change('card');
  await counter.said(readers('card', { window: 'window-1' }));
  await expect.poll(() => port.list()[0]?.state).toBe('card');
  const status = await port.withCard(clerk, 'window-1', async (card) => (await card.transmit(Buffer.alloc(5))).status);
  expect(status).toBe('9000');
  counter.say({ letGo: { reader: 'Test reader 00 00' } });
  await counter.said({ lost: { reader: 'Test reader 00 00', window: 'window-1' } });
  await expect.poll(() => port.list()).toEqual([]);
  counter.socket.close();
});

test('a ticket is good once, for its reader, and no longer than it is said to be', async () => {
  const counter = await page();
  await counter.said(readers('card'));
  const ticket = port.ticket(clerk, 'window-2');
  counter.say(wish(ticket));
  await counter.said({ refused: expect.objectContaining({ window: 'window-1' }) as unknown });
  expect(port.list()).toEqual([]);
  counter.say(wish(port.ticket(clerk, 'window-1'), 'no such reader'));
  await counter.said({ refused: expect.objectContaining({ reader: 'no such reader' }) as unknown });
  expect(() => port.ticket(clerk, '<script>')).toThrow(
    expect.objectContaining({ code: 'card-issuer.readers.bad-name' }),
  );
  counter.socket.close();
});

test('other sites, names that only resolve to this computer, and nonsense are sent away', async () => {
  expect(await (await page({}, 'https://elsewhere.example')).ended).toBe('refused 403');
  expect(await (await page({ host: 'rebound.example' })).ended).toBe('refused 403');
  for (const nonsense of [
    '{',
    '[]',
    '{"attach":{"reader":1}}',
    '{"attach":{"reader":"a","window":"b","token":"c","port":0}}',
  ]) {
    const counter = await page();
    await counter.said(readers('card'));
    counter.socket.send(nonsense);
    expect(await counter.ended).toBe('closed 1003');
  }
  const loud = await page();
  await loud.said(readers('card'));
  loud.socket.send('x'.repeat(5000));
  expect(await loud.ended).toBe('closed 1009');
});
