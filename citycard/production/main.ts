import { runProduction } from './run.ts';

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
process.exitCode = await runProduction(
  process.argv.slice(2),
  process.env,
  process.stdout,
  process.stderr,
  stopping.signal,
);
