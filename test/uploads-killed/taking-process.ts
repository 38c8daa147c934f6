import { startInbox } from '@citycard/clearing';
import { createHttpServer, createLogger, openDatabase } from '@citycard/common';
import { registerUploadRoutes } from '@citycard/terminal-gateway';

/** Takes purchase files, over HTTP and from inbox folders, and does nothing else: to be killed. */
const logger = createLogger('killable', { level: 'silent' });
const db = openDatabase(process.env.DATABASE_URL ?? '');
const server = createHttpServer({ logger, db, title: 'Uploads' });
registerUploadRoutes(server, { db });
await server.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });
const folders = { inbox: process.env.INBOX ?? '', outbox: process.env.OUTBOX ?? '' };
startInbox({ db, logger, folders, quietMs: 20, lookEveryMs: 20 });
// Whoever started it is gone.
process.stdin.on('end', () => process.exit()).resume();
process.stdout.write('{"ready":true}\n');
