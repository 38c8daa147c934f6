import { chinaCalendar, createLogger, openDatabase, openJobSystem } from '@citycard/common';
import { registerClearingJobs } from './jobs.ts';

/** A worker of the clearing day and nothing else, to be killed: `DATABASE_URL` in, `ready` on standard output. */
const databaseUrl = process.env.DATABASE_URL ?? '';
const logger = createLogger('killable', { level: 'silent' });
const db = openDatabase(databaseUrl);
const system = await openJobSystem({ databaseUrl, logger });
registerClearingJobs(
  system,
  {
    db,
    hsm: { verifyTacs: () => Promise.reject(new Error('no record of these tests needs the HSM')) },
    logger,
    calendar: chinaCalendar(),
    custody: { accountNo: '622800000001', bankLineNo: '102458000011', accountName: 'City Card Company (test)' },
  },
  { lookEveryMs: 100 },
);
// Whoever started it is gone.
process.stdin.on('end', () => process.exit()).resume();
process.stdout.write('ready\n');
