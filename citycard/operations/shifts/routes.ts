import { answers, type Database, type HttpServer, rolesAllowed, transact, Type } from '@citycard/common';
import { endedPoints, endHandover, endPoint, handOver, listHandovers, openPoint, openPoints } from './shift-log.ts';

const PAGE = 20;
const RECENT_POINTS = 50;
const No = Type.String({ pattern: '^[1-9][0-9]{0,17}$' });
const Words = Type.String({ minLength: 1, maxLength: 2000, pattern: String.raw`\S` });
const ShortWords = Type.String({ minLength: 1, maxLength: 500, pattern: String.raw`\S` });
const Maybe = Type.Union([Type.String(), Type.Null()]);
const Point = Type.Object({
  pointNo: Type.Integer(),
  words: Type.String(),
  openedBy: Type.String(),
  openedAt: Type.String(),
  endedBy: Maybe,
  endedAt: Maybe,
  endWords: Maybe,
});
const Handover = Type.Object({
  handoverNo: Type.Integer(),
  words: Type.String(),
  handedBy: Type.String(),
  handedAt: Type.String(),
  outcome: Maybe,
  endWords: Maybe,
  endedBy: Maybe,
  endedAt: Maybe,
  points: Type.Array(Type.Object({ pointNo: Type.Integer(), words: Type.String() })),
});
const strict = { additionalProperties: false };

/** The log of shifts: who gave the installation to whom, with which open points (docs/portal.md, "Platform"). */
export function registerShiftRoutes(server: HttpServer, { db }: { readonly db: Database }): void {
  const readers = { onRequest: rolesAllowed('platform', 'auditor') };
  const platform = { onRequest: rolesAllowed('platform') };
  server.get(
    '/v1/operations/handovers',
    {
      ...readers,
      schema: {
        summary: 'Hand-overs of shifts, newest first, and the points that are open',
        querystring: Type.Object({ cursor: Type.Optional(No) }, strict),
        ...answers(
          Type.Object({
            handovers: Type.Array(Handover),
            openPoints: Type.Array(Point),
            endedPoints: Type.Array(Point),
            next: Type.Optional(Type.String()),
          }),
        ),
      },
    },
    async ({ query: { cursor } }) => {
      const page = { limit: PAGE, ...(cursor !== undefined && { before: BigInt(cursor) }) };
      const [handovers, open, ended] = await Promise.all([
        listHandovers(db, page),
        openPoints(db),
        endedPoints(db, RECENT_POINTS),
      ]);
      const last = handovers.length === PAGE ? handovers.at(-1) : undefined;
      return {
        handovers,
        openPoints: open,
        endedPoints: ended,
        ...(last !== undefined && { next: last.handoverNo.toString() }),
      };
    },
  );
  server.post(
    '/v1/operations/handovers',
    {
      ...platform,
      schema: {
        summary: 'Give the shift away, with every open point',
        body: Type.Object({ words: Words }, strict),
        ...answers(Type.Object({ handoverNo: Type.Integer() }), 201),
      },
    },
    async ({ body, principal }, reply) =>
      reply.status(201).send(await transact(db, (tx) => handOver(tx, principal, body.words))),
  );
  for (const [path, outcome, summary] of [
    ['taking', 'taken', 'Take a shift over, as another person'],
    ['withdrawal', 'withdrawn', 'Take one’s own hand-over back'],
  ] as const)
    server.post(
      `/v1/operations/handovers/:handoverNo/${path}`,
      {
        ...platform,
        schema: {
          summary,
          params: Type.Object({ handoverNo: No }),
          body: Type.Object({ words: Type.String({ maxLength: 2000 }) }, strict),
          ...answers(Type.Object({ handoverNo: Type.Integer(), outcome: Type.String() })),
        },
      },
      async ({ params, body: { words }, principal }) => {
        const handoverNo = BigInt(params.handoverNo);
        await transact(db, (tx) => endHandover(tx, principal, handoverNo, { outcome, words }));
        return { handoverNo, outcome };
      },
    );
  server.post(
    '/v1/operations/shift-points',
    {
      ...platform,
      schema: {
        summary: 'Note a point that the next shifts have to look after',
        body: Type.Object({ words: ShortWords }, strict),
        ...answers(Type.Object({ pointNo: Type.Integer() }), 201),
      },
    },
    async ({ body, principal }, reply) =>
      reply.status(201).send(await transact(db, (tx) => openPoint(tx, principal, body.words))),
  );
  server.post(
    '/v1/operations/shift-points/:pointNo/end',
    {
      ...platform,
      schema: {
        summary: 'Say how a point ended',
        params: Type.Object({ pointNo: No }),
        body: Type.Object({ words: ShortWords }, strict),
        ...answers(Type.Object({ pointNo: Type.Integer() })),
      },
    },
    async ({ params, body, principal }) => {
      const pointNo = BigInt(params.pointNo);
      await transact(db, (tx) => endPoint(tx, principal, pointNo, body.words));
      return { pointNo };
    },
  );
}
