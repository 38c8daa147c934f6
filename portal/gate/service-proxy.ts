import replyFrom from '@fastify/reply-from';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { portalErrors } from './errors.ts';
import type { SessionCookie } from './session-cookie.ts';

export interface ServiceProxy {
  readonly serviceUrl: string;
  readonly cookie: SessionCookie;
  /** How long the service may think, and how long it may pause within an answer. */
  readonly patienceMs: number;
}

/** What of a request the service has to know; the rest stays here, cookies above all. */
const REQUEST_HEADERS = [
  'accept',
  'accept-language',
  'content-length',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-none-match',
  'range',
  'upload-offset',
  'user-agent',
  'x-approval-signature',
  'x-citycard-background',
  'x-file-name',
  'x-signature',
] as const;

/** What of an answer the browser has to know. Nothing the service says of connections or cookies goes on. */
const ANSWER_HEADERS = [
  'accept-ranges',
  'content-disposition',
  'content-length',
  'content-range',
  'content-type',
  'etag',
  'last-modified',
  'location',
  'retry-after',
  'x-request-id',
] as const;

/** Passes `/api/v1/…` on as `/v1/…` with the session's token. Bodies and answers stream; nothing is tried twice. */
export async function proxyService(
  server: FastifyInstance,
  { serviceUrl, cookie, patienceMs }: ServiceProxy,
): Promise<void> {
  await server.register(async (scope) => {
    // Bodies pass as they come, whatever they are.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, body, done) => done(null, body));
    await scope.register(replyFrom, {
      base: serviceUrl,
      disableRequestLogging: true,
      undici: {
        connections: 128,
        headersTimeout: patienceMs,
        bodyTimeout: patienceMs,
        connect: { timeout: patienceMs },
      },
    });
    scope.route({
      method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      url: '/api/v1/*',
      handler: (request, reply) => {
        reply.from(servicePath(request, serviceUrl), {
          rewriteRequestHeaders: () => requestHeaders(request, cookie),
          rewriteHeaders: answerHeaders,
          onError: (failed, { error }) => void failed.send(asProblem(error)),
          retryDelay: () => null,
        });
        return reply;
      },
    });
  });
}

/** Under `/v1/` at the service whatever the address looks like. @throws CityCardError `portal.no-such-path` (404) */
function servicePath(request: FastifyRequest, serviceUrl: string): string {
  const asked = request.url.slice('/api'.length);
  const [path = ''] = asked.split('?');
  const read = URL.canParse(asked, serviceUrl) ? new URL(asked, serviceUrl) : undefined;
  // "..", "%2e%2e" and the like are read as what they mean; only a path that means itself goes on.
  if (read?.pathname !== path || !path.startsWith('/v1/') || isSignIn(request.method, path))
    throw portalErrors.noSuchPath({ path: path.slice(0, 200) });
  return asked;
}

/** Signing in has a route of its own here, which keeps the token; written otherwise it would hand it to the page. */
function isSignIn(method: string, path: string): boolean {
  const parts = path.split('/').filter((part) => part !== '');
  try {
    return method === 'POST' && parts.length === 2 && decodeURIComponent(parts[1] ?? '') === 'sign-in';
  } catch {
    return true;
  }
}

function requestHeaders(request: FastifyRequest, cookie: SessionCookie): Record<string, string> {
  const token = cookie.tokenIn(request.headers.cookie);
  return {
    ...pick(request.headers, REQUEST_HEADERS),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    'x-forwarded-for': request.ip,
  };
}

function answerHeaders(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  return { ...pick(headers, ANSWER_HEADERS), 'cache-control': 'no-store' };
}

function pick(headers: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = headers[name];
    if (typeof value === 'string') picked[name] = value;
  }
  return picked;
}

/** What failed on the way, as a sentence: the service was slow, or not there. */
export function asProblem(error: Error): Error {
  const code = 'code' in error ? String(error.code) : '';
  const slow = code.includes('TIMEOUT') || error.name === 'TimeoutError';
  return slow ? portalErrors.serviceSlow(undefined, error) : portalErrors.serviceAway(undefined, error);
}

/** For requests that the portal itself makes for a browser. @throws CityCardError `portal.service-slow`, `.service-away` */
export async function askService(
  { serviceUrl, cookie, patienceMs }: ServiceProxy,
  request: FastifyRequest,
  body?: unknown,
): Promise<Response> {
  const { 'content-length': _, ...headers } = requestHeaders(request, cookie);
  const url = new URL(request.url.slice('/api'.length), serviceUrl);
  try {
    return await fetch(url, {
      method: request.method,
      headers,
      signal: AbortSignal.timeout(patienceMs),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (error) {
    throw asProblem(error instanceof Error ? error : new Error(String(error)));
  }
}

/** The service's own words, to the browser. */
export async function passOn(reply: FastifyReply, answer: Response, body: unknown): Promise<void> {
  for (const name of ['content-type', 'retry-after', 'x-request-id']) {
    const value = answer.headers.get(name);
    if (value !== null) reply.header(name, value);
  }
  await reply.status(answer.status).header('cache-control', 'no-store').send(body);
}
