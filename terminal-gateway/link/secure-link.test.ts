import { connect as connectPlain } from 'node:net';
import { connect } from 'node:tls';
import { createLogger } from '@citycard/common';
import forge from 'node-forge';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { packAnswer } from '../catalogue/answer.ts';
import { packFrame } from '../codec/frame-writer.ts';
import { envelope } from '../codec/frames.test-data.ts';
import { listenForTerminals, type TerminalListener } from './listener.ts';
import type { LinkInfo } from './terminal-link.ts';

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
  one.setSubject([{ name: 'commonName', value: name }]);
  one.setIssuer([{ name: 'commonName', value: issuer }]);
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
    tls: { ...certificate('gateway', 'generated test CA'), ca: cityCa.cert },
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
