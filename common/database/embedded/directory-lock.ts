import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import net from 'node:net';
import { databaseErrors } from '../errors.ts';
import { sqlState } from '../pool.ts';

/**
 * Takes a directory for this process alone, until released or until the process ends in whatever way: a socket in
 * Linux's abstract namespace leaves nothing behind that could go stale. Elsewhere PostgreSQL's own pid file has to do.
 *
 * @throws CityCardError `database.directory-in-use` when another live process holds it.
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  if (process.platform !== 'linux') return () => Promise.resolve();
  const { dev, ino } = await stat(directory);
  const name = createHash('sha256').update(`${dev}:${ino}`).digest('hex');
  const server = net.createServer((socket) => socket.destroy());
  server.unref();
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(sqlState(error) === 'EADDRINUSE' ? databaseErrors.directoryInUse({ directory }, error) : error);
    });
    server.listen({ path: `\0citycard-postgres-${name}` }, resolve);
  });
  return () => new Promise((resolve) => server.close(() => resolve()));
}
