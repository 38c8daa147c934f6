import { cityDate, type Database, fenToNumber, type HttpServer, rolesAllowed } from '@citycard/common';
import { takeNotification } from './bank/notifications.ts';
import { missingEntries, unmatchedEntries } from './bank/open-items.ts';
import { takePaymentStatus } from './bank/payment-status.ts';
import { takeStatement } from './bank/statements.ts';
import { MAX_XML_BYTES } from './bank/xml.ts';

/**
 * `POST /v1/bank/notifications` (camt.054), `POST /v1/bank/statements` (camt.053), `POST /v1/bank/payment-status` (pain.002), and
 * `GET /v1/bank/open-items`: what is unmatched or missing, with its age. A message sent again is answered 200 with the first
 * result.
 */
export function registerBankRoutes(server: HttpServer, deps: { readonly db: Database }): void {
  const options = { bodyLimit: MAX_XML_BYTES, onRequest: rolesAllowed('bank-partner') };
  server.post('/v1/bank/notifications', options, async (request, reply) => {
    const { result, repeated } = await takeNotification(deps.db, bodyOf(request.body));
    return reply.status(repeated ? 200 : 201).send(result);
  });

  server.post('/v1/bank/statements', options, async (request, reply) => {
    const { result, repeated } = await takeStatement(deps.db, bodyOf(request.body));
    // One statement is the usual case and answered flat; the list has them all.
    const [first] = result.statements;
    return reply.status(repeated ? 200 : 201).send({ ...first, ...result });
  });

  server.post('/v1/bank/payment-status', options, async (request, reply) => {
    const { result, repeated } = await takePaymentStatus(deps.db, bodyOf(request.body));
    return reply.status(repeated ? 200 : 201).send(result);
  });

  server.get(
    '/v1/bank/open-items',
    {
      onRequest: rolesAllowed('finance-maker', 'finance-checker', 'supervisor', 'auditor'),
      schema: { tags: ['bank'] },
    },
    async () => {
      const today = cityDate(new Date());
      const [unmatched, missing] = await Promise.all([
        unmatchedEntries(deps.db, today),
        missingEntries(deps.db, today),
      ]);
      return { unmatched: unmatched.map(withNumber), missing: missing.map(withNumber) };
    },
  );
}

function bodyOf(body: unknown): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}

function withNumber<T extends { amountFen: Parameters<typeof fenToNumber>[0] }>(
  item: T,
): Omit<T, 'amountFen'> & { amountFen: number } {
  return { ...item, amountFen: fenToNumber(item.amountFen) };
}
