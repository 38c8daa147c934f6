import { readFile } from 'node:fs/promises';
import { createLogger } from '@citycard/common';
import { startResidentDesk } from './desk.ts';
import { residentDeskErrors } from './errors.ts';

/**
 * The desk for residents as a process of its own: `node --import tsx portal/resident-desk/main.ts`. It reads the file of its credential
 * and knows nothing else of the installation.
 */
const {
  CITYCARD_HOST: host = '127.0.0.1',
  CITYCARD_RESIDENT_PORT: port = '8089',
  CITYCARD_SERVICE_URL: serviceUrl = 'http://127.0.0.1:8080',
  CITYCARD_RESIDENT_TOKEN_FILE: tokenFile = 'var/resident-desk/token',
  CITYCARD_RESIDENT_TEXT_TOKEN_FILE: textTokenFile,
  CITYCARD_RESIDENT_PROXIES: proxies,
  CITYCARD_LOG_LEVEL: level = 'info',
} = process.env;

const secretIn = async (file: string): Promise<string> => {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw residentDeskErrors.credentialMissing({ file, reason: 'it cannot be read' }, error);
  });
  if (!/^[\w.~+/=-]{20,}\n?$/.test(text))
    throw residentDeskErrors.credentialMissing({ file, reason: 'one token, one line' });
  return text.trim();
};

const logger = createLogger('resident-desk', { level });
const desk = await startResidentDesk({
  host,
  port: Number(port),
  serviceUrl,
  token: await secretIn(tokenFile),
  logger,
  ...(textTokenFile !== undefined && { textToken: await secretIn(textTokenFile) }),
  ...(proxies !== undefined && { trustedProxies: proxies.split(','), secure: true }),
});
logger.info({ url: desk.url }, 'the desk for residents is open');
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void desk.stop());
