import { type HttpServer, rolesAllowed, Type } from '@citycard/common';
import type { PopulationDeps } from '../deps.ts';
import { answerQuestion } from './query.ts';
import { floatingByDistrict, permitExpiries } from './statistics.ts';

const Common = {
  purpose: Type.String({ pattern: '^[a-z]+(-[a-z]+)*$', maxLength: 40 }),
  reference: Type.String({ pattern: '^[0-9A-Za-z][0-9A-Za-z/._-]{3,39}$' }),
  items: Type.Optional(Type.Array(Type.String({ maxLength: 40 }), { minItems: 1, maxItems: 60, uniqueItems: true })),
};
const ByNumber = Type.Object(
  { idNumber: Type.String({ pattern: '^[0-9]{17}[0-9Xx]$' }), ...Common },
  { additionalProperties: false },
);
const ByName = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 60 }),
    birthDate: Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' }),
    ...Common,
  },
  { additionalProperties: false },
);

/** Questions and statistics of entitled departments. */
export function registerQueryRoutes(server: HttpServer, deps: PopulationDeps): void {
  const partner = { onRequest: rolesAllowed('department-partner') };
  server.post(
    '/v1/population/query',
    { ...partner, schema: { summary: 'Ask about one person', body: Type.Union([ByNumber, ByName]) } },
    (request) => {
      const { purpose, reference, items, ...criterion } = request.body;
      const question = { criterion, purpose, reference, ...(items === undefined ? {} : { items }) };
      return answerQuestion(deps, request.principal, question);
    },
  );
  const readers = { onRequest: rolesAllowed('department-partner', 'registrar') };
  server.get('/v1/population/statistics/floating-by-district', readers, (request) =>
    floatingByDistrict(deps.db, request.principal),
  );
  const Months = Type.Object({ months: Type.Optional(Type.Integer({ minimum: 1, maximum: 36 })) });
  server.get('/v1/population/statistics/permit-expiries', { ...readers, schema: { querystring: Months } }, (request) =>
    permitExpiries(deps.db, request.principal, request.query.months ?? 12),
  );
}
