import { createLogger, openDatabase } from '@citycard/common';
import { connectHsm } from '@citycard/hsm-sim';
import { makeReportSet } from './make-set.ts';

/** A process of its own that makes a set of reports, for a test that kills it: `making-process.ts DATABASE_URL HSM_PORT PERIOD`. */
const [, , url = '', port = '', period = ''] = process.argv;
const db = openDatabase(url);
const hsm = connectHsm({ host: '127.0.0.1', port: Number(port) });
await makeReportSet({ db, hsm, logger: createLogger('test', { level: 'silent' }) }, period);
await hsm.close();
await db.end();
