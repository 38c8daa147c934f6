import type { FastifyInstance } from 'fastify';
import { askService, passOn, type ServiceProxy } from './service-proxy.ts';

/** Largest body of a sign-in: name, password, code. */
const BODY_BYTES = 4_096;

/**
 * Signing in and out: the session's token goes into the cookie and never to the page. Signing out takes the cookie away also
 * when the service does not answer.
 */
export function registerSignIn(server: FastifyInstance, proxy: ServiceProxy): void {
  server.post('/api/v1/sign-in', { bodyLimit: BODY_BYTES }, async (request, reply) => {
    const answer = await askService(proxy, request, request.body);
    const body: unknown = await answer.json().catch(() => undefined);
    if (!answer.ok || !isSignedIn(body)) return passOn(reply, answer, body);
    const { token, ...shown } = body;
    reply.header('set-cookie', proxy.cookie.holding(token));
    return passOn(reply, answer, shown);
  });

  server.delete('/api/v1/sign-in', async (request, reply) => {
    reply.header('set-cookie', proxy.cookie.gone());
    const answer = await askService(proxy, request);
    // A session that had ended by itself is left just as well.
    if (answer.ok || answer.status === 401) return reply.status(204).send();
    return passOn(reply, answer, await answer.json().catch(() => undefined));
  });
}

function isSignedIn(body: unknown): body is { readonly token: string } {
  return typeof body === 'object' && body !== null && 'token' in body && typeof body.token === 'string';
}
