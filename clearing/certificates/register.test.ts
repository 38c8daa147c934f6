import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import {
  createHttpServer,
  createLogger,
  createPrincipal,
  type HttpServer,
  type Role,
  transact,
} from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alarmsAfter } from '../alarms/alarm.ts';
import { registerCertificateRoutes, revokeCertificate } from './index.ts';
import { certificateEnds, listCertificates, renewCertificate } from './register.ts';
import { makeRevocationList, readRevocationList } from './revocation-list.ts';
import { publishRevocationList, revocationList } from './revocations.ts';
import { openssl, startTestAuthority, type TestAuthority, testRequest } from './test-authority.ts';
import { followTrust } from './trust.ts';
import { warnOfExpiry } from './upkeep.ts';

const logger = createLogger('register-test', { level: 'silent' });
const needsOpenssl = openssl === undefined ? ' (skipped: there is no openssl command on this machine)' : '';

let authority: TestAuthority;
let server: HttpServer;

beforeAll(async () => {
  authority = await startTestAuthority();
  server = createHttpServer({ logger, db: authority.deps.db, title: 'test' });
  registerCertificateRoutes(server, { ...authority.deps, logger });
});
afterAll(async () => {
  await server.close();
  await authority.stop();
});

async function call(role: Role, method: 'GET' | 'POST', url: string, body?: object, participantNo?: string) {
  const who = { id: `test-${role}-${Math.random()}`, name: 'Test', kind: 'partner', roles: [role] } as const;
  const { token } = await transact(authority.deps.db, (tx) =>
    createPrincipal(tx, participantNo === undefined ? who : { ...who, participantNo }),
  );
  return server.inject({
    method,
    url,
    headers: { authorization: `Bearer ${token}` },
    ...(body && { payload: body }),
  });
}

const getList = () => server.inject({ url: '/v1/certificates/revocation-list' });

describe('the revocation list', () => {
  it('does not exist before the first, and then is for everybody', async () => {
    expect((await getList()).statusCode).toBe(404);
    expect(await publishRevocationList(authority.deps)).toBe(1n);
    const answer = await getList();
    expect(answer.headers['content-type']).toBe('application/pkix-crl');
    const list = readRevocationList(answer.rawPayload, authority.caPem);
    expect(list).toMatchObject({ number: 1n, revoked: [] });
    expect(list.nextUpdate.getTime() - Date.now()).toBeGreaterThan(9 * 86_400_000);
    expect(new Date(String(answer.headers['expires']))).toEqual(list.nextUpdate);
  });

  it('is made anew with each revocation and not without a reason', async () => {
    const terminal = await authority.issue('T0000001', 'terminal');
    const revoked = await call('platform', 'POST', `/v1/certificates/${terminal.serial}/revocation`, {
      reason: 'stolen',
    });
    expect(revoked.json()).toMatchObject({ serial: terminal.serial, revocationList: 2 });
    expect(await publishRevocationList(authority.deps)).toBe(2n);
    const list = readRevocationList((await getList()).rawPayload, authority.caPem);
    expect(list.revoked.map(({ serial }) => serial)).toEqual([terminal.serial]);
  });

  it('comes later when the HSM was away, and misses nothing', async () => {
    const terminal = await authority.issue('T0000002', 'terminal');
    await revokeCertificate(authority.deps.db, { serial: terminal.serial, reason: 'lost' });
    expect((await revocationList(authority.deps.db))?.number).toBe(2n);
    expect(await publishRevocationList(authority.deps)).toBe(3n);
    expect((await revocationList(authority.deps.db))?.entries).toBe(2);
  });

  it('is made once by two who want it at the same time, and again when it is a day old', async () => {
    await authority.deps.db.query(`update clearing.revocation_list set issued_at = issued_at - interval '25 hours'`);
    const numbers = await Promise.all([publishRevocationList(authority.deps), publishRevocationList(authority.deps)]);
    expect(numbers).toEqual([4n, 4n]);
  });

  it('is believed only from the city CA, and read back for any number, time and count', async () => {
    const content = {
      number: 255n,
      issuedAt: new Date('2049-12-31T23:59:59Z'),
      nextUpdate: new Date('2050-01-10T00:00:00Z'),
      revoked: Array.from({ length: 300 }, (_, at) => ({
        serial: (0x40 + (at % 60)).toString(16).padEnd(32, at.toString(16).padStart(3, '0')),
        revokedAt: new Date('2030-05-06T07:08:09Z'),
      })),
    };
    const list = await makeRevocationList(authority.hsm, { keyName: 'CITY-CA', pem: authority.caPem }, content);
    expect(readRevocationList(list, authority.caPem)).toEqual(content);
    const altered = Buffer.from(list);
    altered[200] = altered[200]! ^ 1;
    expect(() => readRevocationList(altered, authority.caPem)).toThrow(/not signed|cannot be read|expected|longer/);
  });

  it.runIf(openssl)(`is right by the eyes of openssl, with the chain${needsOpenssl}`, async () => {
    const good = await authority.issue('T0000003', 'terminal');
    const bad = await authority.issue('T0000004', 'terminal');
    const server = await authority.issue('gateway.test', 'server');
    await call('platform', 'POST', `/v1/certificates/${bad.serial}/revocation`, { reason: 'test' });
    const crl = authority.file('list.crl');
    writeFileSync(crl, (await getList()).rawPayload);
    writeFileSync(authority.file('ca.pem'), authority.caPem);
    for (const [name, { certificatePem }] of Object.entries({ good, bad, server }))
      writeFileSync(authority.file(name), certificatePem);
    const run = openssl!;
    const text = run('crl', '-inform', 'DER', '-in', crl, '-noout', '-text', '-CAfile', authority.file('ca.pem'));
    expect(text).toMatch(/Version 2[\s\S]*X509v3 CRL Number/);
    expect(text.replaceAll(':', '').toLowerCase()).toContain(bad.serial);
    run('crl', '-inform', 'DER', '-in', crl, '-out', authority.file('list.pem'));
    const check = (name: string, purpose: string) => {
      const lists = ['-crl_check', '-CRLfile', authority.file('list.pem'), '-CAfile', authority.file('ca.pem')];
      return run('verify', '-purpose', purpose, ...lists, authority.file(name));
    };
    expect(check('good', 'sslclient')).toContain('OK');
    expect(check('server', 'sslserver')).toContain('OK');
    expect(() => check('bad', 'sslclient')).toThrow(/revoked/);
    expect(() => check('good', 'sslserver')).toThrow(/purpose/);
  });
});

describe('a certificate', () => {
  it('says in its name what it is for, and a server in its alternative names where it is', async () => {
    const named = new X509Certificate((await authority.issue('gateway.test', 'server')).certificatePem);
    expect(named.subject).toContain('OU=server');
    expect(named.checkHost('gateway.test')).toBe('gateway.test');
    const addressed = new X509Certificate((await authority.issue('127.0.0.1', 'server')).certificatePem);
    expect(addressed.checkIP('127.0.0.1')).toBe('127.0.0.1');
    const partner = new X509Certificate((await authority.issue('bill.house', 'partner')).certificatePem);
    expect(partner.subject).toContain('OU=partner');
  });

  it('is renewed while it is in force; the old one stays good until its end', async () => {
    const old = await authority.issue('T0000005', 'terminal');
    const path = `/v1/certificates/${old.serial}/renewal`;
    const answer = await call('platform', 'POST', path, { csrPem: testRequest('T0000005') });
    expect(answer.statusCode).toBe(201);
    const { serial } = answer.json<{ serial: string }>();
    expect(serial).not.toBe(old.serial);
    const shown = await call('auditor', 'GET', `/v1/certificates/${old.serial}`);
    expect(shown.json()).toMatchObject({ cn: 'T0000005', kind: 'terminal', renewedBy: serial, revokedAt: null });
    expect((await call('platform', 'POST', path, { csrPem: testRequest('T0000006') })).json()).toMatchObject({
      code: 'certificates.cn-differs',
    });
  });

  it('is not renewed when it is revoked, has run out, is of our own HSM, or of somebody else', async () => {
    const renew = (serial: string) =>
      transact(authority.deps.db, (db) =>
        renewCertificate({ hsm: authority.hsm, db }, { serial, csrPem: testRequest() }),
      );
    const notToRenew = { code: 'certificates.not-to-renew' };
    const revoked = await authority.issue('T0000007', 'terminal');
    await revokeCertificate(authority.deps.db, { serial: revoked.serial, reason: 'test' });
    await expect(renew(revoked.serial)).rejects.toMatchObject(notToRenew);
    const ended = await authority.issue('T0000008', 'terminal');
    await authority.deps.db.query(
      `update clearing.certificate set not_before = now() - interval '2 days', not_after = now() - interval '1 day' where serial = $1`,
      [ended.serial],
    );
    await expect(renew(ended.serial)).rejects.toMatchObject(notToRenew);
    // Terminals whose certificates are in force are told with the last end of them, the others not.
    const ends = await certificateEnds(authority.deps.db, 'terminal', ['T0000005', 'T0000007', 'T0000008', 'T0000099']);
    expect([...ends.keys()]).toEqual(['T0000005']);
    expect(ends.get('T0000005')?.getTime()).toBeGreaterThan(Date.now());
    await expect(renew(new X509Certificate(authority.caPem).serialNumber.toLowerCase())).rejects.toMatchObject(
      notToRenew,
    );
    await expect(renew('0'.repeat(32))).rejects.toMatchObject({ code: 'certificates.unknown' });
    const operator = await authority.issue('OPERATOR01', 'operator');
    const ask = (participantNo: string) =>
      call(
        'operator-partner',
        'POST',
        `/v1/certificates/${operator.serial}/renewal`,
        { csrPem: testRequest() },
        participantNo,
      );
    expect((await ask('OPERATOR02')).statusCode).toBe(403);
    expect((await ask('OPERATOR01')).statusCode).toBe(201);
  });

  it('near its end is on the list and told of once per threshold, unless it has a successor', async () => {
    const [first, second] = await Promise.all(['T0000011', 'T0000012'].map((cn) => authority.issue(cn, 'terminal')));
    await authority.deps.db.query(
      `update clearing.certificate set not_after = now() + interval '20 days' where serial in ($1, $2)`,
      [first!.serial, second!.serial],
    );
    const expiring = async () => {
      const list = await listCertificates(authority.deps.db, { expiringWithinDays: 30, limit: 10 });
      return list.map(({ cn }) => cn);
    };
    expect((await expiring()).toSorted()).toEqual(['T0000011', 'T0000012']);
    await call('platform', 'POST', `/v1/certificates/${second!.serial}/renewal`, { csrPem: testRequest() });
    expect(await expiring()).toEqual(['T0000011']);
    expect([await warnOfExpiry(authority.deps.db), await warnOfExpiry(authority.deps.db)]).toEqual([1, 0]);
    await authority.deps.db.query(
      `update clearing.certificate set not_after = now() + interval '5 days' where serial = $1`,
      [first!.serial],
    );
    expect([await warnOfExpiry(authority.deps.db), await warnOfExpiry(authority.deps.db)]).toEqual([1, 0]);
    const alarms = await alarmsAfter(authority.deps.db, 0n);
    expect(alarms.map(({ kind, evidence }) => [kind, evidence['cn'], evidence['withinDays']])).toEqual([
      ['certificate-expiring', 'T0000011', 30],
      ['certificate-expiring', 'T0000011', 7],
    ]);
    const page = await call('platform', 'GET', '/v1/certificates?expiringWithinDays=30&kind=terminal');
    expect(page.json()).toMatchObject({ certificates: [{ cn: 'T0000011' }] });
    expect((await call('clerk', 'GET', '/v1/certificates')).statusCode).toBe(403);
  });
});

it('a listener learns of a revocation by itself, and lets in its own kind only', async () => {
  let changes = 0;
  const { db } = authority.deps;
  const trust = followTrust({ db, logger, unit: 'terminal', onChange: () => changes++ });
  await trust.look();
  expect(trust.caPem()).toBe(authority.caPem);
  expect(changes).toBe(1);
  const { serial, notAfter } = await authority.issue('T0000021', 'terminal');
  const shown = { serial, unit: 'terminal', notAfter };
  expect(trust.complaintAbout(shown)).toBeUndefined();
  expect(trust.complaintAbout({ ...shown, unit: 'operator' })).toContain("not a terminal's");
  expect(trust.complaintAbout(shown, new Date(notAfter.getTime() + 1))).toContain('expired');
  expect(trust.complaintAbout(shown, new Date(Date.now() + 11 * 86_400_000))).toContain('ran out');
  await revokeCertificate(db, { serial, reason: 'test' });
  await publishRevocationList(authority.deps);
  await expect.poll(() => trust.complaintAbout(shown), { timeout: 3000 }).toBe('it was revoked');
  expect(changes).toBe(2);
  await trust.stop();
});
