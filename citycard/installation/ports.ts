import { createServer } from 'node:net';
import { citycardErrors } from '../errors.ts';

/**
 * Finds out before anything is started whether a port can be had; port 0 always can.
 *
 * @throws citycard.port-in-use naming port and remedy
 */
export function assertPortFree(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    if (port === 0) return resolve();
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) =>
      reject(citycardErrors.portInUse({ host, port, reason: error.code ?? error.message }, error)),
    );
    probe.listen(port, host, () => probe.close(() => resolve()));
  });
}
