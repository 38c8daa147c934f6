import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** How a program of the product ended. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly errors: string;
  /** What it left in its folder. */
  readonly left: readonly string[];
}

const root = join(import.meta.dirname, '..', '..');

/** Runs `npm start` (without npm) or `citycard` as a person would, in a folder of its own unless told otherwise. */
export async function run(
  program: 'start' | 'citycard',
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const own = await mkdtemp(join(root, 'var', 'test-program-'));
  const file = program === 'start' ? 'citycard/start/main.ts' : 'citycard/cli/main.ts';
  const child = spawn(process.execPath, ['--import', 'tsx', join(root, file), ...words], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], CITYCARD_VAR: own, ...environment },
  });
  let [out, errors] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    return { code, out, errors, left: await readdir(own) };
  } finally {
    child.kill('SIGKILL');
    await rm(own, { recursive: true, force: true });
  }
}

/** Ports nobody minds. */
export const anyPorts = { CITYCARD_HTTP_PORT: '0', CITYCARD_GATEWAY_PORT: '0', CITYCARD_HSM_PORT: '0' };
