import { randomUUID } from 'node:crypto';
import helmet from '@fastify/helmet';
import swagger from '@fastify/swagger';
import { type TypeBoxTypeProvider, TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from 'fastify';
import type { Database } from '../database/pool.ts';
import { sqlState } from '../database/pool.ts';
import type { Logger } from '../logging/logger.ts';
import { requireTokens } from './authentication.ts';
import { httpErrors } from './errors.ts';
import { asDescribed } from './described.ts';
import { withPlainNumbers } from './json.ts';
import { observe } from './observation.ts';
import { sendProblem } from './problem.ts';

export type HttpServer = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** What a handler is given, for pieces that several handlers share. */
export type HttpRequest = FastifyRequest;
export type HttpReply = FastifyReply;

/** A route that takes files sets its own `bodyLimit`. */
const BODY_LIMIT_BYTES = 1_048_576;
/** What an approver has been shown comes in a header; twice what a page of lines takes. */
const HEADER_BYTES = 65_536;

/**
 * An HTTP server with everything our APIs have in common; routes are added by the caller, with TypeBox schemas.
 *
 * Each route asks for a bearer token (`request.principal`) unless its `config` is `{ public: true }`. Errors answer as
 * RFC 9457 problem details; a request that does not fit its schema is 422. `/healthz`, `/readyz`, `/metrics` and the
 * description of the API at `/v1/openapi.json` are public. Bigints in answers become JSON numbers, exactly or not at all.
 */
export function createHttpServer(options: {
  logger: Logger;
  db: Database;
  title: string;
  /** Addresses whose word counts on where a request came from (`x-forwarded-for`): the portal, a proxy before it. */
  trustedProxies?: readonly string[];
}): HttpServer {
  const loggerInstance: FastifyBaseLogger = options.logger;
  const server = Fastify({
    loggerInstance,
    // One line per request is written when it is answered, see observe().
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    bodyLimit: BODY_LIMIT_BYTES,
    forceCloseConnections: 'idle',
    trustProxy: options.trustedProxies === undefined ? false : [...options.trustedProxies],
    http: { maxHeaderSize: HEADER_BYTES },
  }).withTypeProvider<TypeBoxTypeProvider>();
  server.setValidatorCompiler(TypeBoxValidatorCompiler);
  server.setSerializerCompiler(asDescribed);
  server.setErrorHandler(sendProblem);
  server.setNotFoundHandler((request, reply) =>
    sendProblem(httpErrors.notFound({ method: request.method, path: request.url.split('?')[0] }), request, reply),
  );
  server.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
  server.addHook('preSerialization', (_request, _reply, payload, done) => done(null, withPlainNumbers(payload)));

  describe(server, options.title);
  requireTokens(server, options.db);
  observe(server, options.db);
  server.get('/v1/openapi.json', { config: { public: true }, schema: { hide: true } }, () => server.swagger());
  return server;
}

/**
 * Security headers and OpenAPI. Both plugins are called rather than registered: they only add hooks and decorators, and
 * a registered plugin would see no route that the caller adds before the server is ready.
 */
function describe(server: FastifyInstance, title: string): void {
  void helmet(server, { contentSecurityPolicy: { directives: { defaultSrc: ["'none'"] } } });
  swagger(
    server,
    {
      openapi: {
        openapi: '3.1.0',
        info: { title, version: '1' },
        components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
        security: [{ bearer: [] }],
      },
    },
    (error) => {
      if (error) throw error;
    },
  );
}

/**
 * Starts listening; port 0 takes a free one.
 *
 * @throws CityCardError `http.port-in-use`, `http.port-refused`.
 */
export async function listen(
  server: Pick<HttpServer, 'listen' | 'addresses'>,
  where: { host: string; port: number },
): Promise<{ url: string; port: number }> {
  try {
    await server.listen(where);
  } catch (error) {
    if (sqlState(error) === 'EADDRINUSE') throw httpErrors.portInUse(where, error);
    if (sqlState(error) === 'EACCES' || sqlState(error) === 'EADDRNOTAVAIL') {
      throw httpErrors.portRefused({ ...where, reason: sqlState(error) }, error);
    }
    throw error;
  }
  const address = server.addresses()[0];
  const port = typeof address === 'object' ? address.port : where.port;
  const host = where.host.includes(':') ? `[${where.host}]` : where.host;
  return { url: `http://${host}:${port}`, port };
}
