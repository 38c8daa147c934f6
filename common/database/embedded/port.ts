import net from 'node:net';
import { databaseErrors } from '../errors.ts';
import { sqlState } from '../pool.ts';

/**
 * The wanted port of 127.0.0.1 if nobody listens there, or any free one.
 *
 * @throws CityCardError `database.port-in-use`.
 */
export async function choosePort(wanted = 0): Promise<number> {
  const probe = net.createServer();
  return new Promise((resolve, reject) => {
    probe.once('error', (error) => {
      reject(sqlState(error) === 'EADDRINUSE' ? databaseErrors.portInUse({ port: wanted }, error) : error);
    });
    probe.listen({ host: '127.0.0.1', port: wanted }, () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : wanted;
      probe.close(() => resolve(port));
    });
  });
}
