import { parseArgs } from 'node:util';
import { startHsm } from './device/hsm.ts';
import { type CallerAccess, readCallerAccess } from './callers/access.ts';
import { HsmStartFailed } from './errors.ts';
import type { LmkSource } from './keys/local-master-key.ts';

const DEFAULT_PORT = 1500;

interface Settings {
  readonly port: number;
  readonly host: string;
  readonly directory: string;
  readonly lmk: LmkSource;
  readonly metricsPort?: number;
  readonly faults: string;
  readonly callers: CallerAccess;
}

/**
 * The HSM process. Options, or the environment in their place: `--port` HSM_PORT, `--host` HSM_HOST, `--store`
 * HSM_STORE, `--lmk test|passphrase` HSM_LMK, `--metrics-port` HSM_METRICS_PORT (none: no metrics), `--faults` HSM_FAULTS. Who may speak to it comes from the environment only, see `readCallerAccess`. `HSM_STOP_WITH_STDIN=1` stops it when standard input ends. The passphrase itself comes from HSM_LMK_PASSPHRASE only: an argument
 * would show in the process list.
 */
function readSettings(args: readonly string[], environment: NodeJS.ProcessEnv): Settings {
  const text = { type: 'string' } as const;
  const options = { port: text, host: text, store: text, lmk: text, 'metrics-port': text, faults: text };
  const { values } = parseArgs({ args: [...args], options });
  const port = readPort('the port', values.port ?? environment['HSM_PORT'] ?? String(DEFAULT_PORT));
  const metricsPort = values['metrics-port'] ?? environment['HSM_METRICS_PORT'] ?? '';
  const lmk = values.lmk ?? environment['HSM_LMK'] ?? 'passphrase';
  return {
    port,
    host: values.host ?? environment['HSM_HOST'] ?? '127.0.0.1',
    directory: values.store ?? environment['HSM_STORE'] ?? 'var/hsm',
    lmk: lmkSource(lmk, environment['HSM_LMK_PASSPHRASE']),
    faults: values.faults ?? environment['HSM_FAULTS'] ?? '',
    callers: readCallerAccess(environment),
    ...(metricsPort === '' ? {} : { metricsPort: readPort('the metrics port', metricsPort) }),
  };
}

function readPort(what: string, text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new HsmStartFailed(`${what} must be 0 to 65535`);
  return port;
}

function lmkSource(kind: string, passphrase: string | undefined): LmkSource {
  if (kind === 'test') return 'test';
  if (kind !== 'passphrase') throw new HsmStartFailed('--lmk must be test or passphrase');
  if (passphrase === undefined)
    throw new HsmStartFailed('set HSM_LMK_PASSPHRASE, or choose --lmk test (published keys, no protection)');
  return { passphrase };
}

async function run(): Promise<void> {
  const settings = readSettings(process.argv.slice(2), process.env);
  // Loaded late: a wrong option is answered at once.
  const { createLogger } = await import('@citycard/common');
  const logger = createLogger('hsm-sim', { destination: 'stderr' });
  const hsm = await startHsm({ ...settings, logger });
  let stopping = false;
  const stop = (signal: string) => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, 'HSM stops');
    void hsm.stop().then(() => process.exit(0));
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
  // A parent that starts us on a pipe and dies, even by kill -9, takes us with it.
  if (process.env['HSM_STOP_WITH_STDIN'] === '1') process.stdin.resume().on('end', () => stop('end of standard input'));
  process.stdout.write(`${JSON.stringify({ ready: true, port: hsm.port, metricsPort: hsm.metricsPort })}\n`);
}

try {
  await run();
} catch (error) {
  const known = error instanceof HsmStartFailed || (error instanceof TypeError && 'code' in error);
  process.stderr.write(`hsm-sim: ${known ? error.message : String(error instanceof Error ? error.stack : error)}\n`);
  process.exitCode = 1;
}
