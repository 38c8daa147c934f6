import { type Database, fen, type HttpServer, idempotent, rolesAllowed, transact, Type } from '@citycard/common';
import { answers, FenAnswer, Moment, Numbered } from '../answers.ts';
import { issuerErrors } from '../errors.ts';
import { AmountFen, CardParams } from '../request-fields.ts';
import { receiptOfCard, receiptsOfCard, receiptsOfShift } from './receipts.ts';
import { ownShift, shiftsOf } from './shift-list.ts';
import { closeShift, openShift } from './shifts.ts';
import { counterTerms } from './terms.ts';

const closed = { additionalProperties: false } as const;
const Id = Type.String({ pattern: '^[1-9][0-9]{0,17}$' });
const ShiftParams = Type.Object({ shiftId: Id });
const Shift = Type.Object({
  shiftId: Numbered,
  clerk: Type.String(),
  openedAt: Moment,
  closedAt: Type.Optional(Moment),
  countedFen: Type.Optional(FenAnswer),
  overShortFen: Type.Optional(FenAnswer),
  payInSlip: Type.Optional(Type.String()),
  pieces: Type.Optional(Type.Record(Type.String(), Type.Integer())),
});
const ReceiptAnswer = Type.Object({
  receiptNo: Numbered,
  cardNo: Type.String(),
  act: Type.String(),
  shiftId: Type.Optional(Numbered),
  by: Type.String(),
  at: Moment,
  lines: Type.Array(
    Type.Object({
      what: Type.String(),
      amountFen: FenAnswer,
      way: Type.Union([Type.Literal('in'), Type.Literal('out'), Type.Literal('card')]),
    }),
  ),
  notes: Type.Record(Type.String(), Type.String()),
});
const Receipts = Type.Object({ receipts: Type.Array(ReceiptAnswer) });
const Terms = Type.Object({
  products: Type.Array(
    Type.Object({ product: Type.String(), title: Type.String(), depositFen: FenAnswer, hasPin: Type.Boolean() }),
  ),
  passes: Type.Array(
    Type.Object({
      code: Type.String(),
      priceFen: FenAnswer,
      days: Type.Integer(),
      rides: Type.Optional(Type.Integer()),
    }),
  ),
  replacementFeeFen: FenAnswer,
  lossReportDays: Type.Integer(),
  renewalDays: Type.Integer(),
  places: Type.Array(Type.Object({ place: Type.String(), chipKind: Type.String(), blanks: Type.Integer() })),
});

/** Notes and coins by face value in fen; more of one kind than this is a typing mistake. */
const Pieces = Type.Record(
  Type.String({ pattern: '^(1|2|5|10|20|50|100|200|500|1000|2000|5000|10000)$' }),
  Type.Integer({ minimum: 0, maximum: 1_000_000 }),
  { additionalProperties: false },
);
const Closing = Type.Object({ countedFen: AmountFen, pieces: Type.Optional(Pieces) }, closed);

/** A clerk's own desk: shifts, what went through the till, receipts to print again, what is sold today. */
export function registerDeskRoutes(server: HttpServer, { db }: { readonly db: Database }): void {
  const clerk = { onRequest: rolesAllowed('clerk') };
  const reading = { onRequest: rolesAllowed('clerk', 'auditor') };
  server.get(
    '/v1/counter/terms',
    { ...clerk, schema: { summary: 'Products, passes and fees of today, and where blanks lie', ...answers(Terms) } },
    () => counterTerms(db),
  );

  server.post(
    '/v1/shifts',
    {
      ...clerk,
      schema: {
        summary: 'Open a shift with an account for its cash',
        ...answers(Type.Object({ shiftId: Numbered }), 201),
      },
    },
    async (request, reply) => {
      return reply.status(201).send(await transact(db, (tx) => openShift(tx, request.principal)));
    },
  );
  server.get(
    '/v1/shifts',
    {
      ...clerk,
      schema: {
        summary: 'The clerk’s own shifts, newest first, fifty at a time',
        querystring: Type.Object({ before: Type.Optional(Id) }, closed),
        ...answers(Type.Object({ shifts: Type.Array(Shift), next: Type.Optional(Numbered) })),
      },
    },
    async ({ principal, query: { before } }) => {
      const shifts = await shiftsOf(db, principal, before === undefined ? undefined : BigInt(before));
      const last = shifts.at(-1);
      return { shifts, ...(shifts.length === 50 && last !== undefined && { next: last.shiftId }) };
    },
  );
  server.get(
    '/v1/shifts/:shiftId/receipts',
    {
      ...clerk,
      schema: { summary: 'What went through the till of an own shift', params: ShiftParams, ...answers(Receipts) },
    },
    async ({ principal, params }) => {
      const { shiftId } = await ownShift(db, principal, BigInt(params.shiftId));
      return { receipts: await receiptsOfShift(db, shiftId) };
    },
  );
  server.post(
    '/v1/shifts/:shiftId/closing',
    {
      ...clerk,
      schema: {
        summary: 'Count the till and close the shift; what is over or short is booked',
        params: ShiftParams,
        body: Closing,
        ...answers(Type.Object({ overShortFen: FenAnswer, payInSlip: Type.Optional(Type.String()) })),
      },
    },
    async (request, reply) => {
      const { countedFen, pieces } = request.body;
      const answer = await idempotent(db, request, async (tx) => ({
        status: 200,
        body: await closeShift(tx, request.principal, BigInt(request.params.shiftId), fen(countedFen), pieces),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );

  server.get(
    '/v1/cards/:cardNo/receipts',
    {
      ...reading,
      schema: { summary: 'Receipts of a card, newest first, a hundred', params: CardParams, ...answers(Receipts) },
    },
    async ({ params }) => ({ receipts: await receiptsOfCard(db, params.cardNo) }),
  );
  server.get(
    '/v1/cards/:cardNo/receipts/:receiptNo',
    {
      ...reading,
      schema: {
        summary: 'One receipt, to print it again',
        params: Type.Object({ ...CardParams.properties, receiptNo: Id }),
        ...answers(ReceiptAnswer),
      },
    },
    async ({ params }) => {
      const found = await receiptOfCard(db, params.cardNo, BigInt(params.receiptNo));
      if (found === undefined) throw issuerErrors.receiptUnknown();
      return found;
    },
  );
}
