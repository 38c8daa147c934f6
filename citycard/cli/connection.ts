import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readConfiguration, type Configuration } from '../installation/configuration.ts';
import { startInstallation } from '../installation/installation.ts';
import { peopleFile } from '../demo/people.ts';
import { citycardErrors } from '../errors.ts';
import type { CommandLine } from './arguments.ts';

/** A line to the HTTP API, speaking as one authenticated identity; the command line has no power of its own. */
export interface Connection {
  readonly baseUrl: string;
  /** The credential it speaks with. */
  readonly token: string;
  get(path: string): Promise<unknown>;
  post(path: string, body?: unknown): Promise<unknown>;
  put(path: string, body: unknown): Promise<unknown>;
  delete(path: string): Promise<unknown>;
  close(): Promise<void>;
}

/** Where a running installation notes its address, for commands started beside it. */
export function addressFile(varDirectory: string): string {
  return join(varDirectory, 'run', 'installation.json');
}

/** Notes where the installation of this folder is, with whatever else is worth knowing of it. */
export async function writeAddress(
  varDirectory: string,
  address: Readonly<Record<string, unknown>> & { readonly baseUrl: string },
): Promise<void> {
  const file = addressFile(varDirectory);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify({ pid: process.pid, ...address }));
}

interface Address {
  readonly baseUrl: string;
  readonly pid: number;
}

/**
 * Connects to the installation that is running; when none is and the command can do without terminals, starts the one of
 * this folder for the length of the command.
 *
 * @throws citycard.no-credential, citycard.not-running, citycard.no-installation
 */
export async function connect(
  line: CommandLine,
  needs: { person: string; running: boolean },
  environment: NodeJS.ProcessEnv,
): Promise<Connection> {
  const configuration = readConfiguration(environment);
  if (line.url !== undefined && !/^https?:\/\//.test(line.url))
    throw citycardErrors.badOption(`--url takes an address, http://host:port, not "${line.url}"`);
  const running = line.url ?? (await runningUrl(configuration));
  if (running === undefined && needs.running) throw citycardErrors.notRunning();
  if (running === undefined && !isInstalled(configuration)) throw citycardErrors.noInstallation();
  // What was said on the line counts before what the environment holds.
  const given = line.token ?? (line.as === undefined ? environment.CITYCARD_TOKEN : undefined);
  const token = given ?? (await tokenOf(configuration, line.as ?? needs.person));
  if (running !== undefined) return client(running, token, () => Promise.resolve());
  const visit = await startInstallation(
    { ...configuration, httpPort: 0, gatewayPort: 0, secureGatewayPort: 0, hsmPort: 0, readerPort: 0 },
    { clear: 'never', serve: 'visit' },
  );
  return client(visit.baseUrl, token, () => visit.stop());
}

/** Whether a visit could find anything: looking into a folder without an installation must not make one. */
function isInstalled({ databaseUrl, varDirectory }: Configuration): boolean {
  return databaseUrl !== undefined || existsSync(join(varDirectory, 'postgres'));
}

async function runningUrl(configuration: Configuration): Promise<string | undefined> {
  try {
    const address = JSON.parse(await readFile(addressFile(configuration.varDirectory), 'utf8')) as Address;
    return isAlive(address.pid) ? address.baseUrl : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, as somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function tokenOf(configuration: Configuration, person: string): Promise<string> {
  let people: { people?: Record<string, { token: string }> };
  try {
    people = JSON.parse(await readFile(peopleFile(configuration.varDirectory), 'utf8')) as typeof people;
  } catch {
    throw citycardErrors.noCredential();
  }
  const token = people.people?.[person]?.token;
  if (token === undefined) throw citycardErrors.noCredential(`the demo has no ${person}`);
  return token;
}

function client(baseUrl: string, token: string, close: () => Promise<void>): Connection {
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await reach(new URL(path, baseUrl), {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        // Routes about money want a key; a command typed again is another request, so its key is new (see `say` for others).
        ...(method === 'POST' && { 'idempotency-key': randomUUID() }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json().catch(() => undefined);
    if (!response.ok) throw citycardErrors.refused(problemText(answer, response.status));
    return answer;
  };
  return {
    baseUrl,
    token,
    close,
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body),
    put: (path, body) => call('PUT', path, body),
    delete: (path) => call('DELETE', path),
  };
}

/** A request of HTTP. @throws citycard.not-answering */
export async function reach(url: URL, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, request);
  } catch (error) {
    const { cause } = error as Error;
    const reason = (cause as NodeJS.ErrnoException | undefined)?.code ?? (error as Error).message;
    throw citycardErrors.notAnswering({ url: url.origin, reason }, error);
  }
}

/** The sentence of an answer that refuses. */
export function problemText(answer: unknown, status: number): string {
  if (typeof answer === 'object' && answer !== null && 'title' in answer) {
    return 'detail' in answer && typeof answer.detail === 'string' ? answer.detail : String(answer.title);
  }
  return `HTTP ${status}`;
}
