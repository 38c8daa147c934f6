import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Database } from '../database/pool.ts';
import { identityErrors } from '../identity/errors.ts';
import { authenticate, type Principal, requireRole, type Role } from '../identity/principal.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sends the request. Routes see it only after authentication; on a public route asking for it is a 401. */
    readonly principal: Principal;
    authenticated: Principal | undefined;
  }
  interface FastifyContextConfig {
    /** A route for everyone: no token asked. */
    public?: boolean;
  }
}

const BEARER = /^Bearer ([\w.~+/=-]+)$/i;

/** Every route asks for a bearer token, except those with `config: { public: true }`. */
export function requireTokens(server: FastifyInstance, db: Database): void {
  server.decorateRequest('authenticated', undefined);
  server.decorateRequest('principal', {
    getter(this: FastifyRequest): Principal {
      if (this.authenticated === undefined) throw identityErrors.unauthenticated();
      return this.authenticated;
    },
  });
  server.addHook('onRequest', async (request) => {
    if (request.is404 || request.routeOptions.config.public === true) return;
    const token = BEARER.exec(request.headers.authorization ?? '')?.[1];
    if (token !== undefined) request.authenticated = await authenticate(db, token);
    if (request.authenticated === undefined) throw identityErrors.unauthenticated();
  });
}

/**
 * A guard for a route: `{ onRequest: rolesAllowed('clerk') }`. Refuses with 403 before the body is read: who may not ask
 * is not told what is wrong with the question.
 */
export function rolesAllowed(...roles: Role[]): (request: FastifyRequest) => Promise<void> {
  return (request) => {
    requireRole(request.principal, ...roles);
    return Promise.resolve();
  };
}
