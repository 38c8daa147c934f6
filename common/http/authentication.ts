import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Database } from '../database/pool.ts';
import { identityErrors } from '../identity/errors.ts';
import { authenticate, type Principal, requireRole, type Role } from '../identity/principal.ts';
import { isSignedApproval } from './signed-approvals.ts';
import { signInErrors } from '../identity/sign-in/errors.ts';
import { authenticateSession, requireStepUp, type Session, SESSION_PREFIX } from '../identity/sign-in/sessions.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sends the request. Routes see it only after authentication; on a public route asking for it is a 401. */
    readonly principal: Principal;
    authenticated: Principal | undefined;
    /** The session it comes from; undefined for a long-lived token. */
    session: Session | undefined;
  }
  interface FastifyContextConfig {
    /** A route for everyone: no token asked. */
    public?: boolean;
    /** A dangerous act: from a session it takes a fresh code of the second factor. */
    stepUp?: boolean;
    /** Open also to those who have yet to choose a password or enrol a second factor. */
    whileEnrolling?: boolean;
  }
}

const BEARER = /^Bearer ([\w.~+/=-]+)$/i;

/** The page asks by itself, nobody works: such a request does not keep a session open. */
const BACKGROUND = 'x-citycard-background';

/**
 * Every route asks for a bearer token, except those with `config: { public: true }`: a long-lived one, or that of a session
 * (`s.…`), for which routes may ask more.
 */
export function requireTokens(server: FastifyInstance, db: Database): void {
  server.decorateRequest('authenticated', undefined);
  server.decorateRequest('session', undefined);
  server.decorateRequest('principal', {
    getter(this: FastifyRequest): Principal {
      if (this.authenticated === undefined) throw identityErrors.unauthenticated();
      return this.authenticated;
    },
  });
  server.addHook('onRequest', async (request) => {
    if (request.is404 || request.routeOptions.config.public === true) return;
    const token = BEARER.exec(request.headers.authorization ?? '')?.[1];
    if (token?.startsWith(SESSION_PREFIX) === true) await enterSession(db, request, token);
    else if (token !== undefined) request.authenticated = await authenticate(db, token);
    if (request.authenticated === undefined) throw identityErrors.unauthenticated();
  });
}

async function enterSession(db: Database, request: FastifyRequest, token: string): Promise<void> {
  const background = request.headers[BACKGROUND] !== undefined;
  const found = await authenticateSession(db, token, { background });
  if (found === undefined) return;
  request.authenticated = found.principal;
  request.session = found.session;
  const { config } = request.routeOptions;
  if (found.session.incomplete && config.whileEnrolling !== true) throw signInErrors.enrolFirst();
  if (config.stepUp === true || isSignedApproval(request)) requireStepUp(found.session);
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
