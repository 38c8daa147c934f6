import { connect as connectPlain } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { createLogger } from '@citycard/common';
import forge from 'node-forge';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packAnswer } from '../catalogue/answer.ts';
import { packFrame } from '../codec/frame-writer.ts';
import { envelope } from '../codec/frames.test-data.ts';
import { ConnectionBudget } from './connection-budget.ts';
import { listenForTerminals, type TerminalListener } from './listener.ts';
import type { LinkHandler, LinkInfo } from './terminal-link.ts';

interface Identity {
  readonly key: string;
  readonly cert: string;
}

/** 1024 bits would be refused; one pair of 2048 serves every generated certificate of this test. */
const pair = forge.pki.rsa.generateKeyPair(2048);

function certificate(name: string, issuer: string, isCa = false): Identity {
  const one = forge.pki.createCertificate();
  one.publicKey = pair.publicKey;
  one.serialNumber = Buffer.from(name).toString('hex');
  one.validity.notBefore = new Date(Date.now() - 3_600_000);
  one.validity.notAfter = new Date(Date.now() + 3_600_000);
  one.setSubject([
    { shortName: 'OU', value: 'terminal' },
    { name: 'commonName', value: name },
  ]);
  one.setIssuer([
    { shortName: 'OU', value: 'terminal' },
    { name: 'commonName', value: issuer },
  ]);
  one.setExtensions([{ name: 'basicConstraints', cA: isCa }]);
  one.sign(pair.privateKey, forge.md.sha256.create());
  return { key: forge.pki.privateKeyToPem(pair.privateKey), cert: forge.pki.certificateToPem(one) };
}

const cityCa = certificate('generated test CA', 'generated test CA', true);
const logger = createLogger('secure-link-test', { level: 'silent' });
const links: LinkInfo[] = [];
let listener: TerminalListener;

beforeAll(async () => {
  listener = await listenForTerminals({
    handle: (message, link) => {
      links.push(link);
      return Promise.resolve(packAnswer(message, { code: '00', at: new Date(), reference: 'R00000000001' }, false));
    },
    logger,
    port: 0,
    limits: { lingerMs: 50, drainTimeoutMs: 300, frameTimeoutMs: 300 },
    tls: { credentials: { ...certificate('gateway', 'generated test CA'), ca: cityCa.cert } },
  });
});
afterAll(() => listener.drain());

const echo = packFrame({ ...envelope, mti: '0820' }, { 11: '000001', 41: 'T0000001' }, false).frame;

/** What came back to an echo, and how it ended. */
function call(identity: Partial<Identity>): Promise<'answered' | 'refused'> {
  return new Promise((resolve) => {
    const socket = connect({
      port: listener.port,
      host: '127.0.0.1',
      ca: cityCa.cert,
      ...identity,
      checkServerIdentity: () => undefined,
    });
    socket.on('secureConnect', () => socket.write(echo));
    socket.on('data', () => {
      resolve('answered');
      socket.end();
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve('refused'));
  });
}

it('knows the terminal by the common name of its certificate', async () => {
  expect(await call(certificate('T0000001', 'generated test CA'))).toBe('answered');
  expect(links).toMatchObject([{ secure: true, certificateName: 'T0000001' }]);
});

it('lets nobody in without a certificate, or with one of another authority', async () => {
  const before = links.length;
  expect(await call({})).toBe('refused');
  const stranger = certificate('T0000001', 'somebody else');
  expect(await call(stranger)).toBe('refused');
  expect(links).toHaveLength(before);
});

it('gives up on a handshake that does not come', async () => {
  const silent = connectPlain({ port: listener.port, host: '127.0.0.1' });
  silent.on('error', () => {});
  silent.resume();
  await new Promise((resolve) => silent.once('close', resolve));
  expect(listener.statistics().connections).toBe(0);
});

describe('a revoked certificate', () => {
  const revoked = new Set<string>();
  const serialOf = (name: string) => Buffer.from(name).toString('hex');
  const handle: LinkHandler = (message) =>
    Promise.resolve(packAnswer(message, { code: '00', at: new Date(), reference: 'R00000000001' }, false));
  let guarded: TerminalListener;

  beforeAll(async () => {
    guarded = await listenForTerminals({
      handle,
      logger,
      port: 0,
      limits: { lingerMs: 50, drainTimeoutMs: 300, frameTimeoutMs: 300 },
      tls: { complaintAbout: ({ serial }) => (revoked.has(serial) ? 'it was revoked' : undefined) },
    });
  });
  afterAll(() => guarded.drain());

  const open = (name: string, more: object = {}) => {
    const identity = certificate(name, 'generated test CA');
    const checkServerIdentity = () => undefined;
    return connect({
      port: guarded.port,
      host: '127.0.0.1',
      ca: cityCa.cert,
      ...identity,
      checkServerIdentity,
      ...more,
    });
  };
  const outcome = (socket: TLSSocket) =>
    new Promise<'answered' | 'closed'>((resolve) => {
      socket.on('error', () => {});
      socket.once('close', () => resolve('closed'));
      socket.once('data', () => resolve('answered'));
      socket.write(echo);
    });

  it('needs a listener that has credentials, which may come later', async () => {
    expect(await outcome(open('T0000001'))).toBe('closed');
    expect(guarded.statistics()).toMatchObject({ accepted: 0, handshakesRefused: 1 });
    guarded.useCredentials({ ...certificate('gateway', 'generated test CA'), ca: cityCa.cert });
    const socket = open('T0000001');
    expect(await outcome(socket)).toBe('answered');
    socket.destroy();
  });

  it('ends the link it was shown on, and lets no new one in; a renewed one does', async () => {
    const [lost, other] = [open('T0000001'), open('T0000002')];
    expect(await Promise.all([outcome(lost), outcome(other)])).toEqual(['answered', 'answered']);
    revoked.add(serialOf('T0000001'));
    const ended = new Promise((resolve) => lost.once('close', resolve));
    guarded.reviewCertificates();
    await ended;
    await expect.poll(() => guarded.statistics().closes.certificate).toBe(1);
    expect(await outcome(other)).toBe('answered');
    other.destroy();
    expect(await outcome(open('T0000001'))).toBe('closed');
    expect(await outcome(open('T0000001', certificate('T0000001 new', 'generated test CA')))).toBe('answered');
  });

  it('does not come in by a session of better days', async () => {
    const first = open('T0000003', { maxVersion: 'TLSv1.2' });
    const session = new Promise<Buffer>((resolve) => first.once('session', resolve));
    expect(await outcome(first)).toBe('answered');
    const again = open('T0000003', { maxVersion: 'TLSv1.2', session: await session });
    expect(await outcome(again)).toBe('answered');
    expect(again.isSessionReused()).toBe(true);
    first.destroy();
    again.destroy();
    revoked.add(serialOf('T0000003'));
    expect(await outcome(open('T0000003', { maxVersion: 'TLSv1.2', session: await session }))).toBe('closed');
  });
});

it('counts its connections with those of the plain listener', async () => {
  const budget = new ConnectionBudget(1);
  const handle: LinkHandler = () => Promise.resolve('close');
  const common = { handle, logger, port: 0, budget, limits: { lingerMs: 50, drainTimeoutMs: 300 } };
  const credentials = { ...certificate('gateway', 'generated test CA'), ca: cityCa.cert };
  const [plain, secure] = await Promise.all([
    listenForTerminals(common),
    listenForTerminals({ ...common, tls: { credentials } }),
  ]);
  const first = connectPlain(plain.port, '127.0.0.1');
  await expect.poll(() => plain.statistics().connections).toBe(1);
  const beyond = connectPlain(secure.port, '127.0.0.1').resume();
  beyond.on('error', () => {});
  await new Promise((resolve) => beyond.once('close', resolve));
  expect(secure.statistics()).toMatchObject({ refused: 1, accepted: 0, handshakesRefused: 0 });
  first.destroy();
  await expect.poll(() => budget.take()).toBe(true);
  await Promise.all([plain.drain(), secure.drain()]);
});
