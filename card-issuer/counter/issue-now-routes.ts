import { fen, type HttpServer, idempotent, rolesAllowed, Type } from '@citycard/common';
import type { HsmClient } from '@citycard/hsm-sim';
import { answers } from '../answers.ts';
import { bringOldBalances } from '../legacy/convert.ts';
import type { LegacyDeps } from '../legacy/import.ts';
import { BUREAU_LOCATION } from '../personalisation/books.ts';
import { CardParams, ReaderName, ShiftId } from '../request-fields.ts';
import type { CounterReaders } from '../readers/reader.ts';
import { CounterDesk } from './issue-now.ts';
import { issueCard } from './issue.ts';
import { holderForNextCard } from './next-card.ts';
import { storedAnswer } from './stored-answer.ts';

/** Place of the stock the blank is taken from; the bureau's desk when nothing is said. */
const Stock = Type.Optional(Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,39}$' }));
const IssueNow = Type.Object(
  {
    reader: Type.String({ minLength: 1, maxLength: 40 }),
    product: Type.String({ minLength: 1, maxLength: 40 }),
    residentId: Type.Integer({ minimum: 1 }),
    depositFen: Type.Integer({ minimum: 0, maximum: 100_000_000 }),
    shiftId: Type.Integer({ minimum: 1 }),
    stock: Stock,
  },
  { additionalProperties: false },
);
const NextCard = Type.Object(
  {
    reader: ReaderName,
    shiftId: ShiftId,
    step: Type.Union([Type.Literal('replacement'), Type.Literal('renewal')]),
    /** The old card's own product when nothing is said. */
    product: Type.Optional(Type.String({ minLength: 1, maxLength: 40 })),
    stock: Stock,
  },
  { additionalProperties: false },
);

const Progress = Type.Object({
  step: Type.Union(
    ['unknown', 'blank', 'writing', 'written', 'read-back', 'set-aside', 'issued'].map((step) => Type.Literal(step)),
  ),
  chipSerial: Type.Optional(Type.String()),
  cardNo: Type.Optional(Type.String()),
  commands: Type.Optional(Type.Integer()),
});

/**
 * `POST /v1/counter/issue-now`: a blank in the reader of the counter becomes the card of the resident who stands there.
 * `POST /v1/cards/{cardNo}/next-card`: it becomes the finished card that replacement or renewal hands over next.
 */
export function registerIssueNowRoutes(
  server: HttpServer,
  deps: LegacyDeps & { readonly hsm: HsmClient; readonly readers: CounterReaders },
): void {
  const desk = new CounterDesk(deps);
  server.post(
    '/v1/counter/issue-now',
    {
      onRequest: rolesAllowed('clerk'),
      schema: {
        summary: 'Personalise the blank in the reader and hand it over, in one go',
        body: IssueNow,
        ...answers(Type.Object({ cardNo: Type.String(), state: Type.String() }), 201),
      },
    },
    async (request, reply) => {
      const { body, principal } = request;
      // The chip takes seconds, which no transaction waits for; so a stored answer is looked for before.
      const before = await storedAnswer(deps.db, request);
      if (before !== undefined) return reply.status(before.status).send(before.body);

      const key = String(request.headers['idempotency-key']);
      const residentId = BigInt(body.residentId);
      const shiftId = BigInt(body.shiftId);
      const { reader, product, stock = BUREAU_LOCATION } = body;
      const cardNo = await desk.makeCard(principal, { key, reader, product, residentId, shiftId, stock });
      const answer = await idempotent(deps.db, request, async (tx) => {
        await issueCard(tx, principal, { cardNo, residentId, depositFen: fen(body.depositFen), shiftId });
        await desk.done(tx, principal, key);
        return { status: 201, body: { cardNo, state: 'active' } };
      });
      await bringOldBalances(deps, principal, cardNo, request.log);
      return reply.status(answer.status).send(answer.body);
    },
  );
  server.post(
    '/v1/cards/:cardNo/next-card',
    {
      onRequest: rolesAllowed('clerk'),
      schema: {
        summary: 'Personalise the blank in the reader, to be handed over in place of this card',
        params: CardParams,
        body: NextCard,
        ...answers(Type.Object({ cardNo: Type.String(), product: Type.String(), state: Type.String() }), 201),
      },
    },
    async (request, reply) => {
      const { body, principal, params } = request;
      const before = await storedAnswer(deps.db, request);
      if (before !== undefined) return reply.status(before.status).send(before.body);

      const key = String(request.headers['idempotency-key']);
      const old = await holderForNextCard(deps.db, params.cardNo, body.step);
      const { reader, stock = BUREAU_LOCATION, product = old.product } = body;
      const cardNo = await desk.makeCard(principal, {
        key,
        reader,
        product,
        residentId: old.residentId,
        shiftId: BigInt(body.shiftId),
        stock,
        inPlaceOf: params.cardNo,
      });
      const answer = await idempotent(deps.db, request, async (tx) => {
        await desk.done(tx, principal, key);
        return { status: 201, body: { cardNo, product, state: 'personalised' } };
      });
      return reply.status(answer.status).send(answer.body);
    },
  );
  server.get(
    '/v1/counter/issue-now/:key',
    {
      onRequest: rolesAllowed('clerk'),
      schema: {
        summary: 'How far the card of a request has come: blank, writing, written, read back',
        params: Type.Object({ key: Type.String({ minLength: 1, maxLength: 255 }) }),
        querystring: Type.Object({ reader: ReaderName }, { additionalProperties: false }),
        ...answers(Progress),
      },
    },
    ({ principal, params, query }) => desk.progress(principal, params.key, query.reader),
  );
}
