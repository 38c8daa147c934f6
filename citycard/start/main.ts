import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CityCardError } from '@citycard/common';
import { addressFile } from '../cli/connection.ts';
import { foundDemo } from '../demo/found.ts';
import { type Credentials, readPeople, writePeople } from '../demo/people.ts';
import { citycardErrors } from '../errors.ts';
import { type Configuration, readConfiguration } from '../installation/configuration.ts';
import { type Installation, startInstallation } from '../installation/installation.ts';
import { writeMark } from '../installation/mark.ts';
import { type Checks, proveDay, type Read } from './checks.ts';
import { readStartOptions, type StartOptions, startUsage } from './options.ts';
import { playDay, type PlayedDay, readPlayed, writePlayed } from './play-day.ts';
import { createProgress, type Progress } from './progress.ts';
import { type DaySummary, printDay } from './summary.ts';

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
const say = (line: string) => process.stderr.write(`${line}\n`);

/** What `--json` prints. */
interface DayDocument extends DaySummary {
  readonly checks: Checks;
  readonly timings: Readonly<Record<string, number>>;
}

async function main(options: StartOptions): Promise<boolean> {
  const configuration = forOneDay(readConfiguration(process.env), options);
  if (configuration.mode !== 'demo') throw citycardErrors.notForDemos();
  const progress = createProgress(process.stderr);
  const startedAt = Date.now();
  await mkdir(configuration.varDirectory, { recursive: true });
  const installation = await startInstallation(configuration, {
    clear: options.once || options.fresh ? 'always' : 'unfinished',
    serveTerminals: true,
    onStep: (step) => progress.phase(step),
  }).catch((error: unknown) => {
    progress.abandon();
    throw error;
  });
  try {
    progress.end();
    await noteAddress(configuration, installation);
    const day =
      installation.found === 'empty'
        ? await firstDay(configuration, installation, options, progress, startedAt)
        : await rememberedDay(configuration, installation, options, progress);
    if (options.json) process.stdout.write(`${JSON.stringify(day, null, 2)}\n`);
    if (!options.once) await serve(installation);
    return Object.values(day.checks).every((check) => check.ok);
  } finally {
    progress.end();
    await rm(addressFile(configuration.varDirectory), { force: true });
    await installation.stop();
  }
}

/** A day played once for its figures needs no fixed ports: nobody connects to it from outside. */
function forOneDay(configuration: Configuration, options: StartOptions): Configuration {
  return options.once ? { ...configuration, httpPort: 0, gatewayPort: 0, hsmPort: 0 } : configuration;
}

async function noteAddress(configuration: Configuration, installation: Installation): Promise<void> {
  const file = addressFile(configuration.varDirectory);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(
    file,
    JSON.stringify({ pid: process.pid, baseUrl: installation.baseUrl, gateway: installation.gateway }),
  );
}

async function firstDay(
  configuration: Configuration,
  installation: Installation,
  options: StartOptions,
  progress: Progress,
  startedAt: number,
): Promise<DayDocument> {
  progress.phase('key ceremony', 0);
  const people = await foundDemo(installation);
  await writePeople(configuration.varDirectory, {
    baseUrl: installation.baseUrl,
    gateway: installation.gateway,
    people,
  });
  progress.end();
  const foundedAt = Date.now();
  await writeMark(installation.db, { state: 'playing', seed: options.seed });
  const { baseUrl, gateway } = installation;
  const { seed, cards, purchases } = options;
  const played = await playDay(
    configuration.varDirectory,
    { baseUrl, gateway, people, seed, cards, purchases },
    progress,
    stopping.signal,
  );
  const playedAt = Date.now();
  await writePlayed(configuration.varDirectory, played);
  await writeMark(installation.db, { state: 'played', businessDate: played.businessDate });
  const timings = { foundMs: foundedAt - startedAt, playMs: playedAt - foundedAt };
  return prove(configuration, installation, people, played, options, progress, timings);
}

/** A day played before, proved again from the books and from what its cards said at its end. */
async function rememberedDay(
  configuration: Configuration,
  installation: Installation,
  options: StartOptions,
  progress: Progress,
): Promise<DayDocument> {
  const [people, played] = await Promise.all([
    readPeople(configuration.varDirectory),
    readPlayed(configuration.varDirectory),
  ]).catch((error: unknown) => {
    throw citycardErrors.demoElsewhere(undefined, error);
  });
  await writePeople(configuration.varDirectory, {
    baseUrl: installation.baseUrl,
    gateway: installation.gateway,
    people,
  });
  say(`The day ${played.businessDate} was played before; going on from there. (--fresh starts clean.)`);
  return prove(configuration, installation, people, played, options, progress, {});
}

async function prove(
  configuration: Configuration,
  installation: Installation,
  people: Credentials,
  played: PlayedDay,
  options: StartOptions,
  progress: Progress,
  timings: Readonly<Record<string, number>>,
): Promise<DayDocument> {
  const from = Date.now();
  progress.phase('proving the day');
  const read = reader(installation, people);
  const summary = (await read(`/v1/days/${played.businessDate}/summary`)) as DaySummary;
  const checks = await proveDay(read, played.businessDate, played.cards);
  progress.end();
  if (!options.json) process.stdout.write(printDay(summary, checks));
  say(`Reports: ${join(configuration.varDirectory, 'reports', played.businessDate)}`);
  return { ...summary, checks, timings: { ...timings, proveMs: Date.now() - from } };
}

function reader(installation: Installation, people: Credentials): Read {
  return async (path) => {
    const person = path.startsWith('/v1/float') ? 'supervisor' : 'auditor';
    const token = people[person]?.token ?? '';
    const response = await fetch(new URL(path, installation.baseUrl), {
      headers: { authorization: `Bearer ${token}` },
    });
    if (!response.ok) throw new Error(`GET ${path} answered ${response.status}: ${await response.text()}`);
    return response.json();
  };
}

async function serve(installation: Installation): Promise<void> {
  const { host, port } = installation.gateway;
  say(`\nServing: terminals on ${host}:${port} (ISO 8583), HTTP on ${installation.baseUrl}/v1/openapi.json`);
  say('Try a terminal of your own: npm run citycard -- sandbox --json');
  say('Ctrl-C stops everything.');
  if (stopping.signal.aborted) return;
  await new Promise<void>((resolve) => stopping.signal.addEventListener('abort', () => resolve(), { once: true }));
  say('Stopping …');
}

try {
  const options = readStartOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(startUsage);
  else process.exitCode = (await main(options)) ? 0 : 1;
} catch (error) {
  if (error instanceof CityCardError) say(`${error.message} [${error.code}]`);
  else say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = stopping.signal.aborted ? 130 : 1;
}
