import { startMachine } from '@citycard/card-issuer';
import { createLogger, openDatabase } from '@citycard/common';
import { connectHsm } from '@citycard/hsm-sim';

/**
 * The bureau's machine as a process that can be killed: `machine-process.ts <database url> <HSM port> <machine port>`.
 * Says `{"ready":true}` when chips can come.
 */
const [databaseUrl = '', hsmPort = '', port = ''] = process.argv.slice(2);
const machine = await startMachine(
  {
    db: openDatabase(databaseUrl),
    hsm: connectHsm({ host: '127.0.0.1', port: Number(hsmPort) }),
    logger: createLogger('machine', { level: 'fatal', destination: 'stderr' }),
  },
  'cards',
  { host: '127.0.0.1', port: Number(port) },
);
process.stdout.write(`${JSON.stringify({ ready: true, port: machine.port })}\n`);
// Whoever started it is gone: nobody puts chips in any more.
process.stdin.resume().on('end', () => process.exit(0));
