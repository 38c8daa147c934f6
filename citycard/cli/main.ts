import { runCommandLine } from './run.ts';

/** Only a command that goes on until it is stopped asks for this; every other one Ctrl-C just ends. */
function stopping(): AbortSignal {
  const wish = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => wish.abort());
  return wish.signal;
}

process.exitCode = await runCommandLine(process.argv.slice(2), process.env, process.stdout, process.stderr, stopping);
