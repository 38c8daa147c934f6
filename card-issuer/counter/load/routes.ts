import { fen, type HttpServer, idempotent, rolesAllowed, Type } from '@citycard/common';
import type { HsmClient } from '@citycard/hsm-sim';
import { answers, FenAnswer, Moment, Numbered } from '../../answers.ts';
import { asSeen } from '../../cards/as-seen.ts';
import { AmountFen, CardParams, ReaderName, ShiftId } from '../../request-fields.ts';
import { type ChipDeps, withKnownCard } from '../old-card.ts';
import { storedAnswer } from '../stored-answer.ts';
import { counterLoadsOf } from './begun.ts';
import { counterLoadErrors } from './errors.ts';
import { giveCashBack } from './give-back.ts';
import { bookLoad, loadCardInReader } from './load-card.ts';

const closed = { additionalProperties: false } as const;
const Order = Type.Object(
  {
    reader: ReaderName,
    shiftId: ShiftId,
    cashFen: AmountFen,
    /** Of what waits for the card. */
    collectFen: Type.Optional(AmountFen),
  },
  closed,
);
const Loaded = Type.Object({
  cardNo: Type.String(),
  cashFen: FenAnswer,
  collectedFen: FenAnswer,
  balanceBeforeFen: FenAnswer,
  balanceAfterFen: FenAnswer,
  recovered: Type.Boolean(),
});
const Begun = Type.Object({
  counterLoadNo: Numbered,
  cashFen: FenAnswer,
  collectedFen: FenAnswer,
  balanceBefore: FenAnswer,
  state: Type.String(),
  reader: Type.String(),
  shiftId: Numbered,
  begunAt: Type.Optional(Moment),
});

/** Cash onto the card in the clerk's reader, and what waits for the card with it. */
export function registerCounterLoadRoutes(
  server: HttpServer,
  deps: ChipDeps & { readonly hsm: Pick<HsmClient, 'loadAuthoriseAll' | 'verifyLoadTac'> },
): void {
  const { db } = deps;
  const clerk = { onRequest: rolesAllowed('clerk'), preHandler: asSeen(db) };
  server.post(
    '/v1/cards/:cardNo/counter-loads',
    {
      ...clerk,
      schema: {
        summary: 'Take cash and load the card in the reader; repeat with the same key until it answers',
        params: CardParams,
        body: Order,
        ...answers(Loaded, 201),
      },
    },
    async (request, reply) => {
      const { principal, params, body } = request;
      // A card takes its time, which no transaction waits for; so a stored answer is looked for before.
      const before = await storedAnswer(db, request);
      if (before !== undefined) return reply.status(before.status).send(before.body);
      const [cashFen, collectFen] = [fen(body.cashFen), fen(body.collectFen ?? 0)];
      if (cashFen + collectFen === 0n) throw counterLoadErrors.nothingToLoad();
      const order = {
        key: String(request.headers['idempotency-key']),
        cardNo: params.cardNo,
        reader: body.reader,
        shiftId: BigInt(body.shiftId),
        cashFen,
        collectFen,
      };
      const proved = await withKnownCard(deps, principal, order, (card) =>
        loadCardInReader(deps, principal, card, order),
      );
      const answer = await idempotent(db, request, async (tx) => ({
        status: 201,
        body: await bookLoad(tx, deps, principal, proved),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
  server.get(
    '/v1/cards/:cardNo/counter-loads',
    {
      onRequest: rolesAllowed('clerk', 'auditor'),
      schema: {
        summary: 'Loads of a card at counters, newest first: on the card, in doubt, or with cash that waits',
        params: CardParams,
        ...answers(Type.Object({ loads: Type.Array(Begun) })),
      },
    },
    async ({ params }) => ({
      loads: (await counterLoadsOf(db, params.cardNo)).map(
        ({ counterLoadNo, cashFen, collectedFen, balanceBefore, state, reader, shiftId }) => ({
          counterLoadNo,
          cashFen,
          collectedFen,
          balanceBefore,
          state,
          reader,
          shiftId,
        }),
      ),
    }),
  );
  server.post(
    '/v1/cards/:cardNo/counter-loads/:counterLoadNo/cash-back',
    {
      onRequest: rolesAllowed('clerk'),
      schema: {
        summary: 'Give the cash back of a load that the card did not take',
        params: Type.Object({
          ...CardParams.properties,
          counterLoadNo: Type.String({ pattern: '^[1-9][0-9]{0,17}$' }),
        }),
        body: Type.Object({ shiftId: ShiftId }, closed),
        ...answers(Type.Object({ paidFen: FenAnswer })),
      },
    },
    async (request, reply) => {
      const { cardNo, counterLoadNo } = request.params;
      const order = { cardNo, counterLoadNo: BigInt(counterLoadNo), shiftId: BigInt(request.body.shiftId) };
      const answer = await idempotent(db, request, async (tx) => ({
        status: 200,
        body: await giveCashBack(tx, request.principal, order),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
}
