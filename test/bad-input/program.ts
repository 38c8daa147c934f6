import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Output, runCommandLine, runStart } from '@citycard/citycard';

/** How a program of the product ended. */
interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly errors: string;
  /** What it left in its folder. */
  readonly left: readonly string[];
}

type Program = 'start' | 'citycard';
type Environment = Readonly<Record<string, string>>;
/** Lets a program run to its end and answers its exit code. */
type Runner = (environment: Environment, out: Output, err: Output) => Promise<number | null>;

const root = join(import.meta.dirname, '..', '..');
const commands: Record<Program, readonly string[]> = {
  start: ['--import', 'tsx', 'citycard/start/main.ts'],
  citycard: ['citycard/bin/citycard.mjs'],
};

/** Runs `npm start` or `citycard` in this process, in a folder of its own unless told otherwise. */
export async function run(program: Program, words: readonly string[], environment: Environment = {}): Promise<Ended> {
  return inOwnFolder(environment, (all, out, err) =>
    program === 'start'
      ? runStart(words, all, out, err, new AbortController().signal)
      : runCommandLine(words, all, out, err),
  );
}

/** The same as a person would, in a process of its own: dear, so once per program, for what ties it to its process. */
export async function runProcess(
  program: Program,
  words: readonly string[],
  environment: Environment = {},
): Promise<Ended> {
  return inOwnFolder(environment, (all, out, err) => {
    const child = spawn(process.execPath, [...commands[program], ...words], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...all },
    });
    child.stdout.on('data', (chunk: Buffer) => out.write(chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => err.write(chunk.toString()));
    return new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
  });
}

async function inOwnFolder(environment: Environment, runner: Runner): Promise<Ended> {
  const own = await mkdtemp(join(root, 'var', 'test-program-'));
  let [out, errors] = ['', ''];
  try {
    const code = await runner(
      { CITYCARD_VAR: own, ...environment },
      { write: (text) => (out += text) },
      { write: (text) => (errors += text) },
    );
    return { code, out, errors, left: await readdir(own) };
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

/** Ports nobody minds. */
export const anyPorts = {
  CITYCARD_HTTP_PORT: '0',
  CITYCARD_GATEWAY_PORT: '0',
  CITYCARD_GATEWAY_TLS_PORT: '0',
  CITYCARD_HSM_PORT: '0',
};
