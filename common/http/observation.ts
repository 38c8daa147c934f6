import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import type { Database } from '../database/pool.ts';
import { httpErrors } from './errors.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** The metrics behind /metrics; add your own with `registers: [server.metrics]`. */
    readonly metrics: Registry;
  }
}

/** From an answer out of memory to a report that takes its time. */
const BUCKETS_SECONDS = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10];

/** Adds `/healthz` (the process runs), `/readyz` (the database answers) and `/metrics`, all public, and times requests. */
export function observe(server: FastifyInstance, db: Database): void {
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics });
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the request to the end of the answer',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS_SECONDS,
    registers: [metrics],
  });
  server.decorate('metrics', metrics);

  server.addHook('onResponse', (request, reply, done) => {
    // The route's pattern, not the address: addresses hold card numbers and would make a time series each.
    const route = request.routeOptions.url ?? 'unknown';
    const { method } = request;
    const status = reply.statusCode;
    duration.observe({ method, route, status }, reply.elapsedTime / 1000);
    const principal = request.authenticated?.id;
    const ms = Math.round(reply.elapsedTime * 10) / 10;
    request.log.info({ requestId: request.id, method, route, status, ms, principal }, 'request');
    done();
  });

  const config = { public: true };
  const schema = { hide: true };
  server.get('/healthz', { config, schema }, () => ({ status: 'ok' }));
  server.get('/readyz', { config, schema }, async () => {
    try {
      await db.query('SELECT 1');
    } catch (error) {
      throw httpErrors.notReady(undefined, error);
    }
    return { status: 'ready' };
  });
  server.get('/metrics', { config, schema }, async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.metrics()),
  );
}
