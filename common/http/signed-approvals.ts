import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { canonicalJson } from '../identity/canonical-json.ts';
import { signatureErrors } from '../identity/signature-errors.ts';
import { keepSignature, readSignatureHeader, type SignatureDeps } from '../identity/signatures.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether a session has to sign what it sends here; without a word, routes of approval are signed. */
    signed?: boolean;
  }
  interface FastifyRequest {
    /** The body as it came, in canonical JSON: checking it against its description may fill it in. */
    bodyAsSent: string | undefined;
  }
}

const READING = new Set(['GET', 'HEAD', 'OPTIONS']);
/** `…/approval`, `…/approval/:approvalId`, `…/decision/:approvalId`: the second person's word. */
const APPROVAL = /\/approval(\/:\w+)?$|\/:approvalId$/;

/** Whether what arrives here is an approval that a session signs. */
export function isSignedApproval({ method, routeOptions }: FastifyRequest): boolean {
  const { config, url = '' } = routeOptions;
  return config.signed ?? (!READING.has(method) && APPROVAL.test(url));
}

/**
 * Approvals that come from a session carry `x-approval-signature`: the approver's own over exactly this request and what was
 * shown. It is checked and kept before the act is done, and noted with everything the act writes down. Long-lived tokens, of
 * programs and the command line, are as before. Called before the routes are added.
 */
export function requireSignedApprovals(server: FastifyInstance, deps: SignatureDeps): void {
  server.decorateRequest('bodyAsSent', undefined);
  server.addHook('preValidation', (request, _reply, done) => {
    if (request.session === undefined || !isSignedApproval(request)) return done();
    // Asked for first: nobody mends a body only to hear that it has to be signed.
    readSignatureHeader(request.headers['x-approval-signature']);
    request.bodyAsSent = canonicalJson(signable(request.body));
    return done();
  });
  server.addHook('preHandler', async (request) => {
    const { session, bodyAsSent, authenticated } = request;
    if (session === undefined || bodyAsSent === undefined || authenticated === undefined) return;
    const signature = await keepSignature(
      deps,
      { principal: authenticated, session },
      {
        method: request.method,
        path: signablePath(request.url),
        route: request.routeOptions.url ?? '',
        body: JSON.parse(bodyAsSent),
      },
      readSignatureHeader(request.headers['x-approval-signature']),
    );
    request.authenticated = { ...authenticated, signature };
  });
}

/** The path as both sides write it: each part of it encoded in the one way, whoever sent it. */
function signablePath(url: string): string {
  const [path = '', ...query] = url.split('?');
  const parts = path.split('/').map((part) => encodeURIComponent(decodeURIComponent(part)));
  return [parts.join('/'), ...query].join('?');
}

/** A body as it stands in the statement: JSON itself, files by their hash. */
function signable(body: unknown): unknown {
  if (body === undefined || body === null) return null;
  if (Buffer.isBuffer(body)) return { sha256: createHash('sha256').update(body).digest('hex') };
  if (typeof body === 'object' && 'pipe' in body) throw signatureErrors.bodyNotSignable();
  return body;
}
