import { createLogger, openDatabase } from '@citycard/common';
import { deliverNotices } from './deliver.ts';

/** A process of its own that sends what is due, once, for a test that kills it: `delivering-process.ts DATABASE_URL`. */
const [, , url = ''] = process.argv;
const db = openDatabase(url);
await deliverNotices({
  db,
  logger: createLogger('test', { level: 'silent' }),
  seal: { open: (_, sealed) => Promise.resolve(sealed) },
  secrets: new Map(),
});
await db.end();
