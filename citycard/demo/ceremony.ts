import { createCipheriv } from 'node:crypto';
import type { HsmClient } from '@citycard/hsm-sim';
import { publishedComponent } from './published-components.ts';

type Usage = Parameters<HsmClient['submitComponent']>[0]['usage'];

/** The three people who carry the components of the demo city. PINs of a demo are no secret. */
export const custodians = [
  { name: 'custodian-1', pin: '100001' },
  { name: 'custodian-2', pin: '200002' },
  { name: 'custodian-3', pin: '300003' },
] as const;

interface CityKey {
  readonly name: string;
  readonly usage: Usage;
  readonly algorithm: '3des' | 'sm4';
  readonly exportable: boolean;
}

/** What goes on cards and chips, or opens them: one set for triple-DES products, one for SM4 products. Only the purchase key leaves the HSM whole, for SAMs. */
const cardRoots: readonly { name: string; usage: Usage; exportable: boolean }[] = [
  { name: 'DPK', usage: 'purchase', exportable: true },
  { name: 'DLK', usage: 'load', exportable: false },
  { name: 'DTK', usage: 'tac', exportable: false },
  { name: 'DAMK', usage: 'maintenance', exportable: false },
  { name: 'DPUK', usage: 'pin-unblock', exportable: false },
  { name: 'DRPK', usage: 'pin-reload', exportable: false },
  { name: 'DACK', usage: 'card-master', exportable: false },
  { name: 'DABK', usage: 'application-block', exportable: false },
  { name: 'DAUK', usage: 'application-unblock', exportable: false },
  { name: 'DULK', usage: 'unload', exportable: false },
  { name: 'CHIP', usage: 'chip-transport', exportable: false },
];

/** The keys of a city that its custodians bring: what each is called in the HSM and what it may be used for. */
const cityKeys: readonly CityKey[] = [
  ...cardRoots.map((root) => ({ ...root, algorithm: '3des' as const })),
  ...cardRoots.map((root) => ({ ...root, name: `${root.name}-SM4`, algorithm: 'sm4' as const })),
  { name: 'TRANSPORT', usage: 'key-transport', algorithm: '3des', exportable: false },
  { name: 'SANDBOX-TMK', usage: 'terminal-master', algorithm: '3des', exportable: false },
];

/** Keys for personal data: made inside, for nobody outside needs to know them, in a demo as little as in a city. */
const dataKeys = [
  { name: 'PERSONAL-DATA', usage: 'data-wrap', algorithm: 'aes', exportable: false },
  { name: 'BLIND-INDEX', usage: 'blind-index', algorithm: 'hmac', exportable: false },
] as const;

/** Key pairs that are made in the HSM and never leave it. */
const signingKeys = [
  { name: 'CITY-CA', usage: 'ca' },
  { name: 'CITY-FILES', usage: 'file-sign' },
  { name: 'REPORTS', usage: 'report-sign' },
] as const;

const ceremonyMinutes = 10;

/**
 * The key ceremony of the demo city: three custodians bring a component each, two of them open the HSM, it forms every
 * key inside and is closed again. Keys that exist already are left as they are, so a ceremony that broke off is repeated.
 * `only` names the keys when not all of a city are wanted.
 *
 * @returns the check value of every key, for the minutes of the ceremony
 */
export async function holdCeremony(
  hsm: HsmClient,
  onKey?: (done: number, of: number) => void,
  only?: readonly string[],
): Promise<Map<string, string>> {
  const present = new Map((await hsm.listKeys()).map((key) => [key.name, key.kcv]));
  const isMissing = ({ name }: { name: string }) => !present.has(name) && (only === undefined || only.includes(name));
  const missing = cityKeys.filter(isMissing);
  const missingPairs = signingKeys.filter(isMissing);
  const missingDataKeys = dataKeys.filter(isMissing);
  const total = missing.length + missingDataKeys.length + missingPairs.length;
  if (total === 0) return present;

  for (const custodian of custodians) await createCustodianOnce(hsm, custodian);
  const [first, second] = custodians;
  const commands = ['formKey', 'discardComponents', 'generateKey', 'generateRsa'];
  await hsm.authorise(first.name, first.pin, second.name, second.pin, commands, ceremonyMinutes);
  let done = 0;
  try {
    for (const key of missing) {
      await hsm.discardComponents({ name: key.name });
      for (const [at, custodian] of custodians.entries()) {
        const component = publishedComponent(key.name, (at + 1) as 1 | 2 | 3);
        await hsm.submitComponent({
          ...key,
          custodian: custodian.name,
          pin: custodian.pin,
          component,
          kcv: checkValue(key.algorithm, component),
        });
      }
      const { kcv } = await hsm.formKey({ name: key.name });
      present.set(key.name, kcv);
      onKey?.(++done, total);
    }
    for (const key of missingDataKeys) {
      await hsm.generateKey(key);
      onKey?.(++done, total);
    }
    for (const pair of missingPairs) {
      await hsm.generateRsa({ ...pair, bits: 2048 });
      onKey?.(++done, total);
    }
  } finally {
    await hsm.cancelAuthorisation();
  }
  return new Map((await hsm.listKeys()).map((key) => [key.name, key.kcv]));
}

/** First 3 bytes of E(component, zeros), as the custodian's envelope states it. */
function checkValue(algorithm: CityKey['algorithm'], component: Buffer): string {
  const name = algorithm === '3des' ? 'des-ede-ecb' : 'sm4-ecb';
  const cipher = createCipheriv(name, component, null).setAutoPadding(false);
  return cipher
    .update(Buffer.alloc(algorithm === '3des' ? 8 : 16))
    .subarray(0, 3)
    .toString('hex')
    .toUpperCase();
}

/** The HSM refuses a name it knows; a ceremony that is repeated finds its custodians there. */
async function createCustodianOnce(hsm: HsmClient, custodian: { name: string; pin: string }): Promise<void> {
  try {
    await hsm.createCustodian(custodian);
  } catch (error) {
    if (!(error instanceof Error && error.name === 'HsmRefused')) throw error;
  }
}
