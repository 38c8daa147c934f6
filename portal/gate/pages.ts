import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { portalErrors } from './errors.ts';

const YEAR_SECONDS = 31_536_000;

/** The built pages: files by their names, every other address of a page the one document, which finds its way itself. */
export async function servePages(server: FastifyInstance, directory: string): Promise<void> {
  const built = existsSync(join(directory, 'index.html'));
  if (built)
    await server.register(fastifyStatic, {
      root: directory,
      index: 'index.html',
      wildcard: true,
      // Written beside the files when the pages are built.
      preCompressed: true,
      cacheControl: false,
      // Names of assets hold a hash of what is in them; the document that names them is asked for each time.
      setHeaders: (reply, path) =>
        void reply.header(
          'cache-control',
          path.includes(`${join('/', 'assets')}/`) ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache',
        ),
    });
  server.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    const isPage = (request.method === 'GET' || request.method === 'HEAD') && /^\/(?!api\/)[\w./-]*$/.test(path);
    if (!isPage || /\.\w+$/.test(path)) throw portalErrors.noSuchPath({ path: path.slice(0, 200) });
    if (!built) throw portalErrors.pagesMissing();
    return reply.header('cache-control', 'no-cache').sendFile('index.html');
  });
}
