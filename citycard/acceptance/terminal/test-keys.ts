import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectHsm, type HsmClient, startHsm } from '@citycard/hsm-sim';
import { holdCeremony } from '../../demo/ceremony.ts';
import { publishedKey } from '../../demo/published-components.ts';

/** Keys the kit plays the host with. They are the published ones of demo cities: a candidate is tried with test cards. */
export const TEST_KEYS = { masterKey: 'SANDBOX-TMK', load: 'DLK', tac: 'DTK', purchase: 'DPK' } as const;

/** An HSM of its own for the length of a run: keys of a city never come near a candidate. `more` names further keys. */
export async function openTestHsm(
  more: readonly string[] = [],
): Promise<{ readonly hsm: HsmClient; close(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'citycard-acceptance-'));
  const device = await startHsm({ directory, lmk: 'test' });
  const hsm = connectHsm({ host: '127.0.0.1', port: device.port });
  const close = async () => {
    await hsm.close();
    await device.stop();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await holdCeremony(hsm, undefined, [...Object.values(TEST_KEYS), ...more]);
  } catch (error) {
    await close();
    throw error;
  }
  return { hsm, close };
}

/** What candidates, their test cards and their test SAM have to be made with, in hex. */
export function testKeysInHex() {
  const hex = (name: string) => publishedKey(name).toString('hex').toUpperCase();
  return {
    terminalMasterKey: hex(TEST_KEYS.masterKey),
    rootPurchaseKey: hex(TEST_KEYS.purchase),
    rootLoadKey: hex(TEST_KEYS.load),
    rootTacKey: hex(TEST_KEYS.tac),
  };
}
