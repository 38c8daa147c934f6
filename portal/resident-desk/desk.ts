import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { listen, type Logger, sendProblem } from '@citycard/common';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { servePages } from '../gate/pages.ts';
import { watch } from '../gate/watch.ts';
import { registerDeskCalls } from './calls.ts';
import { residentDeskErrors } from './errors.ts';
import { servicesAt } from './service.ts';
import { registerSimulator } from './simulator.ts';
import { registerTextMessages } from './text-messages.ts';

export interface ResidentDeskOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Where the services answer: `http://127.0.0.1:8080`. */
  readonly serviceUrl: string;
  /** The credential with the role `resident-desk`, the only power this process has. */
  readonly token: string;
  readonly logger: Logger;
  /** What a gateway of text messages or the hotline shows; without it no messages are taken. */
  readonly textToken?: string;
  /** Of a demo only: a page that plays a telephone. */
  readonly simulator?: boolean;
  /** People come over https, through a proxy that ends TLS. */
  readonly secure?: boolean;
  /** Addresses of such proxies, whose word counts on where a request came from: limits go by it. */
  readonly trustedProxies?: readonly string[];
  /** The built pages; those of this folder when absent. */
  readonly pagesDirectory?: string;
  readonly patienceMs?: number;
}

export interface ResidentDesk {
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** A look-up with everything on its page asks for a dozen things. */
const REQUESTS_PER_MINUTE = 240;
const BODY_LIMIT_BYTES = 16_384;

/**
 * The desk for residents: pages, look-ups, loss reports, cases, text messages. It keeps no session, sets no cookie, stores nothing and
 * writes neither card numbers nor facts to its log; any number of them may run.
 *
 * @throws CityCardError `http.port-in-use`, `portal.resident-desk.bad-service-url`
 */
export async function startResidentDesk(options: ResidentDeskOptions): Promise<ResidentDesk> {
  const { serviceUrl } = options;
  if (!/^https?:\/\/[^/]+\/?$/.test(serviceUrl)) throw residentDeskErrors.badServiceUrl({ url: serviceUrl });
  const loggerInstance: FastifyBaseLogger = options.logger;
  const server: FastifyInstance = Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    trustProxy: options.trustedProxies === undefined ? false : [...options.trustedProxies],
    bodyLimit: BODY_LIMIT_BYTES,
    forceCloseConnections: true,
  });
  server.setErrorHandler(sendProblem);
  await server.register(helmet, securityHeaders(options.secure ?? false));
  await server.register(rateLimit, {
    max: REQUESTS_PER_MINUTE,
    timeWindow: 60_000,
    errorResponseBuilder: (_request, { ttl }) =>
      residentDeskErrors.tooMany({ retryAfterSeconds: Math.ceil(ttl / 1000) }),
  });
  watch(server, serviceUrl);
  const services = servicesAt(serviceUrl, options.token, options.patienceMs);
  registerDeskCalls(server, services);
  if (options.textToken !== undefined) registerTextMessages(server, services, options.textToken);
  if (options.simulator === true) registerSimulator(server, services);
  await servePages(server, options.pagesDirectory ?? fileURLToPath(new URL('../dist/resident', import.meta.url)));
  const { url, port } = await listen(server, options);
  return { url, port, stop: () => server.close() };
}

/** Scripts, styles and the worker are files of ours; nothing is inline, framed or from elsewhere. */
function securityHeaders(secure: boolean) {
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        workerSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        connectSrc: ["'self'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
    },
    crossOriginEmbedderPolicy: false,
    frameguard: { action: 'deny' as const },
    referrerPolicy: { policy: 'no-referrer' as const },
    strictTransportSecurity: secure ? { maxAge: 31_536_000, includeSubDomains: false } : false,
  };
}
