import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { CityCardError } from '../errors.ts';
import { httpErrors } from './errors.ts';

/** Answers with the error as RFC 9457 problem details. Unexpected errors are logged, and tell the caller nothing. */
export async function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const known = asCityCardError(error);
  if (known.status >= 500) request.log.error({ err: error, requestId: request.id }, 'request failed');
  if (known.status === 401) reply.header('www-authenticate', 'Bearer');
  const isOurs = known.status < 500 && typeof known.detail === 'object';
  await reply
    .status(known.status)
    .type('application/problem+json')
    .send({
      type: `urn:citycard:error:${known.code}`,
      title: known.message,
      status: known.status,
      code: known.code,
      instance: `urn:request:${request.id}`,
      ...(isOurs && { params: known.detail }),
    });
}

function asCityCardError(error: unknown): CityCardError {
  if (error instanceof CityCardError) return error;
  if (!(error instanceof Error)) return httpErrors.unexpected(undefined, error);
  const { validation, validationContext, statusCode } = error as FastifyError;
  if (validation !== undefined) {
    const problems = validation
      .map((problem) => `${validationContext ?? 'request'}${problem.instancePath} ${problem.message ?? 'is wrong'}`)
      .join('; ');
    return httpErrors.invalid({ problems }, error);
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    // Fastify's own refusals: unreadable JSON, a body too large, a media type nobody asked for.
    const { code } = httpErrors.badRequest();
    return new CityCardError(
      { code, status: statusCode, sentence: `The request cannot be read: ${error.message}` },
      { cause: error },
    );
  }
  return httpErrors.unexpected(undefined, error);
}
