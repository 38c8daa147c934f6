import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  checkValue,
  connectHsm,
  readCallerAccess,
  readCallerSecret,
  verifyAuditLog,
  type HsmClient,
  type SecretAlgorithm,
} from '@citycard/hsm-sim';
import { hsmSecretFile } from '../installation/hsm-secret.ts';
import { readConfiguration } from '../installation/configuration.ts';
import { citycardErrors } from '../errors.ts';
import type { Answered, LocalCommand, Surroundings } from './command.ts';
import { askCustodian, holdKeyCeremony, openCommands, writeMinutes, type KeyPlan } from './hsm-ceremony.ts';
import { openQuestions } from './hsm-questions.ts';

/** The custodians' own tool: it speaks to the HSM itself and needs nothing else of the product. */
export const hsmCommands: readonly LocalCommand[] = [
  talking('hsm status', 'version, number of keys, authorised or not, check value of the LMK', async (hsm) => ({
    ...(await hsm.status()),
    faults: await hsm.faults(),
  })),
  talking('hsm list', 'every key: usage, algorithm, exportable, check value; never the key', async (hsm) => ({
    keys: await hsm.listKeys(),
  })),
  {
    words: 'hsm audit verify',
    help: 'hsm audit verify [STORE]: recompute the chain of the audit log; exit code 1 and the first fault when it does not hold',
    local: true,
    takesWord: true,
    run: async (_surroundings, [store]) => {
      const directory = store ?? process.env['HSM_STORE'] ?? join(readConfiguration(process.env).varDirectory, 'hsm');
      const answer = verifyAuditLog(directory, lmkOf(process.env));
      return Promise.resolve({ answer: { store: directory, ...answer }, ok: answer.ok });
    },
  },
  talking('hsm custodian', 'make a custodian, or give a locked one a new PIN', async (hsm, { line, say }) => {
    const questions = await openQuestions(line);
    const { custodian, pin } = await askCustodian(questions);
    if (questions.interactive && (await questions.askSecret('PIN again')) !== pin)
      throw citycardErrors.badOption('the PINs differ');
    await hsm.createCustodian({ name: custodian, pin });
    say(`${custodian} is a custodian now.`);
    return { custodian };
  }),
  talking(
    'hsm component',
    'hsm component ALGORITHM: a random component and its check value for an envelope, shown this once',
    async (hsm, _surroundings, [algorithm = '3des']) => {
      const known = algorithmOf(algorithm);
      const component = await hsm.randomBytes(known === 'aes' || known === 'hmac' ? 32 : 16);
      return { component: component.toString('hex').toUpperCase(), kcv: checkValue(known, component) };
    },
  ),
  talking(
    'hsm ceremony',
    'hsm ceremony NAME USAGE [ALGORITHM] [exportable]: form a key of three custodians’ components',
    async (hsm, { line, say }, rest) => {
      const minutes = await holdKeyCeremony(hsm, planOf(rest), await openQuestions(line), say);
      if (line.minutes !== undefined) await writeMinutes(line.minutes, minutes);
      return minutes;
    },
  ),
  talking(
    'hsm generate',
    'hsm generate NAME USAGE [ALGORITHM] [exportable]: two custodians have a key made inside',
    async (hsm, { line }, rest) => {
      const plan = planOf(rest);
      return { key: plan, ...(await authorised(hsm, line, 'generateKey', async () => hsm.generateKey(plan))) };
    },
  ),
  talking(
    'hsm discard',
    'hsm discard NAME: two custodians throw away the components that wait for a key',
    async (hsm, { line }, [name]) => {
      if (name === undefined) throw citycardErrors.badOption('hsm discard takes the name of a key');
      await authorised(hsm, line, 'discardComponents', async () => hsm.discardComponents({ name }));
      return { discarded: name };
    },
  ),
  talking(
    'hsm authorise',
    'hsm authorise COMMAND,COMMAND… [MINUTES]: two custodians open commands (default 30 minutes)',
    async (hsm, { line }, [names, minutes = '30']) => {
      if (names === undefined || !/^\d{1,3}$/.test(minutes))
        throw citycardErrors.badOption('hsm authorise takes commands with commas between them, and minutes');
      const commands = names.split(',');
      const custodians = await openCommands(hsm, await openQuestions(line), commands, Number(minutes));
      return { commands, minutes: Number(minutes), custodians };
    },
  ),
  talking('hsm cancel', 'end the authorised state', async (hsm) => {
    await hsm.cancelAuthorisation();
    return { authorised: false };
  }),
  talking(
    'hsm faults',
    'hsm faults [PLAN]: the injected faults; with a plan (latency=20,errors=0.01,rate=500; none) two custodians set it',
    async (hsm, { line }, [plan]) => {
      if (plan === undefined) return { faults: await hsm.faults() };
      await authorised(hsm, line, 'injectFaults', async () => hsm.injectFaults(plan === 'none' ? '' : plan));
      return { faults: await hsm.faults() };
    },
  ),
];

/** Two custodians open one command for what follows, and it is closed again. */
async function authorised<T>(
  hsm: HsmClient,
  line: Surroundings['line'],
  command: string,
  work: () => Promise<T>,
): Promise<T> {
  await openCommands(hsm, await openQuestions(line), [command], 1);
  try {
    return await work();
  } finally {
    await hsm.cancelAuthorisation();
  }
}

type Talk = (hsm: HsmClient, surroundings: Surroundings, rest: readonly string[]) => Promise<unknown>;

/** A command that talks to the HSM and prints what it learns. */
function talking(words: string, help: string, talk: Talk): LocalCommand {
  return {
    words,
    help,
    local: true,
    takesWords: true,
    run: async (surroundings, rest): Promise<Answered> => ({
      answer: await withHsm(surroundings.line, (hsm) => talk(hsm, surroundings, rest)),
      ok: true,
    }),
  };
}

/** Work with the HSM the line names, or the environment, else the one of this machine. @throws citycard.bad-option */
export async function withHsm<T>(line: Surroundings['line'], work: (hsm: HsmClient) => Promise<T>): Promise<T> {
  const address = addressOf(line.hsm, process.env);
  const caller = callerOf(line.hsm, process.env);
  const hsm = connectHsm({ ...address, caller, connections: 1, timeoutMs: TIMEOUT_MS });
  try {
    return await work(hsm);
  } finally {
    await hsm.close();
  }
}

const DEFAULT_PORT = '1500';
/** A person waits; every one of these commands takes milliseconds. */
const TIMEOUT_MS = 2_000;

function addressOf(option: string | undefined, environment: NodeJS.ProcessEnv): { host: string; port: number } {
  const host = environment['HSM_HOST'] ?? '127.0.0.1';
  const port = environment['HSM_PORT'] ?? environment['CITYCARD_HSM_PORT'] ?? DEFAULT_PORT;
  const match = /^(.+):(\d{1,5})$/.exec(option ?? `${host}:${port}`);
  if (!match?.[1]) throw citycardErrors.badOption(`--hsm takes HOST:PORT, not "${option ?? `${host}:${port}`}"`);
  return { host: match[1], port: Number(match[2]) };
}

/** As whom we speak: as the environment says, else to the HSM of the installation in this folder with their secret. */
function callerOf(option: string | undefined, environment: NodeJS.ProcessEnv): ReturnType<typeof readCallerAccess> {
  const said = readCallerAccess(environment);
  if (said.secret !== undefined || said.tls !== undefined) return said;
  const elsewhere = option ?? environment['HSM_HOST'] ?? environment['HSM_PORT'];
  const file = hsmSecretFile(readConfiguration(environment).varDirectory);
  return elsewhere === undefined && existsSync(file) ? { secret: readCallerSecret(file) } : {};
}

function lmkOf(environment: NodeJS.ProcessEnv): Parameters<typeof verifyAuditLog>[1] {
  const passphrase = environment['HSM_LMK_PASSPHRASE'];
  return passphrase === undefined ? 'test' : { passphrase };
}

const ALGORITHMS: readonly SecretAlgorithm[] = ['3des', 'sm4', 'aes', 'hmac'];

function algorithmOf(text: string): SecretAlgorithm {
  const known = ALGORITHMS.find((algorithm) => algorithm === text);
  if (known === undefined)
    throw citycardErrors.badOption(`"${text}" is no algorithm; there are ${ALGORITHMS.join(', ')}`);
  return known;
}

/** NAME USAGE [ALGORITHM] [exportable]; the HSM judges name and usage. */
function planOf([name, usage, ...more]: readonly string[]): KeyPlan {
  if (name === undefined || usage === undefined)
    throw citycardErrors.badOption('the command takes the name of a key and its usage');
  const exportable = more.at(-1) === 'exportable';
  const [algorithm = '3des', tooMany] = exportable ? more.slice(0, -1) : more;
  if (tooMany !== undefined) throw citycardErrors.badOption(`the command takes no "${tooMany}"`);
  return { name, usage: usage as KeyPlan['usage'], algorithm: algorithmOf(algorithm), exportable };
}
