import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { commonMigrations, startTestDatabase, type TestDatabase } from '@citycard/common';
import { connectHsm, type HsmClient, startHsm } from '@citycard/hsm-sim';
import forge from 'node-forge';
import { clearingMigrations } from '../migrations.ts';
import { ensureCityCa, type IssuedCertificate, issueCertificate, type PartnerCertificateKind } from './city-ca.ts';

/** A city CA with a database and an HSM of its own. */
export interface TestAuthority {
  readonly database: TestDatabase;
  readonly hsm: HsmClient;
  readonly deps: { readonly db: TestDatabase['db']; readonly hsm: HsmClient };
  readonly caPem: string;
  /** A path in a folder that goes with the authority. */
  file(name: string): string;
  issue(cn: string, kind: PartnerCertificateKind): Promise<IssuedCertificate>;
  stop(): Promise<void>;
}

export async function startTestAuthority(): Promise<TestAuthority> {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'authority-test-'));
  const [database, device] = await Promise.all([
    startTestDatabase([commonMigrations, clearingMigrations]),
    startHsm({ directory: path.join(directory, 'hsm'), lmk: 'test' }),
  ]);
  const hsm = connectHsm({ host: '127.0.0.1', port: device.port });
  await hsm.createCustodian({ name: 'custodian-a', pin: '111111' });
  await hsm.createCustodian({ name: 'custodian-b', pin: '222222' });
  await hsm.authorise('custodian-a', '111111', 'custodian-b', '222222', ['generateRsa'], 5);
  const deps = { db: database.db, hsm };
  const { caPem } = await ensureCityCa(deps, '4580');
  await hsm.cancelAuthorisation();
  return {
    database,
    hsm,
    deps,
    caPem,
    file: (name) => path.join(directory, name),
    issue: (cn, kind) => issueCertificate(deps, { csrPem: testRequest(cn), cn, kind }),
    stop: async () => {
      await hsm.close();
      await Promise.all([device.stop(), database.stop()]);
      rmSync(directory, { recursive: true });
    },
  };
}

let key: string | undefined;

/** One key serves every request of a test process: making them is what takes time. */
export function testKey(): string {
  key ??= generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs1', format: 'pem' })
    .toString();
  return key;
}

export function testRequest(cn?: string): string {
  const privateKey = forge.pki.privateKeyFromPem(testKey());
  const request = forge.pki.createCertificationRequest();
  request.publicKey = forge.pki.rsa.setPublicKey(privateKey.n, privateKey.e);
  if (cn !== undefined) request.setSubject([{ name: 'commonName', value: cn }]);
  request.sign(privateKey, forge.md.sha256.create());
  return forge.pki.certificationRequestToPem(request);
}

/** The openssl command, where there is one. */
export const openssl = (() => {
  const run = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' }).toString();
  try {
    run('version');
    return run;
  } catch {
    return undefined;
  }
})();
