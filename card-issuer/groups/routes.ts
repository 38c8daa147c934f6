import { type HttpServer, idempotent, type Principal, rolesAllowed, transact, Type } from '@citycard/common';
import { bringOldBalances } from '../legacy/convert.ts';
import type { ResidentDeps } from '../residents/index.ts';
import { PHOTO_LIMIT_BYTES } from '../residents/photo.ts';
import { writeCsv } from '../spreadsheet/csv.ts';
import { badRows, findGroup, handInMembers, openGroup } from './application.ts';
import { groupErrors } from './errors.ts';
import { destroyUncollected, handOutGroupCards, orderGroupCards, receiveCard, takeBack } from './hand-out.ts';
import { groupStatus, handOutList, listCsv, listHtml } from './lists.ts';
import { handInPhoto } from './photos.ts';

const closed = { additionalProperties: false } as const;
const GroupParams = Type.Object({ groupId: Type.String({ pattern: '^[0-9]{1,18}$' }) });
const NewGroup = Type.Object(
  {
    kind: Type.Union([Type.Literal('school'), Type.Literal('employer')]),
    name: Type.String({ minLength: 1, maxLength: 100 }),
    product: Type.String({ minLength: 1, maxLength: 40 }),
    contact: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    collectDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 730 })),
  },
  closed,
);
const Cards = Type.Object(
  { cardNos: Type.Array(Type.String({ pattern: '^[0-9]{19}$' }), { minItems: 1, maxItems: 500, uniqueItems: true }) },
  closed,
);
/** A table of 20 000 people with addresses. */
const LARGEST_TABLE_BYTES = 16 * 1024 * 1024;

/** Applications of schools and employers over HTTP. */
export function registerGroupRoutes(server: HttpServer, deps: ResidentDeps): void {
  tableRoutes(server, deps);
  cardRoutes(server, deps);
  listRoutes(server, deps);
}

const officers = { onRequest: rolesAllowed('clerk', 'registrar', 'bureau') };

function tableRoutes(server: HttpServer, deps: ResidentDeps): void {
  const { db } = deps;
  const guard = { onRequest: rolesAllowed('clerk', 'registrar') };
  server.post(
    '/v1/group-applications',
    { ...guard, schema: { summary: 'Open the application of a school or an employer', body: NewGroup } },
    async (request, reply) => {
      const answer = await idempotent(db, request, async (tx) => ({
        status: 201,
        body: await openGroup(tx, request.principal, request.body),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
  void server.register((scope, _options, done) => {
    const types = ['application/octet-stream', 'image/jpeg', 'image/png'];
    for (const type of types.filter((each) => !scope.hasContentTypeParser(each)))
      scope.addContentTypeParser(type, { parseAs: 'buffer' }, (_request, body, parsed) => parsed(null, body));
    scope.post(
      '/v1/group-applications/:groupId/members',
      {
        ...guard,
        bodyLimit: LARGEST_TABLE_BYTES,
        schema: { summary: 'Hand in a table of people, XLSX or CSV; bad rows come back', params: GroupParams },
      },
      async (request, reply) => {
        const { groupId } = request.params as { groupId: string };
        if (!Buffer.isBuffer(request.body)) throw groupErrors.noBytes();
        return reply.status(201).send(await handInMembers(deps, request.principal, BigInt(groupId), request.body));
      },
    );
    scope.post(
      '/v1/group-applications/:groupId/photos',
      {
        ...guard,
        bodyLimit: PHOTO_LIMIT_BYTES,
        schema: { summary: 'Hand in one photo; its name stands in x-photo-name, percent-encoded', params: GroupParams },
      },
      async (request, reply) => {
        const { groupId } = request.params as { groupId: string };
        const name = decodedName(request.headers['x-photo-name']);
        if (!Buffer.isBuffer(request.body)) throw groupErrors.noBytes();
        return reply.status(201).send(await handInPhoto(deps, request.principal, BigInt(groupId), name, request.body));
      },
    );
    done();
  });
  server.get(
    '/v1/group-applications/:groupId/bad-rows.csv',
    { ...officers, schema: { summary: 'The rows that go back: row, column, reason', params: GroupParams } },
    async (request, reply) => {
      const rows = await badRows(db, BigInt(request.params.groupId));
      const table = rows.map(({ line, column, reason }) => [line, column, reason]);
      return reply.type('text/csv; charset=utf-8').send(writeCsv([['line', 'column', 'reason'], ...table]));
    },
  );
}

/** Names of photos are names of people, so they travel in a header: addresses are logged. */
function decodedName(header: string | string[] | undefined): string {
  try {
    const name = typeof header === 'string' ? decodeURIComponent(header) : '';
    if (name !== '' && name.length <= 200) return name;
  } catch {
    // Not percent-encoded: as good as missing.
  }
  throw groupErrors.photoNameMissing();
}

function cardRoutes(server: HttpServer, deps: ResidentDeps): void {
  const { db } = deps;
  const bureau = { onRequest: rolesAllowed('bureau') };
  server.post(
    '/v1/group-applications/:groupId/orders',
    { ...bureau, schema: { summary: 'Order the cards that are missing as a batch', params: GroupParams } },
    async (request, reply) =>
      reply.status(201).send(await orderGroupCards(db, request.principal, BigInt(request.params.groupId))),
  );
  server.post(
    '/v1/group-applications/:groupId/hand-out',
    {
      ...officers,
      schema: { summary: 'Give finished cards to people, 500 at once; repeat until nobody waits', params: GroupParams },
    },
    (request) => handOutGroupCards(db, request.principal, BigInt(request.params.groupId)),
  );
  server.post(
    '/v1/group-applications/:groupId/receipts',
    { ...officers, schema: { summary: 'Signed for: these cards work from now on', params: GroupParams, body: Cards } },
    async (request) => {
      const { cardNos } = request.body;
      const why = `signed for, group ${request.params.groupId}`;
      await transact(db, async (tx) => {
        for (const cardNo of cardNos) await receiveCard(tx, request.principal, cardNo, why);
      });
      for (const cardNo of cardNos) await bringOldBalances(deps, request.principal, cardNo, request.log);
      return { received: cardNos.length };
    },
  );
  server.post(
    '/v1/group-applications/:groupId/uncollected/take-back',
    { ...officers, schema: { summary: 'These cards are back at the counter', params: GroupParams, body: Cards } },
    async (request) => {
      await transact(db, async (tx) => {
        for (const cardNo of request.body.cardNos) await takeBack(tx, request.principal, cardNo);
      });
      return { takenBack: request.body.cardNos.length };
    },
  );
  server.post(
    '/v1/group-applications/:groupId/uncollected/destruction',
    { ...bureau, schema: { summary: 'Destroy what was not collected in time', params: GroupParams } },
    async (request) => ({ destroyed: await destroyUncollected(db, request.principal, BigInt(request.params.groupId)) }),
  );
}

function listRoutes(server: HttpServer, deps: ResidentDeps): void {
  const { db } = deps;
  const readers = { onRequest: rolesAllowed('clerk', 'registrar', 'bureau', 'department-partner') };
  /** The contact of the organisation sees the list of its own group; the staff sees every list. */
  const listOf = async (principal: Principal, id: string) => {
    const group = await findGroup(db, BigInt(id));
    const isStaff = principal.roles.some((role) => role === 'clerk' || role === 'registrar' || role === 'bureau');
    if (!isStaff && group.contact !== principal.id) throw groupErrors.notTheContact();
    return { group, lines: await handOutList(deps, group.groupId) };
  };
  server.get(
    '/v1/group-applications/:groupId',
    { ...officers, schema: { summary: 'Where a group stands, uncollected cards with their age', params: GroupParams } },
    (request) => groupStatus(db, BigInt(request.params.groupId)),
  );
  server.get(
    '/v1/group-applications/:groupId/hand-out-list.html',
    { ...readers, schema: { summary: 'The list to sign, for the printer', params: GroupParams } },
    async (request, reply) => {
      const { group, lines } = await listOf(request.principal, request.params.groupId);
      return reply.type('text/html; charset=utf-8').send(listHtml(group, lines));
    },
  );
  server.get(
    '/v1/group-applications/:groupId/hand-out-list.csv',
    { ...readers, schema: { summary: 'The list to sign, for a spreadsheet', params: GroupParams } },
    async (request, reply) => {
      const { lines } = await listOf(request.principal, request.params.groupId);
      return reply.type('text/csv; charset=utf-8').send(listCsv(lines));
    },
  );
}
