import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';

/** A process of ours that is killed and started again in the middle of its work. */
export interface Killable {
  /** `kill -9`, and the same again. Resolves when the new one is ready. */
  killAndStart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts `node` with these arguments; the process says one line of JSON when it is ready. */
export async function startKillable(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Killable> {
  let child = await start(args, environment);
  return {
    killAndStart: async () => {
      await end(child, 'SIGKILL');
      child = await start(args, environment);
    },
    stop: () => end(child, 'SIGTERM'),
  };
}

async function start(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  });
  const ended = once(child, 'exit').then(() => Promise.reject(new Error(`${args[0]} ended before it was ready`)));
  await Promise.race([once(createInterface({ input: child.stdout }), 'line'), ended]);
  ended.catch(() => undefined);
  return child;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

/** A port that was free a moment ago, for a process that must come back to the same one. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
