import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttp } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ResidentDesk, startResidentDesk } from './desk.ts';
import { parts } from './dialogue.ts';

const TEXT_TOKEN = 'token-of-a-gateway-for-this-test';
let desk: ResidentDesk;
let pages: string;

/** A port where nobody answers. */
async function deadPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

beforeAll(async () => {
  pages = await mkdtemp(join(tmpdir(), 'citycard-desk-'));
  desk = await startResidentDesk({
    host: '127.0.0.1',
    port: 0,
    serviceUrl: `http://127.0.0.1:${await deadPort()}`,
    token: 'x'.repeat(40),
    textToken: TEXT_TOKEN,
    logger: createLogger('test', { level: 'silent' }),
    pagesDirectory: pages,
  });
});
afterAll(async () => {
  await desk.stop();
  await rm(pages, { recursive: true, force: true });
});

const post = (path: string, body: unknown, headers: Record<string, string> = { 'x-citycard-desk': '1' }) =>
  fetch(new URL(path, desk.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const claim = { cardNo: '3104580000000000017', fact: '1234', place: 'web', proof: { challenge: 'x', counter: 1 } };

describe('the desk for residents', () => {
  it('says so when the services are away, and neither tells of tokens nor sets a cookie', async () => {
    const answer = await post('/desk/look-ups', claim);
    expect(answer.status).toBe(502);
    expect(await answer.json()).toMatchObject({ code: 'portal.resident-desk.service-away' });
    expect(answer.headers.get('set-cookie')).toBeNull();
    expect(answer.headers.get('content-security-policy')).not.toContain('unsafe');
    expect((await fetch(new URL('/healthz', desk.url))).status).toBe(200);
    expect((await fetch(new URL('/readyz', desk.url))).status).toBe(502);
  });

  it('takes requests of its own pages only, and of those what it knows', async () => {
    expect((await post('/desk/look-ups', claim, {})).status).toBe(403);
    expect((await post('/desk/look-ups', { ...claim, cardNo: '1' })).status).toBe(422);
    expect((await post('/desk/look-ups', { ...claim, place: 'text' })).status).toBe(422);
    expect((await post('/desk/cases', { pass: 'p', kind: 'x' })).status).toBe(422);
    expect((await post('/v1/cards', {})).status).toBe(404);
  });

  it('takes messages of a gateway that shows its token', async () => {
    const message = { from: '13800000000', text: '帮助' };
    expect((await post('/text/messages', message, {})).status).toBe(401);
    expect((await post('/text/messages', message, { authorization: 'Bearer other' })).status).toBe(401);
    const answer = await post('/text/messages', message, { authorization: `Bearer ${TEXT_TOKEN}` });
    expect(((await answer.json()) as { parts: string[] }).parts.join(' ')).toContain('余额 卡号 后四位');
    expect((await fetch(new URL('/simulator', desk.url))).status).toBe(503);
  });
});

it('puts sentences into as few parts of seventy characters as they fit in', () => {
  expect(parts(['a'.repeat(30), 'b'.repeat(39), 'c'])).toEqual([`${'a'.repeat(30)} ${'b'.repeat(39)}`, 'c']);
  expect(parts('d'.repeat(150)).map(({ length }) => length)).toEqual([70, 70, 10]);
  expect(parts('08:30–17:30')).toEqual(['08:30-17:30']);
});

describe('while the services are away', () => {
  it('answers a message kindly in its own language, whatever it asks', async () => {
    const said = async (text: string) => {
      const message = { from: '13800000000', text };
      const answer = await post('/text/messages', message, { authorization: `Bearer ${TEXT_TOKEN}` });
      expect(answer.status).toBe(200);
      return ((await answer.json()) as { parts: string[] }).parts.join(' ');
    };
    expect(await said('余额 3104580000000000017 1234')).toContain('请稍后再发一次');
    expect(await said('充值点')).toContain('请稍后再发一次');
    expect(await said('LOSS 3104580000000000017 1234')).toContain('cannot be reached');
  });

  it('goes on by itself as soon as they are back', async () => {
    const port = await deadPort();
    const own = await startResidentDesk({
      host: '127.0.0.1',
      port: 0,
      serviceUrl: `http://127.0.0.1:${port}`,
      token: 'x'.repeat(40),
      logger: createLogger('test', { level: 'silent' }),
      pagesDirectory: pages,
    });
    const points = () => fetch(new URL('/desk/points', own.url));
    expect((await points()).status).toBe(502);
    const asked: (string | undefined)[] = [];
    const back = createHttp((request, response) => {
      asked.push(request.headers.authorization);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"points":[]}');
    });
    await new Promise<void>((done) => back.listen(port, '127.0.0.1', done));
    expect(await (await points()).json()).toEqual({ points: [] });
    expect(asked).toEqual([`Bearer ${'x'.repeat(40)}`]);
    back.close();
    await own.stop();
  });
});
