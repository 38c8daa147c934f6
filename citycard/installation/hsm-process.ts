import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { citycardErrors } from '../errors.ts';

/** The HSM simulator as a process of its own, as a device would stand in a rack of its own. */
export interface HsmProcess {
  readonly port: number;
  stop(): Promise<void>;
}

/** A busy machine takes its time to load a program. */
const startTimeoutMs = 60_000;
const stopTimeoutMs = 5_000;

/**
 * Starts the HSM process and waits until it listens.
 *
 * @throws citycard.hsm-did-not-start with what the process said last
 */
export async function startHsmProcess(options: {
  readonly host: string;
  readonly port: number;
  readonly storeDirectory: string;
  /** Holds what callers share with it. */
  readonly secretFile: string;
}): Promise<HsmProcess> {
  const main = fileURLToPath(new URL('../../hsm-sim/main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', main], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      ...process.env,
      HSM_HOST: options.host,
      HSM_PORT: String(options.port),
      HSM_STORE: options.storeDirectory,
      HSM_LMK: 'test',
      HSM_CALLER_SECRET_FILE: options.secretFile,
      HSM_STOP_WITH_STDIN: '1',
    },
  });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-2000)));

  const port = await new Promise<number>((resolve, reject) => {
    const fail = (why: string) => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(citycardErrors.hsmDidNotStart(`${why} ${complaint.trim()}`.trim()));
    };
    const timer = setTimeout(() => fail(`No answer within ${startTimeoutMs / 1000} s.`), startTimeoutMs);
    child.once('exit', (code) => fail(`It ended with exit code ${code}.`));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const ready = readyPort(line);
      if (ready !== undefined) {
        clearTimeout(timer);
        child.removeAllListeners('exit');
        resolve(ready);
      }
    });
  });

  return {
    port,
    stop: () =>
      new Promise<void>((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve();
        const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
        child.once('exit', () => {
          clearTimeout(timer);
          resolve();
        });
        child.kill('SIGTERM');
      }),
  };
}

function readyPort(line: string): number | undefined {
  if (!line.startsWith('{')) return undefined;
  const message: unknown = JSON.parse(line);
  if (typeof message === 'object' && message !== null && 'ready' in message && 'port' in message) {
    return Number(message.port);
  }
  return undefined;
}
