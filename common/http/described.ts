import type { FastifySerializerCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';

/** Set by tests: an answer that is not what its route describes becomes an error. In service it would help nobody. */
const CHECKED = process.env['CITYCARD_CHECK_ANSWERS'] === 'on';

/** The schema of an answer describes it (OpenAPI, and the types of the pages); it neither drops nor converts anything. */
export const asDescribed: FastifySerializerCompiler<TSchema> =
  ({ schema, method, url }) =>
  (answer) => {
    const text = JSON.stringify(answer);
    if (CHECKED) check(schema, JSON.parse(text ?? 'null'), `${method} ${url}`);
    return text;
  };

function check(schema: TSchema, answer: unknown, route: string): void {
  const [first] = Value.Errors(schema, answer);
  if (first !== undefined)
    throw new TypeError(`the answer of ${route} is not as described: ${first.instancePath} ${first.message}`);
}
