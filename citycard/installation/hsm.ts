import { join } from 'node:path';
import type { Logger } from '@citycard/common';
import { connectHsm, type HsmClient, HsmUnavailable } from '@citycard/hsm-sim';
import { citycardErrors } from '../errors.ts';
import type { Configuration } from './configuration.ts';
import { startHsmProcess } from './hsm-process.ts';
import { ensureHsmSecret } from './hsm-secret.ts';

/** Check value of the LMK that `HSM_LMK=test` gives: published, so what lies under it is open to everybody. */
const TEST_LMK_CHECK = 'C92A39';

/**
 * The HSM named by CITYCARD_HSM_HOST, or one of our own under the folder for everything we write. One that is away may come back:
 * what needs no key works without it.
 *
 * @throws CityCardError `citycard.test-keys` for a named one whose keys lie under the published LMK
 */
export async function provideHsm(
  { hsmDevice, hsmPort, varDirectory }: Configuration,
  logger: Logger,
  undo: (() => Promise<unknown>)[],
): Promise<HsmClient> {
  const hsm = hsmDevice
    ? connectHsm({ ...hsmDevice, port: hsmPort, logger })
    : await ownHsm({ hsmPort, varDirectory }, logger, undo);
  undo.push(() => hsm.close());
  if (hsmDevice !== undefined) await assertOwnKeys(hsm, `${hsmDevice.host}:${hsmPort}`, logger);
  return hsm;
}

async function ownHsm(
  { hsmPort, varDirectory }: Pick<Configuration, 'hsmPort' | 'varDirectory'>,
  logger: Logger,
  undo: (() => Promise<unknown>)[],
): Promise<HsmClient> {
  // Our own HSM is for this machine only, wherever the rest listens.
  const host = '127.0.0.1';
  const { file: secretFile, secret } = await ensureHsmSecret(varDirectory);
  const started = await startHsmProcess({ host, secretFile, port: hsmPort, storeDirectory: join(varDirectory, 'hsm') });
  undo.push(() => started.stop());
  return connectHsm({ host, port: started.port, logger, caller: { secret } });
}

async function assertOwnKeys(hsm: HsmClient, address: string, logger: Logger): Promise<void> {
  try {
    const { lmkCheck } = await hsm.status();
    if (lmkCheck === TEST_LMK_CHECK) throw citycardErrors.testKeys({ address });
  } catch (error) {
    if (!(error instanceof HsmUnavailable)) throw error;
    logger.warn({ err: error, address }, 'the HSM does not answer yet');
  }
}
