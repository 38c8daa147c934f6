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
    const problems = wordsFor(validation, validationContext ?? 'request').join('; ');
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

type Fault = NonNullable<FastifyError['validation']>[number];

/**
 * What is wrong, each once. Of one value out of a list the checker says once per value what it is not; whoever sent another
 * wants to know the list. A word the description does not know it reports as a schema that is false.
 */
function wordsFor(faults: readonly Fault[], context: string): string[] {
  const choices = new Map<string, string[]>();
  for (const { keyword, instancePath, params } of faults)
    if (keyword === 'const')
      choices.set(instancePath, [...(choices.get(instancePath) ?? []), String(params['allowedValue'])]);
  const unknown = faults.some(({ keyword }) => keyword === 'boolean');
  const said = faults.flatMap(({ keyword, instancePath, message }) => {
    const allowed = choices.get(instancePath);
    if (keyword === 'const') return `${context}${instancePath} must be ${allowed?.join(' or ')}`;
    if (keyword === 'anyOf' && allowed !== undefined) return [];
    if (keyword === 'boolean') return `${context}${instancePath} is not known`;
    if (keyword === 'additionalProperties' && unknown) return [];
    return `${context}${instancePath} ${message ?? 'is wrong'}`;
  });
  return [...new Set(said)];
}
