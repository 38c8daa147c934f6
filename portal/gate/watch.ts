import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import { portalErrors } from './errors.ts';

const READY_WITHIN_MS = 2_000;
const BUCKETS_SECONDS = [0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30];

/** `/healthz` (the process runs), `/readyz` (the services are ready), `/metrics`; a line of the log per request. */
export function watch(server: FastifyInstance, serviceUrl: string): void {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const duration = new Histogram({
    name: 'portal_request_duration_seconds',
    help: 'Time from the request to the end of the answer, by kind of address',
    labelNames: ['kind', 'method', 'status'],
    buckets: BUCKETS_SECONDS,
    registers: [registry],
  });
  server.addHook('onResponse', (request, reply, done) => {
    const kind = request.url.startsWith('/api/') ? 'api' : 'page';
    const { method } = request;
    const status = reply.statusCode;
    duration.observe({ kind, method, status }, reply.elapsedTime / 1000);
    // Addresses of the interface may hold card numbers and are not written down; the service writes its own line.
    request.log.info({ requestId: request.id, kind, method, status, ms: Math.round(reply.elapsedTime) }, 'request');
    done();
  });
  server.get('/healthz', () => ({ status: 'ok' }));
  server.get('/readyz', async () => {
    const answer = await fetch(new URL('/readyz', serviceUrl), { signal: AbortSignal.timeout(READY_WITHIN_MS) }).catch(
      (error: unknown) => {
        throw portalErrors.serviceAway(undefined, error);
      },
    );
    if (!answer.ok) throw portalErrors.serviceAway();
    return { status: 'ready' };
  });
  server.get('/metrics', async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()));
}
