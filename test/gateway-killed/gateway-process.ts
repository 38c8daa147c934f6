import { createLogger, openDatabase } from '@citycard/common';
import { connectHsm } from '@citycard/hsm-sim';
import { createHandler, listenForTerminals } from '@citycard/terminal-gateway';

/** A gateway and nothing else, to be killed: `DATABASE_URL` and `HSM_PORT` in, its port on standard output. */
const logger = createLogger('killable', { level: 'error' });
const db = openDatabase(process.env.DATABASE_URL ?? '');
const setsDb = openDatabase(process.env.DATABASE_URL ?? '', { pipelined: true });
const hsm = connectHsm({ host: '127.0.0.1', port: Number(process.env.HSM_PORT) });
const handle = createHandler({ db, setsDb, hsm, logger, billers: () => Promise.resolve(undefined) });
const listener = await listenForTerminals({ handle, logger, port: 0 });
// Whoever started it is gone.
process.stdin.on('end', () => process.exit()).resume();
process.stdout.write(`${listener.port}\n`);
