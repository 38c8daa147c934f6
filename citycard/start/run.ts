import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CityCardError } from '@citycard/common';
import { addressFile, writeAddress } from '../cli/connection.ts';
import type { Output } from '../cli/output.ts';
import { foundDemo } from '../demo/found.ts';
import { type Credentials, readPeople, writePeople } from '../demo/people.ts';
import { citycardErrors } from '../errors.ts';
import { type Configuration, readConfiguration } from '../installation/configuration.ts';
import { type Installation, startInstallation } from '../installation/installation.ts';
import { writeMark } from '../installation/mark.ts';
import { type Checks, proveDay, type Read } from './checks.ts';
import { readStartOptions, type StartOptions, startUsage } from './options.ts';
import { startDesks } from './desks.ts';
import { type Pages, startPages } from './pages.ts';
import { playDay, type PlayedDay, readPlayed, writePlayed } from './play-day.ts';
import { createProgress, type Progress } from './progress.ts';
import { type DaySummary, printDay } from './summary.ts';

/** What `--json` prints. */
interface DayDocument extends DaySummary {
  readonly checks: Checks;
  readonly timings: Readonly<Record<string, number>>;
}

/** What every step of one start knows. */
interface Start {
  readonly configuration: Configuration;
  readonly options: StartOptions;
  readonly progress: Progress;
  readonly out: Output;
  readonly say: (line: string) => void;
  readonly stopping: AbortSignal;
  readonly startedAt: number;
}

/**
 * `npm start`: plays a day in the city and serves until `stopping` is aborted. The day goes to `out`, everything else to
 * `err`. Takes words, environment and wish to stop from its caller alone. Never rejects; what it started is stopped.
 *
 * @returns the exit code: 0 the day holds, 1 it does not or could not be played, 130 stopped before its end
 */
export async function runStart(
  words: readonly string[],
  environment: NodeJS.ProcessEnv,
  out: Output,
  err: Output,
  stopping: AbortSignal,
): Promise<number> {
  const say = (line: string) => void err.write(`${line}\n`);
  try {
    const options = readStartOptions(words);
    if (options.help) {
      out.write(startUsage);
      return 0;
    }
    const configuration = forOneDay(readConfiguration(environment), options);
    const progress = createProgress(err);
    const holds = await playAndServe({
      configuration,
      options,
      progress,
      out,
      say,
      stopping,
      startedAt: Date.now(),
    });
    return holds ? 0 : 1;
  } catch (error) {
    if (error instanceof CityCardError) say(`${error.message} [${error.code}]`);
    else say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return stopping.aborted ? 130 : 1;
  }
}

async function playAndServe(start: Start): Promise<boolean> {
  const { configuration, options, progress } = start;
  if (configuration.mode !== 'demo') throw citycardErrors.notForDemos();
  await mkdir(configuration.varDirectory, { recursive: true });
  const installation = await startInstallation(configuration, {
    clear: options.once || options.fresh ? 'always' : 'unfinished',
    serve: 'everything',
    onStep: (step) => progress.phase(step),
  }).catch((error: unknown) => {
    progress.abandon();
    throw error;
  });
  try {
    progress.end();
    await noteAddress(configuration, installation);
    const day =
      installation.found === 'empty' ? await firstDay(start, installation) : await rememberedDay(start, installation);
    if (options.json) start.out.write(`${JSON.stringify(day, null, 2)}\n`);
    if (!options.once) await serve(start, installation);
    return Object.values(day.checks).every((check) => check.ok);
  } finally {
    progress.end();
    await rm(addressFile(configuration.varDirectory), { force: true });
    await installation.stop();
  }
}

/** A day played once for its figures needs no fixed ports: nobody connects to it from outside. */
function forOneDay(configuration: Configuration, options: StartOptions): Configuration {
  return options.once
    ? { ...configuration, httpPort: 0, gatewayPort: 0, secureGatewayPort: 0, hsmPort: 0, readerPort: 0 }
    : configuration;
}

async function noteAddress({ varDirectory }: Configuration, installation: Installation, pages?: Pages): Promise<void> {
  const { baseUrl, gateway } = installation;
  const { portalUrl, residentUrl } = pages ?? {};
  await writeAddress(varDirectory, { baseUrl, gateway, portalUrl, residentUrl });
}

async function firstDay(start: Start, installation: Installation): Promise<DayDocument> {
  const { progress, startedAt } = start;
  if (!start.configuration.plainTerminals)
    throw citycardErrors.badOption(
      'CITYCARD_GATEWAY_PLAIN=off: the first day of a demo is played over plain TCP; play it, then switch plain TCP off',
    );
  const { varDirectory } = start.configuration;
  progress.phase('key ceremony', 0);
  const people = await foundDemo(installation);
  const { baseUrl, gateway } = installation;
  await writePeople(varDirectory, { baseUrl, gateway, people });
  progress.end();
  const foundedAt = Date.now();
  const { seed, cards, purchases } = start.options;
  await writeMark(installation.db, { state: 'playing', seed });
  const script = { baseUrl, gateway, people, seed, cards, purchases };
  const played = await playDay(varDirectory, script, progress, start.stopping);
  const playedAt = Date.now();
  await writePlayed(varDirectory, played);
  await writeMark(installation.db, { state: 'played', businessDate: played.businessDate });
  return prove(start, installation, people, played, { foundMs: foundedAt - startedAt, playMs: playedAt - foundedAt });
}

/** A day played before, proved again from the books and from what its cards said at its end. */
async function rememberedDay(start: Start, installation: Installation): Promise<DayDocument> {
  const { varDirectory } = start.configuration;
  const [people, played] = await Promise.all([readPeople(varDirectory), readPlayed(varDirectory)]).catch(
    (error: unknown) => {
      throw citycardErrors.demoElsewhere(undefined, error);
    },
  );
  const { baseUrl, gateway } = installation;
  await writePeople(varDirectory, { baseUrl, gateway, people });
  start.say(`The day ${played.businessDate} was played before; going on from there. (--fresh starts clean.)`);
  return prove(start, installation, people, played, {});
}

async function prove(
  start: Start,
  installation: Installation,
  people: Credentials,
  played: PlayedDay,
  timings: Readonly<Record<string, number>>,
): Promise<DayDocument> {
  const { configuration, options, progress, out, say } = start;
  const from = Date.now();
  progress.phase('proving the day');
  const read = reader(installation, people);
  const summary = (await read(`/v1/days/${played.businessDate}/summary`)) as DaySummary;
  const checks = await proveDay(read, played.businessDate, played.cards);
  progress.end();
  if (!options.json) out.write(printDay(summary, checks));
  say(`Reports: ${join(configuration.varDirectory, 'reports', played.businessDate)}`);
  say('A call to 12345 became a case, and ended: npm run citycard -- complaint list ended');
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

async function serve({ configuration, say, stopping }: Start, installation: Installation): Promise<void> {
  const people = await readPeople(configuration.varDirectory);
  const pages = await startPages(configuration, installation, people);
  const desks = await startDesks(configuration, installation, people, pages.portalUrl);
  try {
    await noteAddress(configuration, installation, pages);
    sayWhere(say, installation, pages);
    if (stopping.aborted) return;
    await new Promise<void>((resolve) => stopping.addEventListener('abort', () => resolve(), { once: true }));
    say('Stopping …');
  } finally {
    await desks.stop();
    await pages.stop();
  }
}

function sayWhere(say: Start['say'], installation: Installation, pages: Pages): void {
  const { host, port, securePort } = installation.gateway;
  const plain = port === 0 ? '' : `${host}:${port} (ISO 8583) and `;
  say(
    `\nServing: terminals on ${plain}${host}:${securePort} (ISO 8583 in TLS), HTTP on ${installation.baseUrl}/v1/openapi.json`,
  );
  say('Try a terminal of your own: npm run citycard -- sandbox --json');
  say('Ctrl-C stops everything.');
  say(`\nPages for staff:     ${pages.portalUrl} (who to sign in as stands on the page)`);
  say(`Pages for residents: ${pages.residentUrl}`);
}
