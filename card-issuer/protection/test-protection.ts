import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from '@citycard/common';
import { connectHsm, type HsmClient, startHsm } from '@citycard/hsm-sim';
import { createProtection, type Protection } from './protection.ts';

/** A real HSM with the two keys of personal data, for tests. */
export interface TestProtection {
  readonly hsm: HsmClient;
  /** Over this database, with nothing remembered: as a process that has just started. */
  protection(db: Database): Protection;
  stop(): Promise<void>;
}

export async function startTestProtection(): Promise<TestProtection> {
  const directory = await mkdtemp(join(tmpdir(), 'citycard-protection-'));
  const device = await startHsm({ directory, lmk: 'test' });
  const hsm = connectHsm({ host: '127.0.0.1', port: device.port });
  for (const name of ['a', 'b', 'c']) await hsm.createCustodian({ name, pin: '123456' });
  await hsm.authorise('a', '123456', 'b', '123456', ['generateKey'], 5);
  await hsm.generateKey({ name: 'PERSONAL-DATA', usage: 'data-wrap', algorithm: 'aes', exportable: false });
  await hsm.generateKey({ name: 'BLIND-INDEX', usage: 'blind-index', algorithm: 'hmac', exportable: false });
  await hsm.cancelAuthorisation();
  return {
    hsm,
    protection: (db) => createProtection({ db, hsm }),
    stop: async () => {
      await hsm.close();
      await device.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
