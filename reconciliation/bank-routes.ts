import {
  answers,
  cityDate,
  type Database,
  fenToNumber,
  type HttpServer,
  rolesAllowed,
  transact,
  Type,
} from '@citycard/common';
import { approveBooking, type Booking, proposeBooking } from './bank/by-hand.ts';
import { missingEntries, unmatchedEntries } from './bank/open-items.ts';
import { openRefusals, refusedMessage, retryRefused, takeOrKeep } from './bank/refusals.ts';
import { dropPages, heldPages } from './bank/statement-pages.ts';
import { MAX_XML_BYTES } from './bank/xml.ts';
import * as said from './answers.ts';

/**
 * `POST /v1/bank/notifications` (camt.054), `POST /v1/bank/statements` (camt.053), `POST /v1/bank/payment-status` (pain.002), and
 * `GET /v1/bank/open-items`: what is unmatched or missing, with its age. A message sent again is answered 200 with the first
 * result; one that is refused is kept for people, who look at it and try it again under `/v1/bank/refusals`.
 */
export function registerBankRoutes(server: HttpServer, deps: { readonly db: Database }): void {
  const options = { bodyLimit: MAX_XML_BYTES, onRequest: rolesAllowed('bank-partner') };
  server.post('/v1/bank/notifications', options, async (request, reply) => {
    const { result, repeated } = await takeOrKeep(deps.db, 'camt.054', bodyOf(request.body));
    return reply.status(repeated ? 200 : 201).send(result);
  });

  server.post('/v1/bank/statements', options, async (request, reply) => {
    const { result, repeated } = await takeOrKeep(deps.db, 'camt.053', bodyOf(request.body));
    // A page that waits for others has moved nothing yet.
    if (result.held !== undefined) return reply.status(202).send(result);
    // One statement is the usual case and answered flat; the list has them all.
    const [first] = result.statements;
    return reply.status(repeated ? 200 : 201).send({ ...first, ...result });
  });

  server.post('/v1/bank/payment-status', options, async (request, reply) => {
    const { result, repeated } = await takeOrKeep(deps.db, 'pain.002', bodyOf(request.body));
    return reply.status(repeated ? 200 : 201).send(result);
  });

  server.get(
    '/v1/bank/open-items',
    {
      onRequest: rolesAllowed('finance-maker', 'finance-checker', 'supervisor', 'auditor'),
      schema: { tags: ['bank'], ...answers(said.OpenItems) },
    },
    async () => {
      const today = cityDate(new Date());
      const [unmatched, missing, pages] = await Promise.all([
        unmatchedEntries(deps.db, today),
        missingEntries(deps.db, today),
        heldPages(deps.db),
      ]);
      return { unmatched: unmatched.map(withNumber), missing: missing.map(withNumber), heldPages: pages };
    },
  );
  bookingRoutes(server, deps.db);
  refusalRoutes(server, deps.db);
}

const itemFields = {
  account: Type.String({ minLength: 1, maxLength: 34 }),
  reference: Type.String({ minLength: 1, maxLength: 35 }),
  part: Type.String({ pattern: '^[1-9][0-9]{0,6}$' }),
};
const ItemParams = Type.Object(itemFields);
const ItemApproval = Type.Object({ ...itemFields, approvalId: Type.String({ pattern: '^[1-9][0-9]{0,17}$' }) });
const BookingBody = Type.Object(
  {
    counterAccount: Type.String({ pattern: '^[a-z-]+:[0-9A-Za-z.-]{1,40}$' }),
    reason: Type.String({ minLength: 3, maxLength: 200, pattern: '^\\P{Cc}+$' }),
  },
  { additionalProperties: false },
);

const bookingOf = (
  params: { readonly account: string; readonly reference: string; readonly part: string },
  body: { readonly counterAccount: string; readonly reason: string },
): Booking => ({ account: params.account, reference: params.reference, part: Number(params.part), ...body });

/** What two persons do with an open item, so that the bank account says what the bank says. */
function bookingRoutes(server: HttpServer, db: Database): void {
  const path = '/v1/bank/open-items/:account/:reference/:part/booking';
  server.post(
    path,
    {
      onRequest: rolesAllowed('finance-maker'),
      schema: { tags: ['bank'], summary: 'Propose to book an open item', params: ItemParams, body: BookingBody },
    },
    async ({ params, body, principal }, reply) =>
      reply.status(201).send(await transact(db, (tx) => proposeBooking(tx, principal, bookingOf(params, body)))),
  );
  server.post(
    `${path}/:approvalId`,
    {
      onRequest: rolesAllowed('finance-checker'),
      schema: { tags: ['bank'], summary: 'Book it as the second person', params: ItemApproval, body: BookingBody },
    },
    async ({ params, body, principal }) =>
      transact(db, (tx) => approveBooking(tx, principal, bookingOf(params, body), BigInt(params.approvalId))),
  );
}

const RefusalParams = Type.Object({ refusalNo: Type.String({ pattern: '^[1-9][0-9]{0,17}$' }) });
const PagesParams = Type.Object({
  account: Type.String({ minLength: 1, maxLength: 34 }),
  statementId: Type.String({ minLength: 1, maxLength: 35 }),
});

/** What people do with messages that were refused, and with pages whose others never come. */
function refusalRoutes(server: HttpServer, db: Database): void {
  const reading = { onRequest: rolesAllowed('finance-maker', 'finance-checker', 'supervisor', 'auditor') };
  const making = { onRequest: rolesAllowed('finance-maker') };
  server.get(
    '/v1/bank/refusals',
    {
      ...reading,
      schema: {
        tags: ['bank'],
        summary: 'Messages of the bank that were refused and not taken since',
        ...answers(said.Refusals),
      },
    },
    async () => ({ refusals: await openRefusals(db) }),
  );
  server.get(
    '/v1/bank/refusals/:refusalNo',
    { ...reading, schema: { tags: ['bank'], summary: 'A refused message as it came', params: RefusalParams } },
    async ({ params }, reply) =>
      reply.type('application/octet-stream').send(await refusedMessage(db, BigInt(params.refusalNo))),
  );
  server.post(
    '/v1/bank/refusals/:refusalNo/retry',
    { ...making, schema: { tags: ['bank'], summary: 'Try a refused message again', params: RefusalParams } },
    async ({ params, principal }) => (await retryRefused(db, principal, BigInt(params.refusalNo))).result,
  );
  server.post(
    '/v1/bank/statement-pages/:account/:statementId/drop',
    { ...making, schema: { tags: ['bank'], summary: 'Forget the waiting pages of a statement', params: PagesParams } },
    async ({ params, principal }) => transact(db, (tx) => dropPages(tx, principal, params)),
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
