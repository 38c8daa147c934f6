import { type Database, type HttpServer, rolesAllowed, transact, type Transaction, Type } from '@citycard/common';
import { lockCard } from '../cards/blocks.ts';
import type { CardState } from '../cards/life-cycle.ts';
import { issuerErrors } from '../errors.ts';
import type { Protection } from '../protection/protection.ts';
import { readPass } from './caller.ts';
import type { DeskKey } from './desk-key.ts';
import { CardParams } from '../request-fields.ts';
import { DESK_PLACES, Kinds } from './notice-schemas.ts';
import { consentToNotices, noticesTold, withdrawNotices } from './notices.ts';

const closed = { additionalProperties: false } as const;
const tags = ['residents'];
const wishes = {
  channel: Type.Union([Type.Literal('sms'), Type.Literal('paper')]),
  kinds: Kinds,
  language: Type.Union([Type.Literal('zh'), Type.Literal('en')]),
  lowBalanceFen: Type.Integer({ minimum: 0, maximum: 100_000 }),
  phone: Type.Optional(Type.String({ minLength: 11, maxLength: 20 })),
};
const NoticeNos = Type.Array(Type.Integer({ minimum: 1 }), { maxItems: 20 });
export const Pass = Type.String({ minLength: 40, maxLength: 200 });
export const Place = Type.Union(DESK_PLACES.map((place) => Type.Literal(place)));

/** Notices a resident asks for over the desk, and their withdrawal; each with the pass of a look-up. */
export function registerNoticeRoutes(
  server: HttpServer,
  { db, protection, key }: { readonly db: Database; readonly protection: Protection; readonly key: DeskKey },
): void {
  const desk = { onRequest: rolesAllowed('resident-desk') };
  server.post(
    '/v1/resident-desk/notices',
    {
      ...desk,
      schema: {
        tags,
        summary: 'Agree to notices: of loads, a low balance, a loss, money that waits',
        body: Type.Object(
          {
            pass: Pass,
            place: Place,
            ...wishes,
          },
          closed,
        ),
      },
    },
    async ({ body: { pass, place, ...wish }, principal }, reply) => {
      const { cardNo } = await readPass(key, pass, new Date());
      await protection.prepare();
      await transact(db, (tx) => consentToNotices(tx, protection, principal, { cardNo, place }, wish));
      return reply.status(204).send();
    },
  );
  server.post(
    '/v1/resident-desk/notice-withdrawals',
    {
      ...desk,
      schema: {
        tags,
        summary: 'Withdraw the consent; how the person is reached is emptied',
        body: Type.Object({ pass: Pass, place: Place }, closed),
      },
    },
    async ({ body: { pass, place }, principal }, reply) => {
      const { cardNo } = await readPass(key, pass, new Date());
      await transact(db, (tx) => withdrawNotices(tx, principal, { cardNo, place }));
      return reply.status(204).send();
    },
  );
  server.post(
    '/v1/resident-desk/notices-told',
    {
      ...desk,
      schema: {
        tags,
        summary: 'These notices on paper were printed or read',
        body: Type.Object({ pass: Pass, noticeNos: NoticeNos }, closed),
      },
    },
    async ({ body: { pass, noticeNos } }, reply) => {
      const { cardNo } = await readPass(key, pass, new Date());
      await transact(db, (tx) => noticesTold(tx, cardNo, noticeNos.map(BigInt)));
      return reply.status(204).send();
    },
  );
  registerCounterNotices(server, { db, protection });
}

/** The same at a counter, for whoever stands there with the card: a clerk takes it down. */
function registerCounterNotices(
  server: HttpServer,
  { db, protection }: { readonly db: Database; readonly protection: Protection },
): void {
  const clerk = { onRequest: rolesAllowed('clerk') };
  server.post(
    '/v1/cards/:cardNo/notices',
    {
      ...clerk,
      schema: {
        tags,
        summary: 'Take down that the holder agrees to notices; an earlier consent of the card ends with it',
        params: CardParams,
        body: Type.Object(wishes, closed),
      },
    },
    async ({ params: { cardNo }, body, principal }, reply) => {
      await protection.prepare();
      await transact(db, async (tx) => {
        await requireInUse(tx, cardNo);
        await consentToNotices(tx, protection, principal, { cardNo, place: 'counter' }, body);
      });
      return reply.status(204).send();
    },
  );
  server.post(
    '/v1/cards/:cardNo/notice-withdrawals',
    {
      ...clerk,
      schema: {
        tags,
        summary: 'Take down that the holder wants no notices any more; how the person is reached is emptied',
        params: CardParams,
      },
    },
    async ({ params: { cardNo }, principal }, reply) => {
      await transact(db, (tx) => withdrawNotices(tx, principal, { cardNo, place: 'counter' }));
      return reply.status(204).send();
    },
  );
  server.post(
    '/v1/cards/:cardNo/notices-told',
    {
      ...clerk,
      schema: {
        tags,
        summary: 'These notices were handed over on paper at the counter',
        params: CardParams,
        body: Type.Object({ noticeNos: NoticeNos }, closed),
      },
    },
    async ({ params: { cardNo }, body: { noticeNos } }, reply) => {
      await transact(db, (tx) => noticesTold(tx, cardNo, noticeNos.map(BigInt)));
      return reply.status(204).send();
    },
  );
}

const IN_USE: readonly CardState[] = ['active', 'lost-reported', 'lost-confirmed', 'blocked', 'expired'];

/** @throws CityCardError `card-issuer.card-unknown`, `.card-not-ready` */
async function requireInUse(tx: Transaction, cardNo: string): Promise<void> {
  const state = await lockCard(tx, cardNo);
  if (!IN_USE.includes(state)) throw issuerErrors.cardNotReady({ state, step: 'notices' });
}
