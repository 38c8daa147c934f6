import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { citycardErrors } from '../errors.ts';
import type { Progress } from './progress.ts';

/** What the city outside the product knows after its day: the business date and what every card says of itself. */
export interface PlayedDay {
  readonly businessDate: string;
  readonly cards: readonly CardMemory[];
}

export interface CardMemory {
  readonly cardNo: string;
  readonly balanceFen: number;
}

export interface DayScript {
  readonly baseUrl: string;
  readonly gateway: { readonly host: string; readonly port: number };
  readonly people: Record<string, { readonly token: string }>;
  readonly seed: number;
  readonly cards: number;
  readonly purchases: number;
}

const simulator = fileURLToPath(new URL('../../city-sim/main.ts', import.meta.url));

/**
 * Lets the simulated city play its day against the running installation, as a process that knows nothing but addresses
 * and credentials.
 *
 * @throws citycard.day-failed with what the simulator said
 */
export async function playDay(
  varDirectory: string,
  script: DayScript,
  progress: Progress,
  signal: AbortSignal,
): Promise<PlayedDay> {
  const directory = join(varDirectory, 'demo');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, 'day.json');
  await writeFile(file, JSON.stringify({ ...script, recordFile: join(directory, 'city-record.json') }), {
    mode: 0o600,
  });

  const child = spawn(process.execPath, ['--import', 'tsx', simulator, file], { stdio: ['ignore', 'pipe', 'pipe'] });
  const abort = () => child.kill('SIGTERM');
  signal.addEventListener('abort', abort, { once: true });
  // Who asked to stop while the city was still being founded is not heard again.
  if (signal.aborted) abort();
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-4000)));
  let played: PlayedDay | undefined;
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    const event = readEvent(line);
    if (event?.event === 'phase') progress.phase(event.name, event.total);
    else if (event?.event === 'progress') progress.done(event.done);
    else if (event?.event === 'result') played = event;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => resolve(exitCode));
  });
  signal.removeEventListener('abort', abort);
  progress.end();
  if (played === undefined || code !== 0)
    throw citycardErrors.dayFailed(complaint.trim() || `the simulator ended with code ${code}`);
  return played;
}

type CityEvent =
  | { readonly event: 'phase'; readonly name: string; readonly total?: number }
  | { readonly event: 'progress'; readonly done: number }
  | ({ readonly event: 'result' } & PlayedDay);

function readEvent(line: string): CityEvent | undefined {
  return line.startsWith('{') ? (JSON.parse(line) as CityEvent) : undefined;
}

const playedFile = (varDirectory: string) => join(varDirectory, 'demo', 'played.json');

/** Keeps what the cards said at the end of their day, so that the day can be proved again later. */
export async function writePlayed(varDirectory: string, played: PlayedDay): Promise<void> {
  await writeFile(playedFile(varDirectory), JSON.stringify({ businessDate: played.businessDate, cards: played.cards }));
}

export async function readPlayed(varDirectory: string): Promise<PlayedDay> {
  return JSON.parse(await readFile(playedFile(varDirectory), 'utf8')) as PlayedDay;
}
