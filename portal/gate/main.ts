import { createLogger } from '@citycard/common';
import { startPortal } from './portal.ts';

/**
 * The gate as a process of its own: `node --import tsx portal/gate/main.ts`. It knows where the services are and the key of its
 * cookies, nothing else of the installation; any number of them may run beside each other with one key file.
 */
const {
  CITYCARD_HOST: host = '127.0.0.1',
  CITYCARD_PORTAL_PORT: port = '8088',
  CITYCARD_SERVICE_URL: serviceUrl = 'http://127.0.0.1:8080',
  CITYCARD_PORTAL_KEY_FILE: sessionKeyFile = 'var/portal/session.key',
  CITYCARD_PORTAL_PROXIES: proxies,
  CITYCARD_LOG_LEVEL: level = 'info',
} = process.env;

const logger = createLogger('portal', { level });
const portal = await startPortal({
  host,
  port: Number(port),
  serviceUrl,
  sessionKeyFile,
  logger,
  ...(proxies !== undefined && { trustedProxies: proxies.split(','), secure: true }),
});
logger.info({ url: portal.url }, 'the portal is open');
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void portal.stop());
