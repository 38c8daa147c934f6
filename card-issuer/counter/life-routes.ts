import { fen, type HttpServer, idempotent, recordAct, rolesAllowed, transact, Type } from '@citycard/common';
import { answers, Day } from '../answers.ts';
import { asSeen, cardTag } from '../cards/as-seen.ts';
import { blockCard, lockCard, unblockCard } from '../cards/blocks.ts';
import { CardAnswer, CardHistoryAnswer, SteppedAnswer } from '../cards/card-answers.ts';
import { cardHistory } from '../cards/history.ts';
import { runCardLife } from '../cards/jobs.ts';
import { stepCard } from '../cards/step.ts';
import { cardsOfResident, cardView } from '../cards/view.ts';
import { AmountFen, CardParams, ResidentParams, ShiftId } from '../request-fields.ts';
import type { ResidentDeps } from '../residents/index.ts';
import { reportLossByIdentity } from './find-lost.ts';
import { bringOldBalances } from '../legacy/convert.ts';
import { issueCard } from './issue.ts';
import { callerFacts, reportFound, reportLossByPhone, reportLossFormally } from './loss.ts';

const closed = { additionalProperties: false } as const;
const Reason = Type.Object(
  { reason: Type.String({ minLength: 3, maxLength: 200, pattern: '^[^\\u0000-\\u001f]*$' }) },
  closed,
);
const Facts = Type.Array(Type.Union(callerFacts.map((fact) => Type.Literal(fact))), {
  maxItems: 10,
  uniqueItems: true,
});

/** Steps in the life of a card at a counter or by phone that move no balance, and what is to be seen of it. */
export function registerCardLifeRoutes(server: HttpServer, deps: ResidentDeps): void {
  const { db } = deps;
  const clerk = { onRequest: rolesAllowed('clerk'), preHandler: asSeen(db) };
  const readers = { onRequest: rolesAllowed('clerk', 'registrar', 'auditor') };

  const Issue = Type.Object(
    { residentId: Type.Integer({ minimum: 1 }), depositFen: AmountFen, shiftId: ShiftId },
    closed,
  );
  server.post(
    '/v1/cards/:cardNo/issue',
    { ...clerk, schema: { summary: 'Hand a card over', params: CardParams, body: Issue, ...answers(SteppedAnswer) } },
    async (request, reply) => {
      const { residentId, depositFen, shiftId } = request.body;
      const { cardNo } = request.params;
      const answer = await idempotent(db, request, async (tx) => {
        const order = { cardNo, residentId: BigInt(residentId), depositFen: fen(depositFen), shiftId: BigInt(shiftId) };
        await issueCard(tx, request.principal, order);
        return { status: 200, body: { cardNo, state: 'active' } };
      });
      await bringOldBalances(deps, request.principal, cardNo, request.log);
      return reply.status(answer.status).send(answer.body);
    },
  );
  server.post(
    '/v1/cards/:cardNo/activation',
    {
      ...clerk,
      schema: {
        summary: 'The holder has received the card that was handed out',
        params: CardParams,
        ...answers(SteppedAnswer),
      },
    },
    async ({ principal: actor, params: { cardNo }, log }) => {
      await transact(db, async (tx) => {
        await stepCard(tx, cardNo, 'receive', { actor, why: 'the holder confirms the receipt' });
        await recordAct(tx, actor, { act: 'activate-card', subject: `card ${cardNo}` });
      });
      await bringOldBalances(deps, actor, cardNo, log);
      return { cardNo, state: 'active' };
    },
  );

  const Loss = Type.Object(
    { by: Type.Union([Type.Literal('phone'), Type.Literal('counter')]), checked: Type.Optional(Facts) },
    closed,
  );
  server.post(
    '/v1/cards/:cardNo/loss-report',
    {
      ...clerk,
      schema: {
        summary: 'Close a lost card: by phone for some days, at the counter formally',
        params: CardParams,
        body: Loss,
        ...answers(Type.Object({ ...SteppedAnswer.properties, lapsesOn: Type.Optional(Day) })),
      },
    },
    async ({ principal, params: { cardNo }, body: { by, checked } }) =>
      transact(db, async (tx) => {
        if (by === 'phone') {
          const { lapsesOn } = await reportLossByPhone(tx, principal, cardNo, checked ?? ['card-number']);
          return { cardNo, state: 'lost-reported', lapsesOn };
        }
        await reportLossFormally(tx, principal, cardNo);
        return { cardNo, state: 'lost-confirmed' };
      }),
  );
  const Caller = Type.Object(
    {
      name: Type.String({ minLength: 1, maxLength: 60 }),
      birthDate: Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' }),
      second: Type.Union([
        Type.Object({ phone: Type.String({ minLength: 5, maxLength: 20 }) }, closed),
        Type.Object({ idNumber: Type.String({ minLength: 15, maxLength: 18 }) }, closed),
      ]),
      checked: Type.Optional(Facts),
    },
    closed,
  );
  server.post(
    '/v1/loss-reports',
    {
      onRequest: rolesAllowed('clerk'),
      schema: {
        summary: 'Close the card of a caller who does not know its number',
        body: Caller,
        ...answers(Type.Object({ reports: Type.Array(Type.Object({ card: Type.String(), lapsesOn: Day })) })),
      },
    },
    ({ principal, body: { checked, ...claim } }) =>
      reportLossByIdentity(deps, principal, { ...claim, checked: checked ?? [] }),
  );
  server.post(
    '/v1/cards/:cardNo/found',
    { ...clerk, schema: { summary: 'A lost card was found', params: CardParams, ...answers(SteppedAnswer) } },
    async ({ principal, params: { cardNo } }) => {
      await transact(db, (tx) => reportFound(tx, principal, cardNo));
      return { cardNo, state: 'active' };
    },
  );

  const company = { onRequest: rolesAllowed('clerk', 'registrar'), preHandler: asSeen(db) };
  server.post(
    '/v1/cards/:cardNo/block',
    {
      ...company,
      schema: { summary: 'Close a card for the company', params: CardParams, body: Reason, ...answers(SteppedAnswer) },
    },
    async ({ principal, params: { cardNo }, body: { reason } }) =>
      transact(db, async (tx) => {
        await blockCard(tx, principal, { cardNo, kind: 'company', reason });
        return { cardNo, state: await lockCard(tx, cardNo) };
      }),
  );
  server.post(
    '/v1/cards/:cardNo/unblock',
    {
      ...company,
      schema: {
        summary: 'Take the company’s reason away',
        params: CardParams,
        body: Reason,
        ...answers(SteppedAnswer),
      },
    },
    async ({ principal, params: { cardNo }, body: { reason } }) => {
      const { state } = await transact(db, (tx) => unblockCard(tx, principal, { cardNo, kind: 'company', reason }));
      return { cardNo, state };
    },
  );
  server.post(
    '/v1/cards/:cardNo/destruction',
    {
      ...company,
      schema: {
        summary: 'A card that ended was destroyed',
        params: CardParams,
        body: Reason,
        ...answers(SteppedAnswer),
      },
    },
    async ({ principal: actor, params: { cardNo }, body: { reason } }) => {
      await transact(db, async (tx) => {
        await stepCard(tx, cardNo, 'destroy', { actor, why: reason });
        await recordAct(tx, actor, { act: 'destroy-card', subject: `card ${cardNo}`, detail: { reason } });
      });
      return { cardNo, state: 'destroyed' };
    },
  );

  server.post(
    '/v1/card-life/rounds',
    {
      onRequest: rolesAllowed('platform', 'registrar'),
      schema: { summary: 'Do now what card life does by itself: expiry, lapses, balances that are due' },
    },
    () => runCardLife(db),
  );
  server.get(
    '/v1/cards/:cardNo',
    {
      ...readers,
      schema: { summary: 'A card, with an ETag for If-Match', params: CardParams, ...answers(CardAnswer) },
    },
    async ({ params: { cardNo } }, reply) => {
      const tag = await cardTag(db, cardNo);
      if (tag !== undefined) void reply.header('etag', tag);
      return cardView(deps, cardNo);
    },
  );
  server.get(
    '/v1/cards/:cardNo/history',
    {
      ...readers,
      schema: {
        summary: 'Every step of a card: when, by whom, why',
        params: CardParams,
        ...answers(CardHistoryAnswer),
      },
    },
    async ({ params: { cardNo } }) => ({
      ...(await cardView(deps, cardNo)),
      ...(await cardHistory(db, cardNo)),
    }),
  );
  server.get(
    '/v1/residents/:residentId/cards',
    {
      ...readers,
      schema: {
        summary: 'Cards of a resident, newest first',
        params: ResidentParams,
        ...answers(Type.Object({ cards: Type.Array(CardAnswer) })),
      },
    },
    async ({ params }) => ({ cards: await cardsOfResident(deps, BigInt(params.residentId)) }),
  );
}
