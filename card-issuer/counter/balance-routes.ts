import {
  approveAct,
  cityDate,
  fen,
  type HttpServer,
  idempotent,
  proposeAct,
  recordAct,
  rolesAllowed,
  transact,
  Type,
} from '@citycard/common';
import { cardNo as toCardNo, purseStanding } from '@citycard/clearing';
import { answers, Day, FenAnswer } from '../answers.ts';
import { asSeen } from '../cards/as-seen.ts';
import { BalanceAnswer, MoveAnswer } from '../cards/card-answers.ts';
import { cardLifeErrors } from '../cards/errors.ts';
import { bringOldBalances } from '../legacy/convert.ts';
import type { LegacyDeps } from '../legacy/import.ts';
import { AmountFen, CardNumber, CardParams, ReaderName, ShiftId } from '../request-fields.ts';
import { hindranceOf, movesOf, releaseByDecision } from './balance-moves.ts';
import { type ChipDeps, endWithCard, withKnownCard } from './old-card.ts';
import { writeValidTo } from './card-scripts.ts';
import { extendCard, planExtension, renewCard } from './renew.ts';
import { replaceCard } from './replace.ts';
import { payReturned, returnCard } from './return.ts';

const closed = { additionalProperties: false } as const;

/** Replacing, returning and renewing cards, and the balances that follow. */
export function registerBalanceRoutes(server: HttpServer, deps: ChipDeps & LegacyDeps): void {
  const { db } = deps;
  const clerk = { onRequest: rolesAllowed('clerk'), preHandler: asSeen(db) };

  const Replacement = Type.Object(
    {
      newCardNo: CardNumber,
      shiftId: ShiftId,
      cardHandedIn: Type.Boolean(),
      depositKept: Type.Optional(Type.Boolean()),
      depositFen: Type.Optional(AmountFen),
      reader: Type.Optional(ReaderName),
    },
    closed,
  );
  server.post(
    '/v1/cards/:cardNo/replacement',
    {
      ...clerk,
      schema: {
        summary: 'Give the holder another card in place of this one',
        params: CardParams,
        body: Replacement,
        ...answers(
          Type.Object({ newCardNo: Type.String(), feeFen: FenAnswer, cashTakenFen: FenAnswer, balance: MoveAnswer }),
        ),
      },
    },
    async (request, reply) => {
      const { cardNo } = request.params;
      const { reader, shiftId, depositFen, depositKept, ...order } = request.body;
      const answer = await endWithCard(deps, request.principal, { cardNo, reader }, (says) =>
        idempotent(db, request, async (tx) => ({
          status: 200,
          body: await replaceCard(tx, request.principal, {
            ...order,
            cardNo,
            shiftId: BigInt(shiftId),
            depositKept: depositKept ?? false,
            ...(depositFen !== undefined && { depositFen: fen(depositFen) }),
            ...(says && { cardSays: says }),
          }),
        })),
      );
      await bringOldBalances(deps, request.principal, order.newCardNo, request.log);
      return reply.status(answer.status).send(answer.body);
    },
  );

  const Return = Type.Object(
    {
      shiftId: ShiftId,
      cardHandedIn: Type.Boolean(),
      damaged: Type.Optional(Type.Boolean()),
      reader: Type.Optional(ReaderName),
    },
    closed,
  );
  server.post(
    '/v1/cards/:cardNo/return',
    {
      ...clerk,
      schema: {
        summary: 'Take a card back and refund what it holds',
        params: CardParams,
        body: Return,
        ...answers(Type.Object({ paidFen: FenAnswer, depositFen: FenAnswer, balance: MoveAnswer })),
      },
    },
    async (request, reply) => {
      const { cardNo } = request.params;
      const { reader, shiftId, cardHandedIn, damaged } = request.body;
      const answer = await endWithCard(deps, request.principal, { cardNo, reader }, (says) =>
        idempotent(db, request, async (tx) => ({
          status: 200,
          body: await returnCard(tx, request.principal, {
            cardNo,
            shiftId: BigInt(shiftId),
            cardHandedIn,
            damaged: damaged ?? false,
            ...(says && { cardSays: says }),
          }),
        })),
      );
      return reply.status(answer.status).send(answer.body);
    },
  );
  server.post(
    '/v1/cards/:cardNo/balance-payment',
    {
      ...clerk,
      schema: {
        summary: 'Pay the balance of a returned card that has waited long enough',
        params: CardParams,
        body: Type.Object({ shiftId: ShiftId }, closed),
        ...answers(Type.Object({ paidFen: FenAnswer })),
      },
    },
    async (request, reply) => {
      const order = { cardNo: request.params.cardNo, shiftId: BigInt(request.body.shiftId) };
      const answer = await idempotent(db, request, async (tx) => ({
        status: 200,
        body: await payReturned(tx, request.principal, order),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );

  const Renewal = Type.Object({ newCardNo: CardNumber, shiftId: ShiftId, reader: Type.Optional(ReaderName) }, closed);
  server.post(
    '/v1/cards/:cardNo/renewal',
    {
      ...clerk,
      schema: {
        summary: 'A new card for one that expires',
        params: CardParams,
        body: Renewal,
        ...answers(Type.Object({ newCardNo: Type.String(), cashTakenFen: FenAnswer, balance: MoveAnswer })),
      },
    },
    async (request, reply) => {
      const { cardNo } = request.params;
      const { reader, newCardNo, shiftId } = request.body;
      const answer = await endWithCard(deps, request.principal, { cardNo, reader }, (says) =>
        idempotent(db, request, async (tx) => ({
          status: 200,
          body: await renewCard(tx, request.principal, {
            cardNo,
            newCardNo,
            shiftId: BigInt(shiftId),
            ...(says && { cardSays: says }),
          }),
        })),
      );
      await bringOldBalances(deps, request.principal, newCardNo, request.log);
      return reply.status(answer.status).send(answer.body);
    },
  );
  // A conversation with a card cannot be one transaction: the chip is written first, and a repeat writes the same again.
  server.post(
    '/v1/cards/:cardNo/extension',
    {
      ...clerk,
      schema: {
        summary: 'Write a new validity to the card in the reader',
        params: CardParams,
        body: Type.Object({ reader: ReaderName }, closed),
        ...answers(Type.Object({ cardNo: Type.String(), validTo: Day })),
      },
    },
    async ({ principal, params: { cardNo }, body: { reader } }) => {
      const plan = await transact(db, (tx) => planExtension(tx, cardNo));
      await withKnownCard(deps, principal, { cardNo, reader }, async (card, about) => {
        await writeValidTo(deps.hsm, card, about, plan.validTo);
        await transact(db, (tx) => extendCard(tx, principal, plan));
      });
      return { cardNo, validTo: plan.validTo };
    },
  );

  server.get(
    '/v1/cards/:cardNo/balance',
    {
      onRequest: rolesAllowed('clerk', 'finance-maker', 'finance-checker', 'auditor'),
      schema: {
        summary: 'What a card holds, and what hinders it from following',
        params: CardParams,
        ...answers(BalanceAnswer),
      },
    },
    ({ params }) =>
      transact(db, async (tx) => {
        const standing = await purseStanding(tx, toCardNo(params.cardNo));
        const today = cityDate(new Date());
        const moves = (await movesOf(tx, params.cardNo)).map((move) => {
          const hindrance = move.state === 'waiting' ? hindranceOf(move, standing, today) : undefined;
          return { ...move, ...(hindrance !== undefined && { hindrance }) };
        });
        return { cardNo: params.cardNo, ...standing, moves };
      }),
  );

  const Release = Type.Object({ reason: Type.String({ minLength: 3, maxLength: 200 }) }, closed);
  server.post(
    '/v1/cards/:cardNo/balance-release',
    {
      onRequest: rolesAllowed('finance-maker'),
      schema: {
        summary: 'Propose to let a balance go although purchases are held or missing',
        params: CardParams,
        body: Release,
      },
    },
    async ({ principal, params: { cardNo }, body: { reason } }, reply) => {
      const proposal = await transact(db, async (tx) => {
        if ((await movesOf(tx, cardNo)).length === 0) throw cardLifeErrors.nothingWaiting();
        const made = await proposeAct(tx, principal, {
          act: 'release-balance',
          subject: `card ${cardNo}`,
          content: { cardNo, reason },
        });
        await recordAct(tx, principal, {
          act: 'propose-release-balance',
          subject: `card ${cardNo}`,
          detail: { reason },
        });
        return made;
      });
      return reply.status(201).send(proposal);
    },
  );
  server.post(
    '/v1/cards/:cardNo/balance-release/approval',
    {
      onRequest: rolesAllowed('finance-checker'),
      schema: {
        summary: 'The second person lets it go',
        params: CardParams,
        body: Type.Object({ ...Release.properties, approvalId: Type.Integer({ minimum: 1 }) }, closed),
      },
    },
    async (request, reply) => {
      const { cardNo } = request.params;
      const { approvalId, reason } = request.body;
      const answer = await idempotent(db, request, async (tx) => {
        const { maker } = await approveAct(tx, request.principal, BigInt(approvalId), { cardNo, reason });
        return { status: 200, body: await releaseByDecision(tx, request.principal, cardNo, maker) };
      });
      return reply.status(answer.status).send(answer.body);
    },
  );
}
