import { businessDate, type Database, fen, type HttpServer, rolesAllowed, transact, Type } from '@citycard/common';
import { COLUMNS, fromRow, type ResidentCase } from './case.ts';
import { caseErrors } from './errors.ts';
import { openCase } from './open.ts';
import { type CaseDeps, Matter } from './routes.ts';

const closed = { additionalProperties: false } as const;
const tags = ['cases'];
const OrderNo = Type.String({ pattern: '^[0-9A-Za-z-]{4,40}$' });

/**
 * Orders of the 12345 government hotline: it dispatches what a caller said under a number of its own, and reads when and how it
 * was answered. The same order again is the same case.
 */
export function registerHotlineRoutes(server: HttpServer, { db, seal }: CaseDeps): void {
  server.put(
    '/v1/hotline-orders/:orderNo',
    {
      onRequest: rolesAllowed('department-partner'),
      schema: {
        tags,
        summary: 'The 12345 hotline dispatches an order; it becomes a case',
        params: Type.Object({ orderNo: OrderNo }),
        body: Type.Object(Matter, closed),
      },
    },
    async ({ params: { orderNo }, body, principal }, reply) => {
      const { occurredOn, amountFen = 0, ...said } = body;
      const matter = {
        ...said,
        channel: 'hotline-12345',
        orderNo,
        occurredOn: businessDate(occurredOn),
        amountFen: fen(amountFen),
      } as const;
      const { opened, known } = await transact(db, (tx) => openCase(tx, seal, principal, matter));
      return reply.status(known ? 200 : 201).send(orderOf(opened));
    },
  );
  server.get(
    '/v1/hotline-orders/:orderNo',
    {
      onRequest: rolesAllowed('department-partner'),
      schema: {
        tags,
        summary: 'How far an order is, and what to tell the caller',
        params: Type.Object({ orderNo: OrderNo }),
      },
    },
    async ({ params: { orderNo }, principal }) => orderOf(await ownOrder(db, principal.id, orderNo)),
  );
}

async function ownOrder(db: Database, openedBy: string, orderNo: string): Promise<ResidentCase> {
  const { rows } = await db.query<Parameters<typeof fromRow>[0]>(
    `select ${COLUMNS} from reconciliation.resident_case where order_no = $1 and opened_by = $2`,
    [orderNo, openedBy],
  );
  if (rows[0] === undefined) throw caseErrors.orderUnknown({ orderNo });
  return fromRow(rows[0]);
}

/** What the hotline needs: no card number, no name of anybody here. */
const orderOf = ({
  orderNo,
  caseNo,
  state,
  endDueAt,
  outcome,
  reason,
  creditedFen,
  endedAt,
}: ResidentCase): object => ({
  orderNo,
  caseNo,
  state: state === 'ended' ? 'ended' : 'under way',
  dueAt: endDueAt,
  ...(endedAt !== undefined && { outcome, reason, endedAt }),
  ...(creditedFen !== undefined && { creditedFen }),
});
