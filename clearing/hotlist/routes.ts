import { type Database, type HttpServer, rolesAllowed, transact, Type } from '@citycard/common';
import { applicationSerial, cardNo } from '../purses/card-number.ts';
import { approveRemoval, proposeRemoval, putOnHotlist } from './by-hand.ts';
import { hotlistStory } from './card-locks.ts';
import { hotlistPage } from './hotlist.ts';

const SERIAL = /^[0-9]{20}$/;

const Entry = Type.Object(
  {
    /** 20 digits; cards of other profiles have no card number of ours. */
    applicationSerial: Type.String({ pattern: '^[0-9]{20}$' }),
    reason: Type.String({ minLength: 3, maxLength: 200 }),
  },
  { additionalProperties: false },
);

/** The hotlist over HTTP: its log, what it has of a card, entries of cards that are not ours. */
export function registerHotlistRoutes(server: HttpServer, { db }: { readonly db: Database }): void {
  const platform = { onRequest: rolesAllowed('platform') };
  server.get(
    '/v1/hotlist',
    {
      onRequest: rolesAllowed('platform', 'auditor', 'supervisor', 'clerk', 'operator-partner', 'city-partner'),
      schema: {
        summary: 'Entries after a version, page by page',
        querystring: Type.Object({
          versionHeld: Type.Optional(Type.Integer({ minimum: 0 })),
          index: Type.Optional(Type.Integer({ minimum: 0 })),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
        }),
      },
    },
    async ({ query }) =>
      hotlistPage(db, { versionHeld: query.versionHeld ?? 0, index: query.index ?? 0, limit: query.limit ?? 100 }),
  );
  server.get(
    '/v1/hotlist/cards/:cardNo',
    {
      onRequest: rolesAllowed('platform', 'auditor', 'supervisor', 'clerk'),
      schema: {
        summary: 'What the hotlist has of a card: entries, who put them there, locks by terminals',
        params: Type.Object({ cardNo: Type.String({ maxLength: 24 }) }),
      },
    },
    // Cards of other profiles have no card number of ours: 20 digits are an application serial.
    async ({ params }) =>
      hotlistStory(db, SERIAL.test(params.cardNo) ? params.cardNo : applicationSerial(cardNo(params.cardNo))),
  );
  server.post(
    '/v1/hotlist-entries',
    { ...platform, schema: { summary: 'Put a card that is not ours on the hotlist', body: Entry } },
    async ({ body, principal }, reply) =>
      reply.status(201).send(await transact(db, (tx) => putOnHotlist(tx, principal, body))),
  );
  server.post(
    '/v1/hotlist-removals',
    { ...platform, schema: { summary: 'Propose to take such a card off the hotlist', body: Entry } },
    async ({ body, principal }, reply) =>
      reply.status(201).send(await transact(db, (tx) => proposeRemoval(tx, principal, body))),
  );
  server.post(
    '/v1/hotlist-removals/:removalNo/approval',
    {
      ...platform,
      schema: {
        summary: 'Take it off, as the second person',
        params: Type.Object({ removalNo: Type.String({ pattern: '^[0-9]{1,18}$' }) }),
      },
    },
    async ({ params, principal }) => transact(db, (tx) => approveRemoval(tx, principal, BigInt(params.removalNo))),
  );
}
