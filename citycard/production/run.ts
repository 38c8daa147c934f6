import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkDatabase, CityCardError, createLogger, migrate, openDatabase } from '@citycard/common';
import { addressFile, writeAddress } from '../cli/connection.ts';
import type { Output } from '../cli/output.ts';
import { type Configuration, readConfiguration } from '../installation/configuration.ts';
import { provideHsm } from '../installation/hsm.ts';
import { type Serve, startInstallation } from '../installation/installation.ts';
import { cityMigrations } from '../installation/migrations.ts';
import { productionErrors } from './errors.ts';
import { assertFoundable, foundCity } from './found.ts';
import { readPlan } from './plan.ts';

const PARTS: readonly Serve[] = ['everything', 'services', 'terminals'];

const usage = `npm run serve: a production installation (docs/production.md)

  npm run serve -- found PLAN.json   make an empty database the installation of a city
  npm run serve                      serve it: HTTP, jobs, machines and terminals in one process
  npm run serve -- services          HTTP, jobs and machines
  npm run serve -- terminals         the ports of terminals; any number of these beside one another

Needs CITYCARD_MODE=production, DATABASE_URL and CITYCARD_HSM_HOST. Pages are served by portal/gate and portal/resident-desk.
Exit codes: 0 stopped as asked, 1 it could not be done, said in one line.
`;

/** What an act of production knows. */
interface Run {
  readonly configuration: Configuration;
  readonly hsmAddress: string;
  readonly say: (line: string) => void;
  readonly stopping: AbortSignal;
}

/**
 * `npm run serve`: founds a production installation or serves one until `stopping` is aborted. Takes words, environment and wish to
 * stop from its caller alone. Never rejects; what it started is stopped.
 *
 * @returns the exit code
 */
export async function runProduction(
  words: readonly string[],
  environment: NodeJS.ProcessEnv,
  out: Output,
  err: Output,
  stopping: AbortSignal,
): Promise<number> {
  const say = (line: string) => void err.write(`${line}\n`);
  try {
    if (words.includes('--help')) {
      out.write(usage);
      return 0;
    }
    const configuration = readConfiguration(environment);
    const run = { configuration, hsmAddress: hsmAddressOf(configuration), say, stopping };
    const [word = 'everything', ...more] = words;
    if (word === 'found') await found(run, more, out);
    else {
      const part = PARTS.find((name) => name === word);
      if (part === undefined || more.length > 0)
        throw productionErrors.badWord({ reason: `"${words.join(' ')}" is nothing to serve.` });
      await serve(run, part);
    }
    return 0;
  } catch (error) {
    if (error instanceof CityCardError) say(`${error.message} [${error.code}]`);
    else say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return 1;
  }
}

/** Where the HSM is, once everything production cannot do without has been said. */
function hsmAddressOf({ mode, databaseUrl, hsmDevice, hsmPort }: Configuration): string {
  if (mode !== 'production') throw productionErrors.modeNotSet();
  if (databaseUrl === undefined)
    throw productionErrors.settingMissing({ name: 'DATABASE_URL', why: 'a database with a standby and backups' });
  if (hsmDevice === undefined)
    throw productionErrors.settingMissing({ name: 'CITYCARD_HSM_HOST', why: 'the HSM stands apart from the services' });
  return `${hsmDevice.host}:${hsmPort}`;
}

async function found(run: Run, [file, ...more]: readonly string[], out: Output): Promise<void> {
  const { configuration, hsmAddress, say } = run;
  if (file === undefined || more.length > 0) throw productionErrors.badWord({ reason: 'found takes one plan.' });
  const plan = await readPlan(file);
  const { databaseUrl = '', varDirectory } = configuration;
  await checkDatabase(databaseUrl);
  await mkdir(varDirectory, { recursive: true });
  const undo: (() => Promise<unknown>)[] = [];
  try {
    const logger = createLogger('citycard', { level: 'error', destination: join(varDirectory, 'log', 'citycard.log') });
    const hsm = await provideHsm(configuration, logger, undo);
    const db = openDatabase(databaseUrl, { applicationName: 'citycard founding' });
    undo.push(() => db.end());
    await assertFoundable({ db, hsm, hsmAddress }, plan);
    say('Making the schemas …');
    await migrate(databaseUrl, cityMigrations);
    say('Founding …');
    const { businessDate, passwordFiles, until } = await foundCity({ db, hsm, hsmAddress }, plan, varDirectory);
    out.write(
      `Founded. The first business day is ${businessDate}.\n` +
        `Each officer takes the own first password and deletes its file: ${passwordFiles.join(', ')}.\n` +
        `They are good until ${until.toISOString()}. Next: npm run serve, and the portal.\n`,
    );
  } finally {
    for (const last of undo.reverse()) await last();
  }
}

async function serve({ configuration, say, stopping }: Run, part: Serve): Promise<void> {
  await mkdir(configuration.varDirectory, { recursive: true });
  const installation = await startInstallation(configuration, { clear: 'never', serve: part, onStep: say });
  try {
    if (part !== 'terminals') await writeAddress(configuration.varDirectory, { baseUrl: installation.baseUrl });
    const { host, port, securePort } = installation.gateway;
    const ports = [...(configuration.plainTerminals ? [port] : []), securePort].map((no) => `${host}:${no}`).join(', ');
    say(`Serving ${part}: HTTP on ${installation.baseUrl}${part === 'services' ? '' : `, terminals on ${ports}`}`);
    if (!stopping.aborted)
      await new Promise<void>((resolve) => stopping.addEventListener('abort', () => resolve(), { once: true }));
    say('Stopping …');
  } finally {
    if (part !== 'terminals') await rm(addressFile(configuration.varDirectory), { force: true });
    await installation.stop();
  }
}
