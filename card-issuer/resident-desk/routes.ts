import { type Database, type HttpServer, rolesAllowed, transact, Type } from '@citycard/common';
import type { CardState } from '../cards/life-cycle.ts';
import { answers } from '../answers.ts';
import { reportLossByPhone } from '../counter/loss.ts';
import type { Protection } from '../protection/protection.ts';
import { CardNumber, CardParams } from '../request-fields.ts';
import { createCallerCheck, newPass, readPass } from './caller.ts';
import { newChallenge, takeProof } from './challenge.ts';
import { createDeskKey } from './desk-key.ts';
import { deskErrors } from './errors.ts';
import { giveBack, reserve } from './limits.ts';
import { CARD_SHEET, cardSheet } from './look-up.ts';
import { Pass, Place, registerNoticeRoutes } from './notice-routes.ts';
import { listServicePoints, POINTS, ServicePoint, setServicePoint } from './service-points.ts';

const closed = { additionalProperties: false } as const;
const tags = ['residents'];
/** An address as the desk process sees it: IP, kiosk number or telephone. It is hashed before anything is kept. */
const Address = Type.String({ minLength: 1, maxLength: 100 });
const Proof = Type.Object(
  { challenge: Type.String({ maxLength: 300 }), counter: Type.Integer({ minimum: 0 }) },
  closed,
);

export interface ResidentDeskDeps {
  readonly db: Database;
  readonly protection: Protection;
}

/**
 * What the desk for residents may do, and all it may do: masked look-ups, loss reports, notices. Its credential has the role
 * `resident-desk` alone. Whoever knew the second fact gets a pass for ten minutes, and with it acts on that one card.
 */
export function registerResidentDeskRoutes(server: HttpServer, { db, protection }: ResidentDeskDeps): void {
  const key = createDeskKey(protection);
  const callers = createCallerCheck({ db, protection });
  const desk = { onRequest: rolesAllowed('resident-desk') };

  server.post(
    '/v1/resident-desk/challenges',
    {
      ...desk,
      schema: {
        tags,
        summary: 'Work a browser does before it asks; harder the more often its address was wrong',
        body: Type.Object({ address: Address }, closed),
        ...answers(
          Type.Object({
            challenge: Type.String(),
            difficulty: Type.Integer({ description: 'Leading zero bits of SHA-256 of challenge, colon, counter' }),
            expiresAt: Type.String(),
          }),
        ),
      },
    },
    ({ body: { address } }) => newChallenge(db, key, address, new Date()),
  );
  server.post(
    '/v1/resident-desk/look-ups',
    {
      ...desk,
      schema: {
        tags,
        summary: 'A card by its number and a second fact, masked; with it a pass for ten minutes',
        body: Type.Object(
          {
            address: Address,
            place: Place,
            cardNo: CardNumber,
            fact: Type.String({ pattern: '^[0-9A-Za-z]{4}$' }),
            proof: Type.Optional(Proof),
          },
          closed,
        ),
        ...answers(Type.Object({ pass: Type.String(), sheet: CARD_SHEET })),
      },
    },
    async ({ body: { place, proof, ...claim } }) => {
      const now = new Date();
      // A telephone or a text message cannot compute; the gateway behind it is known, and the limits hold for it too.
      if (place !== 'text') await takeProof(db, key, claim.address, proof, now);
      await reserve(db, key, claim, now);
      const fact = await callers.check(claim);
      await giveBack(db, key, claim, now);
      const { cardNo } = claim;
      return { pass: await newPass(key, { cardNo, fact }, now), sheet: await cardSheet(db, cardNo) };
    },
  );
  server.post(
    '/v1/resident-desk/pass-checks',
    {
      ...desk,
      schema: {
        tags,
        summary: 'Which card a pass is for; for a case that is opened over the desk',
        body: Type.Object({ pass: Pass }, closed),
        ...answers(Type.Object({ cardNo: Type.String() })),
      },
    },
    async ({ body: { pass } }) => ({ cardNo: (await readPass(key, pass, new Date())).cardNo }),
  );
  server.post(
    '/v1/resident-desk/loss-reports',
    {
      ...desk,
      schema: {
        tags,
        summary: 'Close a lost card at once, as a report by phone does; said again it is the same report',
        body: Type.Object({ pass: Pass }, closed),
        ...answers(Type.Object({ state: Type.String(), lapsesOn: Type.Optional(Type.String()) })),
      },
    },
    async ({ body: { pass }, principal }) => {
      const { cardNo, fact } = await readPass(key, pass, new Date());
      return transact(db, async (tx) => {
        const { rows } = await tx.query<{ state: CardState; lapses_on: string | null }>(
          `select state, (select max(lapses_on) from issuer.loss_report l where l.card_no = c.card_no and l.ended_at is null) as lapses_on
             from issuer.card c where card_no = $1 for update`,
          [cardNo],
        );
        const card = rows[0];
        if (card?.state === 'lost-reported' || card?.state === 'lost-confirmed')
          return { state: card.state, ...(card.lapses_on !== null && { lapsesOn: card.lapses_on }) };
        if (card?.state !== 'active') throw deskErrors.notOpen({ state: card?.state ?? 'without a holder' });
        const { lapsesOn } = await reportLossByPhone(tx, principal, cardNo, ['card-number', fact]);
        return { state: 'lost-reported', lapsesOn };
      });
    },
  );
  registerNoticeRoutes(server, { db, protection, key });
  server.get(
    '/v1/service-points',
    {
      onRequest: rolesAllowed('resident-desk', 'clerk', 'platform', 'auditor', 'agent-partner'),
      schema: {
        tags,
        summary: 'Where residents load, collect what waits for them and are served',
        querystring: Type.Object(
          {
            service: Type.Optional(Type.String({ pattern: '^[a-z]{4,10}$' })),
            district: Type.Optional(Type.String({ pattern: '^[0-9]{6}$' })),
          },
          closed,
        ),
        ...answers(POINTS),
      },
    },
    async ({ query }) => ({ points: await listServicePoints(db, query) }),
  );
  server.put(
    '/v1/service-points/:pointCode',
    {
      onRequest: rolesAllowed('platform'),
      schema: {
        tags,
        summary: 'Put a place on the list of service points, or change it',
        params: Type.Object({ pointCode: Type.String({ pattern: '^[A-Z0-9-]{2,20}$' }) }),
        body: Type.Object(ServicePoint, closed),
      },
    },
    async ({ params: { pointCode }, body, principal }, reply) => {
      await transact(db, (tx) => setServicePoint(tx, principal, pointCode, body));
      return reply.status(204).send();
    },
  );
  server.get(
    '/v1/cards/:cardNo/sheet',
    {
      onRequest: rolesAllowed('clerk'),
      schema: {
        tags,
        summary: 'What a resident reads about a card, for paper at the counter',
        params: CardParams,
        ...answers(CARD_SHEET),
      },
    },
    ({ params: { cardNo } }) => cardSheet(db, cardNo),
  );
}
