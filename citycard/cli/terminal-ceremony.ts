import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkValue, type HsmClient } from '@citycard/hsm-sim';
import { citycardErrors } from '../errors.ts';
import type { Surroundings } from './command.ts';
import { askCustodian } from './hsm-ceremony.ts';
import { withHsm } from './hsm-commands.ts';
import { openQuestions, type Questions } from './hsm-questions.ts';

/** The HSM forms every key of three components of three custodians. */
const COMPONENTS = 3;
const COMPONENT_BYTES = 16;
/** Long enough to form one key. */
const AUTHORISED_MINUTES = 5;
/** Wipes the screen and what scrolled away, so that the next custodian does not read the last one's component. */
const WIPE = '\u001B[2J\u001B[3J\u001B[H';

interface Present {
  readonly custodian: string;
  readonly pin: string;
}

/**
 * A terminal master key as components: for each of three custodians, alone at the console, the HSM makes a component that is
 * shown once (or written to a file of his own under `print`), and takes it under his name. The HSM then forms the key; nobody
 * and nothing but the HSM has ever seen it. The custodians type their components into the terminal, which combines them.
 */
export async function holdTerminalCeremony(
  key: string,
  print: string | undefined,
  { line, say }: Surroundings,
): Promise<{ kcv: string }> {
  const questions = await openQuestions(line);
  if (!questions.interactive && print === undefined)
    throw citycardErrors.badOption(
      'without a console each component has to be written to a file of its own: print=FOLDER',
    );
  return withHsm(line, async (hsm) => {
    const present: Present[] = [];
    for (let at = 1; at <= COMPONENTS; at += 1) {
      say(`Component ${at} of ${COMPONENTS}. Only its custodian looks at the screen.`);
      present.push(await giveComponent(hsm, questions, { key, at, print }, say));
    }
    return form(hsm, key, present);
  });
}

async function giveComponent(
  hsm: HsmClient,
  questions: Questions,
  { key, at, print }: { key: string; at: number; print: string | undefined },
  say: (sentence: string) => void,
): Promise<Present> {
  const credential = await askCustodian(questions);
  const component = await hsm.randomBytes(COMPONENT_BYTES);
  const kcv = checkValue('3des', component);
  await hsm.submitComponent({
    name: key,
    usage: 'terminal-master',
    algorithm: '3des',
    exportable: false,
    ...credential,
    component,
    kcv,
  });
  const digits = component
    .toString('hex')
    .toUpperCase()
    .replaceAll(/(.{4})(?=.)/g, '$1 ');
  if (print === undefined) {
    say(`Component ${at} of ${key}, for ${credential.custodian}: ${digits}\nIts check value: ${kcv}`);
    await questions.ask('Written down and sealed? Type yes');
    say(`${WIPE}Component ${at} is with ${credential.custodian}.`);
  } else {
    await mkdir(print, { recursive: true, mode: 0o700 });
    const file = join(print, `${key}-component-${at}-${credential.custodian}.txt`);
    await writeFile(file, `${key}, component ${at} of ${COMPONENTS}\n${digits}\ncheck value ${kcv}\n`, {
      flag: 'wx',
      mode: 0o600,
    });
    say(`Component ${at} is in ${file}, for ${credential.custodian} alone.`);
  }
  return credential;
}

async function form(hsm: HsmClient, key: string, [first, second]: readonly Present[]): Promise<{ kcv: string }> {
  if (first === undefined || second === undefined) throw new RangeError('a ceremony has three custodians');
  await hsm.authorise(first.custodian, first.pin, second.custodian, second.pin, ['formKey'], AUTHORISED_MINUTES);
  try {
    return await hsm.formKey({ name: key });
  } finally {
    await hsm.cancelAuthorisation();
  }
}
