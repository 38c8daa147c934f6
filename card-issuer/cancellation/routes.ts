import {
  approveCancellation,
  approveTornDecision,
  type Cancellation,
  cancellationErrors,
  cardNo,
  type CardNo,
  findCancellation,
  loadsOfToday,
  openCancellationDebits,
  proposeCancellation,
  proposeTornDecision,
} from '@citycard/clearing';
import {
  type Database,
  type HttpServer,
  idempotent,
  type Principal,
  rolesAllowed,
  transact,
  type Transaction,
  Type,
} from '@citycard/common';
import { answers, Day, FenAnswer, Moment, Numbered } from '../answers.ts';
import type { CounterReaders } from '../readers/reader.ts';
import { orderCounterSam } from './counter-sam.ts';
import { debitCancelledLoad, type DebitDeps } from './debit-card.ts';
import { type CancelledLoad, giveCash, requireOwnTill } from './own-load.ts';

const closed = { additionalProperties: false } as const;
const CardParams = Type.Object({ cardNo: Type.String({ pattern: '^[0-9]{19}$' }) });
const LoadParams = Type.Object({
  cardNo: Type.String({ pattern: '^[0-9]{19}$' }),
  loadId: Type.String({ pattern: '^[0-9]{1,18}$' }),
});
const LoadAnswer = Type.Object({
  loadId: Numbered,
  amountFen: FenAnswer,
  agent: Type.String(),
  ownCounter: Type.Boolean({ description: 'Taken at a counter of the company: its cash goes back out of the till' }),
  at: Moment,
  cancellation: Type.Optional(Type.String()),
});
const CancellationAnswer = Type.Object({
  cardNo: Type.String(),
  loadId: Numbered,
  amountFen: FenAnswer,
  state: Type.String(),
  proposedBy: Type.String(),
  approvedBy: Type.Optional(Type.String()),
  postedDate: Type.Optional(Day),
  debitBegunAt: Type.Optional(Moment),
  counter: Type.Optional(Type.String()),
});
const DebitedAnswer = Type.Object({
  cardNo: Type.String(),
  loadId: Numbered,
  amountFen: FenAnswer,
  businessDate: Day,
  postingKey: Type.String(),
  cashReturnedBy: Type.String(),
  paidFen: FenAnswer,
  waitsFen: FenAnswer,
  counter: Type.String(),
  samNo: Type.String(),
  samTransactionNo: Type.Integer(),
});
const Counter = Type.String({ minLength: 1, maxLength: 40 });

/**
 * Cancelling a load at the counter: one clerk proposes, another person approves, then the card is debited in the clerk's
 * reader and the money goes back to the agent that took it, or out of the clerk's own till.
 */
export function registerCancellationRoutes(
  server: HttpServer,
  deps: DebitDeps & { readonly db: Database; readonly readers: CounterReaders },
): void {
  const { db } = deps;
  const clerk = { onRequest: rolesAllowed('clerk') };
  const path = '/v1/cards/:cardNo/loads/:loadId/cancellation';

  server.post(
    '/v1/counter-sams',
    {
      onRequest: rolesAllowed('platform'),
      schema: {
        summary: 'Order the SAM of a counter, played by the HSM',
        body: Type.Object({ counter: Counter, participantNo: Type.String({ minLength: 4, maxLength: 15 }) }, closed),
      },
    },
    async (request, reply) =>
      reply.status(201).send(await transact(db, (tx) => orderCounterSam(tx, request.principal, request.body))),
  );
  server.get(
    '/v1/cards/:cardNo/loads',
    {
      ...clerk,
      schema: {
        summary: 'Loads of the open business day, paid in cash',
        params: CardParams,
        ...answers(Type.Object({ loads: Type.Array(LoadAnswer) })),
      },
    },
    async (request) => ({ loads: await loadsOfToday(db, cardNo(request.params.cardNo)) }),
  );
  server.get(
    '/v1/load-cancellations/open',
    {
      onRequest: rolesAllowed('clerk', 'auditor', 'supervisor'),
      schema: {
        summary: 'Debits nobody knows the end of: their cards have to be put into a reader again',
        ...answers(Type.Object({ cancellations: Type.Array(CancellationAnswer) })),
      },
    },
    async () => ({ cancellations: (await openCancellationDebits(db)).map(viewOf) }),
  );
  server.get(path, { ...clerk, schema: { params: LoadParams, ...answers(CancellationAnswer) } }, async (request) => {
    const { cardNo: number, loadId } = request.params;
    const found = await findCancellation(db, cardNo(number), BigInt(loadId));
    if (found === undefined) throw cancellationErrors.unknown();
    return viewOf(found);
  });
  server.post(
    path,
    {
      ...clerk,
      schema: { summary: 'Propose to cancel a load', params: LoadParams, ...answers(CancellationAnswer, 201) },
    },
    async (request, reply) => {
      const { cardNo: number, loadId } = request.params;
      const answer = await idempotent(db, request, async (tx) => ({
        status: 201,
        body: await propose(tx, request.principal, cardNo(number), BigInt(loadId)),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
  server.post(
    `${path}/approval`,
    {
      onRequest: rolesAllowed('clerk', 'finance-checker'),
      schema: { summary: 'The second signature', params: LoadParams, ...answers(CancellationAnswer) },
    },
    async (request, reply) => {
      const { cardNo: number, loadId } = request.params;
      const answer = await idempotent(db, request, async (tx) => ({
        status: 200,
        body: viewOf(await approveCancellation(tx, request.principal, cardNo(number), BigInt(loadId))),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
  decisionRoutes(server, deps, path);
  // A conversation with a card cannot be one transaction. What makes a repeat harmless is the stored debit itself: the same
  // call settles what it finds begun, and answers the same receipt once it is posted.
  server.post(
    `${path}/debit`,
    {
      ...clerk,
      schema: {
        summary: 'Debit the card in the reader and book the money back; repeat until it answers a receipt',
        params: LoadParams,
        body: Type.Object({ reader: Counter }, closed),
        ...answers(DebitedAnswer),
      },
    },
    (request) => {
      const { reader } = request.body;
      const asked = {
        cardNo: cardNo(request.params.cardNo),
        loadId: BigInt(request.params.loadId),
        counter: reader,
      };
      return deps.readers.withCard(request.principal, reader, (card) =>
        debitCancelledLoad(deps, request.principal, card, asked),
      );
    },
  );
}

/** What two people decide when the card cannot prove its debit any more. */
function decisionRoutes(server: HttpServer, { db }: { readonly db: Database }, path: string): void {
  const deciding = { onRequest: rolesAllowed('clerk', 'finance-maker', 'finance-checker') };
  server.post(
    `${path}/decisions`,
    {
      ...deciding,
      schema: {
        summary: 'Propose whether a card that cannot prove it any more has paid',
        params: LoadParams,
        body: Type.Object({ paid: Type.Boolean() }, closed),
      },
    },
    async (request, reply) => {
      const { cardNo: number, loadId } = request.params;
      const answer = await idempotent(db, request, async (tx) => ({
        status: 201,
        body: await proposeTornDecision(tx, request.principal, cardNo(number), BigInt(loadId), request.body.paid),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
  server.post(
    `${path}/decisions/:approvalId/approval`,
    {
      ...deciding,
      schema: {
        summary: 'The second person: book the money back, or drop the debit',
        params: Type.Object({ ...LoadParams.properties, approvalId: Type.String({ pattern: '^[0-9]{1,18}$' }) }),
        body: Type.Object({ paid: Type.Boolean() }, closed),
      },
    },
    async (request, reply) => {
      const { cardNo: number, loadId, approvalId } = request.params;
      const decision = { approvalId: BigInt(approvalId), paid: request.body.paid };
      const answer = await idempotent(db, request, async (tx) => ({
        status: 200,
        body: {
          paid: decision.paid,
          receipt: await decided(tx, request.principal, cardNo(number), BigInt(loadId), decision),
        },
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
}

async function propose(tx: Transaction, clerk: Principal, number: CardNo, loadId: bigint) {
  const proposed = await proposeCancellation(tx, clerk, number, loadId);
  await requireOwnTill(tx, clerk, number, loadId);
  return viewOf(proposed);
}

async function decided(
  tx: Transaction,
  checker: Principal,
  number: CardNo,
  loadId: bigint,
  decision: { readonly approvalId: bigint; readonly paid: boolean },
): Promise<CancelledLoad | undefined> {
  const receipt = await approveTornDecision(tx, checker, number, loadId, decision);
  return receipt && giveCash(tx, checker, receipt);
}

function viewOf(cancellation: Cancellation): Record<string, unknown> {
  const {
    cardNo: number,
    loadId,
    amount,
    state,
    proposedBy,
    approvedBy,
    debit,
    debitBegunAt,
    postedDate,
  } = cancellation;
  return {
    cardNo: number,
    loadId,
    amountFen: amount,
    state,
    proposedBy,
    approvedBy,
    postedDate,
    debitBegunAt,
    ...(debit !== undefined && { counter: debit.counter }),
  };
}
