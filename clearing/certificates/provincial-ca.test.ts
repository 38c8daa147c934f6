import { execFileSync, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { commonMigrations, startTestDatabase, type TestDatabase } from '@citycard/common';
import { connectHsm, type HsmClient, startHsm } from '@citycard/hsm-sim';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clearingMigrations } from '../migrations.ts';
import { cityCa, ensureCityCa, ensureOwnCertificate, signDetachedCms, verifyDetachedCms } from './index.ts';
import { importCaCertificate, requestCaCertificate } from './provincial-ca.ts';

const withOpenssl = spawnSync('openssl', ['version']).status === 0;
const directory = mkdtempSync(path.join(os.tmpdir(), 'province-test-'));
const file = (name: string) => path.join(directory, name);
const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' }).toString();

/** A root of a province made by openssl. */
function province(name: string): void {
  const subject = ['-subj', `/C=CN/O=${name}/CN=${name} root`];
  openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', ...subject, '-keyout', file(`${name}.key`), '-out', file(`${name}.pem`)); // prettier-ignore
}

/** What the province signs over a request; by default with all a CA needs. */
function signedBy(name: string, csr: string, extensions = 'basicConstraints=critical,CA:TRUE'): string {
  writeFileSync(file('extensions'), `${extensions}\nkeyUsage=critical,keyCertSign,cRLSign\n`);
  openssl('x509', '-req', '-in', csr, '-CA', file(`${name}.pem`), '-CAkey', file(`${name}.key`), '-days', '20', '-sha256', '-extfile', file('extensions'), '-out', file('made.pem')); // prettier-ignore
  return readFileSync(file('made.pem'), 'utf8');
}

describe.runIf(withOpenssl)('a city CA under a province (needs the openssl command)', () => {
  let database: TestDatabase;
  let device: Awaited<ReturnType<typeof startHsm>>;
  let hsm: HsmClient;
  let deps: { db: TestDatabase['db']; hsm: HsmClient };
  let root: string;

  beforeAll(async () => {
    [database, device] = await Promise.all([
      startTestDatabase([commonMigrations, clearingMigrations]),
      startHsm({ directory: file('hsm'), lmk: 'test' }),
    ]);
    hsm = connectHsm({ host: '127.0.0.1', port: device.port });
    deps = { db: database.db, hsm };
    await hsm.createCustodian({ name: 'custodian-a', pin: '111111' });
    await hsm.createCustodian({ name: 'custodian-b', pin: '222222' });
    await hsm.authorise('custodian-a', '111111', 'custodian-b', '222222', ['generateRsa'], 5);
    province('shandong');
    root = readFileSync(file('shandong.pem'), 'utf8');
    writeFileSync(file('city.csr'), (await requestCaCertificate(hsm, '4580')).csrPem);
  });
  afterAll(async () => {
    await hsm.close();
    await Promise.all([device.stop(), database.stop()]);
    rmSync(directory, { recursive: true });
  });

  it('refuses what is not of its key, not for signing, or not signed by whom it says', async () => {
    const good = signedBy('shandong', file('city.csr'));
    await expect(importCaCertificate(deps, 'nothing')).rejects.toThrow('it holds no certificate');
    await expect(importCaCertificate(deps, root)).rejects.toThrow('not of the CA key in our HSM');
    await expect(importCaCertificate(deps, good)).rejects.toThrow('is missing');
    province('elsewhere');
    const other = readFileSync(file('elsewhere.pem'), 'utf8');
    await expect(importCaCertificate(deps, good + other)).rejects.toThrow('was not signed by the one after it');
    const leaf = signedBy('shandong', file('city.csr'), 'basicConstraints=critical,CA:FALSE');
    await expect(importCaCertificate(deps, leaf + root)).rejects.toThrow('does not allow signing certificates');
    await expect(cityCa(database.db)).rejects.toMatchObject({ code: 'certificates.no-ca' });
  });

  it('signs for the city with a chain that other software follows to the province', async () => {
    const { serial } = await importCaCertificate(deps, signedBy('shandong', file('city.csr')) + root);
    const ca = await cityCa(database.db);
    expect(ca.serial).toBe(serial);
    expect((await ensureCityCa(deps, '4580')).caPem).toBe(ca.pem);
    const own = await ensureOwnCertificate(deps, { keyName: 'CITY-FILES', usage: 'file-sign', cn: '4580' });
    writeFileSync(file('own.pem'), own.certificatePem);
    writeFileSync(file('middle.pem'), new X509Certificate(ca.pem).toString());
    const checked = openssl(
      'verify',
      '-CAfile',
      file('shandong.pem'),
      '-untrusted',
      file('middle.pem'),
      file('own.pem'),
    );
    expect(checked).toContain('own.pem: OK');

    const content = Buffer.from('settlement of the day');
    const signatureDer = await signDetachedCms(hsm, {
      content,
      keyName: 'CITY-FILES',
      certificatePem: own.certificatePem,
    });
    const asked = { content, signatureDer, expectedCn: '4580' };
    expect(await verifyDetachedCms(database.db, { ...asked, at: new Date() })).toMatchObject({ ok: true });
    // Our own certificate begins five minutes back; the province had not signed the CA's by then.
    const before = new Date(Date.now() - 4 * 60_000);
    expect(await verifyDetachedCms(database.db, { ...asked, at: before })).toMatchObject({
      ok: false,
      reason: expect.stringContaining('City Card CA 4580" is valid from') as string,
    });
  });
});
