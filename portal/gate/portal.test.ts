import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  codeAt,
  commonMigrations,
  createHttpServer,
  createLogger,
  createPrincipal,
  type HttpServer,
  listen,
  newSecret,
  SignIn,
  startTestDatabase,
  stepAt,
  type TestDatabase,
  testSeal,
  transact,
  Type,
} from '@citycard/common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Portal, startPortal } from './portal.ts';

const logger = createLogger('portal test', { level: 'silent' });
const PASSWORD = 'a long way from home';
const secret = newSecret();
let directory: string;
let database: TestDatabase;
let service: HttpServer;
let serviceUrl: string;
let portal: Portal;
/** What the service was last sent. */
let seen: Record<string, unknown> = {};

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'citycard-portal-'));
  await mkdir(join(directory, 'pages', 'assets'), { recursive: true });
  await writeFile(join(directory, 'pages', 'index.html'), '<!doctype html><title>Test pages</title>');
  await writeFile(join(directory, 'pages', 'assets', 'app-1.js'), 'void 0;');
  database = await startTestDatabase([commonMigrations]);
  service = startService(database);
  serviceUrl = (await listen(service, { host: '127.0.0.1', port: 0 })).url;
  portal = await start({});
  await transact(database.db, async (tx) => {
    await createPrincipal(tx, { id: 'ada', name: 'Test Ada', kind: 'person', roles: ['clerk'] });
    await signIn.equip(tx, [{ id: 'ada', password: PASSWORD, secret }]);
  });
});
afterAll(async () => {
  await portal.stop();
  await service.close();
  await database.stop();
  await rm(directory, { recursive: true, force: true });
});

let signIn: SignIn;

/** A service that signs people in, and has one route of each kind the portal has to pass on. */
function startService({ db }: TestDatabase): HttpServer {
  const server = createHttpServer({ logger, db, title: 'Test', trustedProxies: ['127.0.0.1'] });
  signIn = new SignIn({ db, seal: testSeal() });
  const Given = Type.Object({ name: Type.String(), password: Type.String(), code: Type.Optional(Type.String()) });
  server.post('/v1/sign-in', { config: { public: true }, schema: { body: Given } }, ({ body, ip }) =>
    signIn.signIn(body, { address: ip, agent: 'test' }),
  );
  server.delete('/v1/sign-in', () => ({}));
  server.get('/v1/me', ({ principal, headers, ip }) => {
    seen = { ...headers, ip };
    return { id: principal.id };
  });
  server.post('/v1/change', (request) => {
    seen = { ...request.headers, body: request.body };
    return { changed: true };
  });
  void server.register((scope, _options, done) => {
    scope.addContentTypeParser('application/octet-stream', (_request, body, parsed) => parsed(null, body));
    scope.post('/v1/files', { bodyLimit: 64_000_000 }, async ({ body }) => {
      const hash = createHash('sha256');
      let bytes = 0;
      for await (const chunk of body as AsyncIterable<Buffer>) {
        hash.update(chunk);
        bytes += chunk.length;
      }
      return { bytes, sha256: hash.digest('hex') };
    });
    done();
  });
  server.get('/v1/report', (_request, reply) =>
    reply
      .type('text/csv')
      .header('content-disposition', 'attachment; filename="report.csv"')
      .header('set-cookie', 'from=service')
      .header('keep-alive', 'timeout=1000')
      .send(Buffer.alloc(3_000_000, 'x')),
  );
  return server;
}

const start = (more: Partial<Parameters<typeof startPortal>[0]>) =>
  startPortal({
    host: '127.0.0.1',
    port: 0,
    serviceUrl,
    sessionKeyFile: join(directory, 'portal.key'),
    pagesDirectory: join(directory, 'pages'),
    logger,
    ...more,
  });

/** A code that is taken: the test signs in more often than there are codes in its time. */
async function nextCode(): Promise<string> {
  await database.db.query('UPDATE platform.sign_in SET totp_step = 0');
  return codeAt(secret, stepAt(new Date()));
}

interface Sent {
  readonly body?: unknown;
  readonly cookie?: string;
  readonly headers?: Record<string, string>;
}

const own = (at: Portal) => ({ origin: at.url, 'x-citycard-portal': '1' });

function send(method: string, path: string, { body, cookie, headers }: Sent = {}, at = portal): Promise<Response> {
  return fetch(new URL(path, at.url), {
    method,
    headers: {
      ...own(at),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(cookie === undefined ? {} : { cookie }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function enter(at = portal): Promise<string> {
  const answer = await send(
    'POST',
    '/api/v1/sign-in',
    { body: { name: 'ada', password: PASSWORD, code: await nextCode() } },
    at,
  );
  expect(answer.status).toBe(200);
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

const codeIn = async (answer: Response) => ((await answer.json()) as { code?: string }).code;

describe('a session', () => {
  test('stands in a cookie no script can read and no other site can send; the page never sees the token', async () => {
    const code = await nextCode();
    const answer = await send('POST', '/api/v1/sign-in', { body: { name: 'ada', password: PASSWORD, code } });
    const text = await answer.text();
    expect(text).toContain('"id":"ada"');
    expect(text).not.toContain('s.');
    const cookie = answer.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^citycard-session=[\w-]+; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(Buffer.from(cookie.slice(17, cookie.indexOf(';')), 'base64url').toString('latin1')).not.toContain('s.');
    const me = await send('GET', '/api/v1/me', { cookie: cookie.split(';')[0]! });
    expect(await me.json()).toEqual({ id: 'ada' });
    expect(me.headers.get('cache-control')).toBe('no-store');
  });

  test('outlives the portal that sealed it, and opens at no portal with another key', async () => {
    const cookie = await enter();
    const second = await start({});
    expect((await send('GET', '/api/v1/me', { cookie }, second)).status).toBe(200);
    await second.stop();
    const stranger = await start({ sessionKeyFile: join(directory, 'other.key') });
    expect((await send('GET', '/api/v1/me', { cookie }, stranger)).status).toBe(401);
    await stranger.stop();
    expect((await send('GET', '/api/v1/me', { cookie: `${cookie.slice(0, -2)}AA` })).status).toBe(401);
    expect((await stat(join(directory, 'portal.key'))).mode & 0o077).toBe(0);
    expect((await readFile(join(directory, 'portal.key'), 'utf8')).length).toBe(64);
  });

  test('is bound to https where people come over https', async () => {
    const secure = await start({ secure: true, trustedProxies: ['127.0.0.1'] });
    const headers = { 'x-forwarded-proto': 'https', origin: secure.url.replace('http', 'https') };
    const body = { name: 'ada', password: PASSWORD, code: await nextCode() };
    const answer = await send('POST', '/api/v1/sign-in', { body, headers }, secure);
    expect(answer.headers.get('set-cookie')).toMatch(/^__Host-citycard-session=.*; Secure$/);
    expect(answer.headers.get('strict-transport-security')).toContain('max-age=31536000');
    await secure.stop();
  });

  test('is left by signing out, also when the service is away', async () => {
    const cookie = await enter();
    const answer = await send('DELETE', '/api/v1/sign-in', { cookie });
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([204, expect.stringContaining('Max-Age=0')]);
    const alone = await start({ serviceUrl: 'http://127.0.0.1:9' });
    const away = await send('DELETE', '/api/v1/sign-in', { cookie }, alone);
    expect([await codeIn(away), away.headers.get('set-cookie')]).toEqual([
      'portal.service-away',
      expect.stringContaining('Max-Age=0'),
    ]);
    await alone.stop();
  });
});

describe('what another site makes a browser send', () => {
  const cases: [string, string, string, Record<string, string>][] = [
    ['a form of another site', 'POST', '/api/v1/change', { origin: 'https://evil.example' }],
    ['a page of another port', 'POST', '/api/v1/change', { origin: 'http://127.0.0.1:1' }],
    ['no origin', 'POST', '/api/v1/change', { origin: '' }],
    ['an opaque origin', 'POST', '/api/v1/change', { origin: 'null' }],
    ['signing in for somebody else', 'POST', '/api/v1/sign-in', { origin: 'https://evil.example' }],
    ['a picture', 'GET', '/api/v1/me', { 'sec-fetch-site': 'cross-site' }],
    ['another host of the same domain', 'GET', '/api/v1/me', { 'sec-fetch-site': 'same-site' }],
  ];
  test.each(cases)('%s is refused', async (_what, method, path, headers) => {
    const cookie = 'citycard-session=whatever';
    const answer = await send(method, path, { cookie, headers, ...(method === 'POST' && { body: {} }) });
    expect([answer.status, await codeIn(answer)]).toEqual([403, 'portal.other-origin']);
  });

  test('a request of ours without our header is refused as well', async () => {
    const answer = await fetch(new URL('/api/v1/change', portal.url), {
      method: 'POST',
      headers: { origin: portal.url },
    });
    expect(await codeIn(answer)).toBe('portal.other-origin');
  });
});

describe('the way to the service', () => {
  test('carries what the service has to know and nothing else', async () => {
    const cookie = await enter();
    const headers = {
      authorization: 'Bearer from-the-page',
      'idempotency-key': 'k-1',
      'x-approval-signature': 'abc',
      'x-forwarded-for': '9.9.9.9',
      'x-other': 'x',
    };
    await send('POST', '/api/v1/change', { cookie, headers, body: { text: '测试' } });
    expect(seen).toMatchObject({ 'idempotency-key': 'k-1', 'x-approval-signature': 'abc', body: { text: '测试' } });
    expect(seen['authorization']).toMatch(/^Bearer s\./);
    expect(seen['x-forwarded-for']).toBe('127.0.0.1');
    for (const name of ['cookie', 'x-other', 'origin', 'x-citycard-portal']) expect(seen[name]).toBeUndefined();
  });

  test('streams files up and reports down, whole', async () => {
    const cookie = await enter();
    const file = Buffer.alloc(20_000_000, 7);
    const up = await fetch(new URL('/api/v1/files', portal.url), {
      method: 'POST',
      headers: { ...own(portal), cookie, 'content-type': 'application/octet-stream' },
      body: file,
    });
    const sha256 = createHash('sha256').update(file).digest('hex');
    expect(await up.json()).toEqual({ bytes: file.length, sha256 });
    const down = await send('GET', '/api/v1/report', { cookie });
    expect(down.headers.get('content-disposition')).toContain('report.csv');
    for (const name of ['set-cookie', 'keep-alive']) expect(down.headers.get(name) ?? '').not.toMatch(/service|1000/);
    expect((await down.arrayBuffer()).byteLength).toBe(3_000_000);
  });

  test.each([
    '/api/v1/../metrics',
    '/api/v1/%2e%2e/metrics',
    '/api/v1/x/../../metrics',
    '/api/metrics',
    '/api/v2/me',
    '/v1/me',
    '/api//evil.example/v1/',
    '/api/v1//sign-in',
  ])('leads nowhere else: %s', async (path) => {
    // Written by hand: a client of ours would tidy the address up before it sends it.
    const host = new URL(portal.url).host;
    const text = await speak(
      portal,
      `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${portal.url}\r\nx-citycard-portal: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
    );
    expect(text.split('\r\n')[0]).toMatch(/^HTTP\/1.1 404/);
    expect(text).toContain('portal.no-such-path');
  });

  test('says so when the service is away, slow, or breaks off half-way', async () => {
    const away = await start({ serviceUrl: 'http://127.0.0.1:9' });
    expect(await codeIn(await send('GET', '/api/v1/me', {}, away))).toBe('portal.service-away');
    expect(await codeIn(await send('POST', '/api/v1/sign-in', { body: {} }, away))).toBe('portal.service-away');
    expect((await send('GET', '/readyz', {}, away)).status).toBe(502);
    expect((await send('GET', '/healthz', {}, away)).status).toBe(200);
    await away.stop();

    const { port, close } = await half();
    const broken = await start({ serviceUrl: `http://127.0.0.1:${port}`, patienceMs: 300 });
    const slow = await send('GET', '/api/v1/slow', {}, broken);
    expect([slow.status, await codeIn(slow)]).toEqual([504, 'portal.service-slow']);
    const report = await send('GET', '/api/v1/half', {}, broken);
    expect(report.status).toBe(200);
    // A report broken off is an error of the download, never a short report.
    await expect(report.text()).rejects.toThrow();
    await broken.stop();
    close();
  });
});

test('pages come with a policy that lets in files of ours only', async () => {
  const page = await send('GET', '/counter/cards');
  expect(await page.text()).toContain('Test pages');
  const policy = page.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self'");
  expect(policy).toContain("style-src 'self'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toContain('unsafe');
  expect(page.headers.get('x-content-type-options')).toBe('nosniff');
  expect(page.headers.get('x-frame-options')).toBe('DENY');
  expect(page.headers.get('referrer-policy')).toBe('no-referrer');
  expect(page.headers.get('cache-control')).toBe('no-cache');
  const asset = await send('GET', '/assets/app-1.js');
  expect(asset.headers.get('cache-control')).toContain('immutable');
  expect((await send('GET', '/assets/gone.js')).status).toBe(404);
  expect((await send('GET', '/..%2fportal.key')).status).toBe(404);
  expect((await send('GET', '/metrics')).headers.get('content-type')).toContain('text/plain');
});

test('too much from one address is put off; demo people are told in a demo only', async () => {
  expect((await send('GET', '/api/demo-users')).status).toBe(404);
  const shown = { id: 'ada', name: 'Test Ada', roles: ['clerk'], password: 'p', code: '123456' };
  const demo = await start({ requestsPerMinute: 3, demoUsers: () => Promise.resolve([shown]) });
  expect(await (await send('GET', '/api/demo-users', {}, demo)).json()).toEqual({ users: [shown] });
  await send('GET', '/healthz', {}, demo);
  await send('GET', '/healthz', {}, demo);
  const answer = await send('GET', '/healthz', {}, demo);
  expect([answer.status, await codeIn(answer)]).toEqual([429, 'portal.too-many']);
  await demo.stop();
});

async function speak(at: Portal, request: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port: at.port });
  socket.write(request);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** A service that never answers one address and breaks off the answer of another. */
async function half(): Promise<{ port: number; close: () => void }> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (request: Buffer) => {
      if (!request.toString().startsWith('GET /v1/half')) return;
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: 1000\r\n\r\nhalf');
      void sleep(50).then(() => socket.destroy());
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  return { port: typeof address === 'object' && address !== null ? address.port : 0, close: () => server.close() };
}
