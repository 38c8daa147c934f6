import { createLogger, openDatabase } from '@citycard/common';
import { sendNotices } from './notice-work.ts';

/** A process of its own that sends the notices that are due, once, for a test that kills it: `sending-process.ts DATABASE_URL`. */
const [, , url = ''] = process.argv;
const db = openDatabase(url);
await sendNotices({
  db,
  logger: createLogger('test', { level: 'silent' }),
  protection: { open: (_, sealed) => Promise.resolve(sealed) },
  secrets: new Map(),
});
await db.end();
