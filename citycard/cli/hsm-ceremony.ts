import { writeFile } from 'node:fs/promises';
import { HsmRefused, type HsmClient, type SecretAlgorithm, type SymmetricUsage } from '@citycard/hsm-sim';
import type { Questions } from './hsm-questions.ts';

/** What the persons agree on before they begin. */
export interface KeyPlan {
  readonly name: string;
  readonly usage: SymmetricUsage;
  readonly algorithm: SecretAlgorithm;
  readonly exportable: boolean;
}

/** What happened at a ceremony: names, times and check values; never a component, a PIN or a key. */
export interface Minutes {
  readonly key: KeyPlan;
  readonly kcv: string;
  readonly components: readonly { readonly custodian: string; readonly kcv: string; readonly at: string }[];
  readonly authorisedBy: readonly string[];
  readonly lmkCheck: string;
  readonly at: string;
}

const COMPONENTS = 3;
/** Long enough to form one key. */
const AUTHORISED_MINUTES = 5;
/** Wrong check value, wrong PIN, zero component, second component of one person: typed again on a terminal. */
const CORRECTABLE: readonly string[] = ['03', '10', '15', '19', '32'];

interface Credential {
  readonly custodian: string;
  readonly pin: string;
}

/**
 * A key of three components: each custodian enters name, PIN, component and its check value; the first two open the HSM for
 * forming the key, and it is closed again.
 */
export async function holdKeyCeremony(
  hsm: HsmClient,
  plan: KeyPlan,
  questions: Questions,
  say: (sentence: string) => void,
): Promise<Minutes> {
  const { lmkCheck } = await hsm.status();
  say(
    `Key ${plan.name}, usage ${plan.usage}, ${plan.algorithm}, ${plan.exportable ? 'exportable' : 'not exportable'}.`,
  );
  say(`The HSM's LMK has the check value ${lmkCheck}.`);
  const present: Credential[] = [];
  const components: Minutes['components'][number][] = [];
  while (components.length < COMPONENTS) {
    say(`Component ${components.length + 1} of ${COMPONENTS}.`);
    const credential = await askCustodian(questions);
    const given = (await questions.askSecret('Component, hexadecimal')).replaceAll(' ', '');
    const kcv = (await questions.ask('Its check value')).replaceAll(' ', '').toUpperCase();
    try {
      await hsm.submitComponent({ ...plan, ...credential, component: Buffer.from(given, 'hex'), kcv });
    } catch (error) {
      if (!questions.interactive || !(error instanceof HsmRefused) || !CORRECTABLE.includes(error.code)) throw error;
      say(`${error.message}. Once more.`);
      continue;
    }
    components.push({ custodian: credential.custodian, kcv, at: new Date().toISOString() });
    present.push(credential);
    say(`Component of ${credential.custodian} accepted, check value ${kcv}.`);
  }
  const [first, second] = present;
  if (!first || !second) throw new RangeError('a ceremony has three custodians');
  await hsm.authorise(first.custodian, first.pin, second.custodian, second.pin, ['formKey'], AUTHORISED_MINUTES);
  try {
    const { kcv } = await hsm.formKey({ name: plan.name });
    const authorisedBy = [first.custodian, second.custodian];
    return { key: plan, kcv, components, authorisedBy, lmkCheck, at: new Date().toISOString() };
  } finally {
    await hsm.cancelAuthorisation();
  }
}

export async function writeMinutes(path: string, minutes: Minutes): Promise<void> {
  await writeFile(path, `${JSON.stringify(minutes, null, 2)}\n`, { flag: 'wx' });
}

export async function askCustodian(questions: Questions): Promise<Credential> {
  return { custodian: await questions.ask('Custodian'), pin: await questions.askSecret('PIN') };
}

/** Two custodians open commands for some minutes. */
export async function openCommands(
  hsm: HsmClient,
  questions: Questions,
  commands: readonly string[],
  minutes: number,
): Promise<readonly string[]> {
  const first = await askCustodian(questions);
  const second = await askCustodian(questions);
  await hsm.authorise(first.custodian, first.pin, second.custodian, second.pin, commands, minutes);
  return [first.custodian, second.custodian];
}
