import { type HttpServer, rolesAllowed } from '@citycard/common';
import type { ReaderPort } from './attach.ts';

/** `GET /v1/readers`: the readers attached just now, and the port where more attach (on the host that answers this). */
export function registerReaderRoutes(
  server: HttpServer,
  deps: { readonly readers: Pick<ReaderPort, 'port' | 'list'> },
): void {
  server.get(
    '/v1/readers',
    { onRequest: rolesAllowed('clerk', 'bureau'), schema: { summary: 'Card readers of counters and bureau' } },
    () => ({ attachPort: deps.readers.port, readers: deps.readers.list() }),
  );
}
