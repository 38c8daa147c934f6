import { type HttpServer, rolesAllowed, transact, Type } from '@citycard/common';
import type { CityDeps } from '../deps.ts';
import { cityErrors } from '../errors.ts';
import { type CityExchange, listExchanges, orderExchange } from './standing.ts';

const City = Type.Object({ city: Type.String({ pattern: '^[0-9]{4}$' }) });

/** The exchange with other cities as a job: ordered, and seen while it runs. */
export function registerExchangeRoutes(server: HttpServer, { db, homeCity }: CityDeps): void {
  const readers = { onRequest: rolesAllowed('platform', 'finance-maker', 'finance-checker', 'supervisor', 'auditor') };
  server.get(
    '/v1/city-exchanges',
    { ...readers, schema: { summary: 'How far the exchange with every city is, and how its newest run ended' } },
    async () => ({ exchanges: (await listExchanges(db)).map(shown) }),
  );
  server.get(
    '/v1/city-exchanges/:city',
    { ...readers, schema: { summary: 'How far the exchange with a city is', params: City } },
    async ({ params: { city } }) => {
      const [found] = await listExchanges(db, city);
      if (found === undefined) throw cityErrors.neverExchanged({ city });
      return shown(found);
    },
  );
  server.post(
    '/v1/city-exchanges/:city',
    {
      onRequest: rolesAllowed('platform'),
      schema: { summary: 'Order an exchange with a city; it is run by a job', params: City },
    },
    async ({ params: { city }, principal }, reply) =>
      reply.status(202).send(shown(await transact(db, (tx) => orderExchange(tx, principal, city, homeCity)))),
  );
}

const shown = ({ runs, ...exchange }: CityExchange) => ({ ...exchange, runs: Number(runs) });
