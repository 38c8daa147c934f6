import type { FastifyReply, FastifyRequest } from 'fastify';
import { portalErrors } from './errors.ts';

/** Pages of ours send it with everything; a form or a link of another site cannot. */
const OWN_HEADER = 'x-citycard-portal';
const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses requests that another site made a browser send: what changes something names our origin and carries our header;
 * what only reads may be a link of ours (a download), and is refused when the browser says it came from elsewhere.
 *
 * @throws CityCardError `portal.other-origin` (403)
 */
export function requireOwnPages(request: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void): void {
  const { origin, host } = request.headers;
  const site = request.headers['sec-fetch-site'];
  const foreign =
    (site !== undefined && site !== 'same-origin' && site !== 'none') ||
    (origin !== undefined && origin !== `${request.protocol}://${host ?? ''}`);
  const unmarked = !READING.has(request.method) && (origin === undefined || request.headers[OWN_HEADER] === undefined);
  done(foreign || unmarked ? portalErrors.otherOrigin() : undefined);
}
