import { startSupervision } from '@citycard/clearing';
import { createLogger, openDatabase } from '@citycard/common';
import { silentTerminalWatch } from '@citycard/terminal-gateway';

/**
 * Supervision in a process of its own, so that what it costs can be told apart from what it looks at: begins and ends when its
 * parent says so. Its connections carry a name by which their backends are found.
 */
const url = new URL(process.argv[2] ?? '');
url.searchParams.set('application_name', 'supervising');
const db = openDatabase(url.href, { max: 3, idleTimeoutMs: 600_000 });
const logger = createLogger('bench', { level: 'warn' });
const seal = { open: () => Promise.reject(new Error('nobody is told')) };

let supervision: { stop(): Promise<void> } | undefined;
process.on('message', (said) => {
  void (async () => {
    if (said === 'begin')
      supervision = startSupervision({ db, logger, seal, secrets: new Map(), watches: [silentTerminalWatch] });
    else await supervision?.stop();
    process.send?.('done');
  })();
});
process.on('disconnect', () => void db.end());
process.send?.('done');
