import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { listen, type Logger, sendProblem } from '@citycard/common';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import Fastify, { type FastifyBaseLogger, LogController } from 'fastify';
import { portalErrors } from './errors.ts';
import { requireOwnPages } from './own-pages-only.ts';
import { servePages } from './pages.ts';
import { proxyService } from './service-proxy.ts';
import { SessionCookie, sessionKey } from './session-cookie.ts';
import { registerSignIn } from './sign-in.ts';
import { watch } from './watch.ts';

/** Somebody a demo shows on its page of signing in, with what it takes to be that person. */
export interface DemoUser {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly password: string;
  /** A code that is good now; absent for so many seconds when the last ones were used. */
  readonly code?: string;
  readonly waitSeconds?: number;
}

export interface PortalOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Where the services answer: `http://127.0.0.1:8080`. */
  readonly serviceUrl: string;
  /** Holds the key of the cookies; made at the first start. */
  readonly sessionKeyFile: string;
  readonly logger: Logger;
  /** People come over https, through a proxy that ends TLS. */
  readonly secure?: boolean;
  /** Addresses of such proxies, whose word counts on where a request came from. */
  readonly trustedProxies?: readonly string[];
  /** Of a demo only. */
  readonly demoUsers?: () => Promise<readonly DemoUser[]>;
  /** The built pages; those of this folder when absent. */
  readonly pagesDirectory?: string;
  readonly patienceMs?: number;
  /** Requests from one address within a minute. */
  readonly requestsPerMinute?: number;
}

export interface Portal {
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** Longer than any answer of ours takes; what takes longer is a job that is asked about. */
const PATIENCE_MS = 30_000;
/** A page of work asks for some dozens of things; a counter of ten behind one address still fits. */
const REQUESTS_PER_MINUTE = 3_000;
const HEADER_BYTES = 65_536;

/**
 * The back end of the pages for staff: serves them, keeps the session in a sealed cookie, and passes `/api/v1/…` on to the
 * services. It has no power and no state of its own; any number of them may run beside each other.
 *
 * @throws CityCardError `http.port-in-use`, `portal.key-unreadable`, `portal.bad-service-url`
 */
export async function startPortal(options: PortalOptions): Promise<Portal> {
  const { serviceUrl } = options;
  if (!/^https?:\/\/[^/]+\/?$/.test(serviceUrl)) throw portalErrors.badServiceUrl({ url: serviceUrl });
  const secure = options.secure ?? false;
  const cookie = new SessionCookie(await sessionKey(options.sessionKeyFile), { secure });
  const loggerInstance: FastifyBaseLogger = options.logger;
  const server = Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    trustProxy: options.trustedProxies === undefined ? false : [...options.trustedProxies],
    http: { maxHeaderSize: HEADER_BYTES },
    forceCloseConnections: true,
  });
  server.setErrorHandler(sendProblem);
  await server.register(helmet, securityHeaders(secure));
  await server.register(rateLimit, {
    max: options.requestsPerMinute ?? REQUESTS_PER_MINUTE,
    timeWindow: 60_000,
    errorResponseBuilder: (_request, { ttl }) => portalErrors.tooMany({ retryAfterSeconds: Math.ceil(ttl / 1000) }),
  });
  server.addHook('onRequest', requireOwnPages);
  watch(server, serviceUrl);
  const proxy = { serviceUrl, cookie, patienceMs: options.patienceMs ?? PATIENCE_MS };
  registerSignIn(server, proxy);
  const { demoUsers } = options;
  if (demoUsers !== undefined)
    server.get('/api/demo-users', async (_request, reply) => {
      reply.header('cache-control', 'no-store');
      return { users: await demoUsers() };
    });
  await proxyService(server, proxy);
  await servePages(server, options.pagesDirectory ?? fileURLToPath(new URL('../dist/staff', import.meta.url)));
  const { url, port } = await listen(server, options);
  return { url, port, stop: () => server.close() };
}

/** Scripts and styles are files of ours; nothing is framed, nothing comes from elsewhere. */
function securityHeaders(secure: boolean) {
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        // The bridge to a card reader listens on the counter's own machine.
        connectSrc: ["'self'", 'ws://127.0.0.1:*'],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        manifestSrc: ["'self'"],
      },
    },
    crossOriginEmbedderPolicy: false,
    frameguard: { action: 'deny' as const },
    referrerPolicy: { policy: 'no-referrer' as const },
    strictTransportSecurity: secure ? { maxAge: 31_536_000, includeSubDomains: false } : false,
  };
}
