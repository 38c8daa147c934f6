import { type ChildProcess, spawn } from 'node:child_process';

/** A server and the small shell that outlives us by a moment to stop it. */
export interface Watched {
  readonly server: ChildProcess;
  readonly watchdog: ChildProcess;
  readonly ended: Promise<void>;
}

/**
 * Waits for a line that says all is well. When the pipe breaks instead, because we were killed or ended without
 * stopping the server, it asks the server for a fast shutdown.
 */
const WATCH = 'read -r _ || kill -INT "$1"';

const FAST_SHUTDOWN_MS = 30_000;

/** Ties the life of a server to the life of this process. Neither keeps this process alive. */
export function watch(server: ChildProcess, owner?: { uid: number; gid: number }): Watched {
  const watchdog = spawn('/bin/sh', ['-c', WATCH, 'sh', String(server.pid)], {
    ...owner,
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watchdog.on('error', () => undefined);
  watchdog.stdin?.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => {
    server.once('exit', () => resolve());
    server.once('error', () => resolve());
  }).then(() => dismiss(watchdog));
  server.unref();
  watchdog.unref();
  // A child's pipe is a socket, which Node's types do not say; unreferenced it does not hold the process.
  if (watchdog.stdin !== null && 'unref' in watchdog.stdin && typeof watchdog.stdin.unref === 'function') {
    watchdog.stdin.unref();
  }
  return { server, watchdog, ended };
}

/** Shuts the server down (fast; at once if that takes too long) and resolves when it and its watchdog are gone. */
export async function stopServer({ server, watchdog, ended }: Watched): Promise<void> {
  server.ref();
  watchdog.ref();
  server.kill('SIGINT');
  const impatience = setTimeout(() => server.kill('SIGQUIT'), FAST_SHUTDOWN_MS);
  await ended;
  clearTimeout(impatience);
}

async function dismiss(watchdog: ChildProcess): Promise<void> {
  if (watchdog.exitCode !== null || watchdog.signalCode !== null || watchdog.pid === undefined) return;
  await new Promise<void>((resolve) => {
    watchdog.once('exit', () => resolve());
    watchdog.stdin?.end('stopped\n');
  });
}
