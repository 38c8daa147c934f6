import { Readable } from 'node:stream';
import {
  businessDate,
  type Database,
  type HttpServer,
  rolesAllowed,
  type Static,
  transact,
  Type,
} from '@citycard/common';
import { COUNTERPART_KINDS } from '../differences/index.ts';
import { KeptResults } from './kept-result.ts';
import { EVERYBODY } from './plan.ts';
import { MATCH_PLANS } from './plans.ts';
import { approveRetention, proposeRetention, RETENTION_SUBJECTS, retentionInForce } from './retention.ts';
import { findRun, listRuns, orderMatch, startMatch, takePart } from './runs.ts';
import { KEY_COLUMNS, MATCH_STATES, type MatchTerms } from './terms.ts';

const closed = { additionalProperties: false } as const;
const tags = ['matches'];
const Number_ = Type.String({ pattern: '^[1-9][0-9]{0,14}$' });
const RunParams = Type.Object({ runNo: Number_ });
const Days = Type.Integer({ minimum: 0, maximum: 366 });
/** What a file is announced with: half of it is then refused. */
const Manifest = Type.Object(
  {
    lines: Type.Integer({ minimum: 0, maximum: 100_000_000 }),
    amountFen: Type.Integer({ minimum: -Number.MAX_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }),
  },
  closed,
);
const Order = Type.Object(
  {
    plan: Type.String({ pattern: '^[a-z][a-z-]{1,40}$' }),
    counterpartKind: Type.Optional(Type.Union(COUNTERPART_KINDS.map((kind) => Type.Literal(kind)))),
    counterpart: Type.String({ pattern: '^[0-9A-Za-z.-]{1,40}$' }),
    businessDay: Type.String({ format: 'date' }),
    dryRun: Type.Optional(Type.Boolean()),
    promised: Type.Optional(Type.Object({ ours: Type.Optional(Manifest), theirs: Type.Optional(Manifest) }, closed)),
    toleranceFen: Type.Optional(Type.Integer({ minimum: 0, maximum: 1000 })),
    daysBefore: Type.Optional(Days),
    daysAfter: Type.Optional(Days),
    passes: Type.Optional(
      Type.Array(
        Type.Object(
          {
            name: Type.String({ pattern: '^[^\\p{Cc}]{1,60}$' }),
            on: Type.Array(Type.Union(KEY_COLUMNS.map((column) => Type.Literal(column))), {
              minItems: 1,
              maxItems: KEY_COLUMNS.length,
              uniqueItems: true,
            }),
            cardinality: Type.Union((['1-1', '1-n', 'n-1', 'n-m'] as const).map((each) => Type.Literal(each))),
            certain: Type.Boolean(),
          },
          closed,
        ),
        { minItems: 1, maxItems: 8 },
      ),
    ),
  },
  closed,
);
const Wanted = Type.Object(
  {
    plan: Type.Optional(Type.String({ pattern: '^[a-z][a-z-]{1,40}$' })),
    counterpart: Type.Optional(Type.String({ pattern: '^[0-9A-Za-z.-]{1,40}$' })),
    businessDay: Type.Optional(Type.String({ format: 'date' })),
  },
  closed,
);
const PartParams = Type.Object({
  runNo: Number_,
  side: Type.Union([Type.Literal('ours'), Type.Literal('theirs')]),
  partNo: Type.String({ pattern: '^[1-9][0-9]{0,3}$' }),
});
const Lines = Type.Object(
  {
    state: Type.Optional(Type.Union(MATCH_STATES.map((state) => Type.Literal(state)))),
    key: Type.Optional(Type.String({ minLength: 1, maxLength: 150 })),
    ourLine: Type.Optional(Number_),
    theirLine: Type.Optional(Number_),
    breaks: Type.Optional(Type.Boolean()),
    offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 200_000_000 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
  },
  closed,
);
const FileParams = Type.Object({
  runNo: Number_,
  file: Type.Union([Type.Literal('main'), Type.Literal('revised')]),
});

/** A part of a file; longer files come in several. */
const PART_BYTES = 8 * 1024 * 1024;
const LINES = 200;
const READERS = ['finance-maker', 'finance-checker', 'supervisor', 'auditor'] as const;

/** Matches over HTTP: ordered, given their files, started, watched, and asked line by line why. */
export function registerMatchRoutes(server: HttpServer, { db }: { readonly db: Database }): void {
  const results = new KeptResults(db);
  server.addHook('onClose', () => results.close());
  orderRoutes(server, db);
  retentionRoutes(server, db);
  const reading = { onRequest: rolesAllowed(...READERS) };
  server.get(
    '/v1/match-plans',
    { ...reading, schema: { tags, summary: 'What can be matched, and by what terms' } },
    () => ({
      plans: MATCH_PLANS.map(({ name, title, counterpartKind, terms, everybody, ...sides }) => ({
        name,
        title,
        ...(counterpartKind !== undefined && { counterpartKind }),
        terms,
        ...(everybody === true && { counterpart: EVERYBODY }),
        files: (['ours', 'theirs'] as const).filter((side) => sides[side] === undefined),
      })),
    }),
  );
  server.get(
    '/v1/matches',
    {
      ...reading,
      schema: { tags, summary: 'Matches, the newest first, by plan, counterpart or day', querystring: Wanted },
    },
    async ({ query }) => ({ matches: await listRuns(db, query) }),
  );
  server.get(
    '/v1/matches/:runNo',
    { ...reading, schema: { tags, summary: 'How far a match is, and what came out', params: RunParams } },
    async ({ params }) => findRun(db, BigInt(params.runNo)),
  );
  server.get(
    '/v1/matches/:runNo/lines',
    {
      ...reading,
      schema: { tags, summary: 'Lines of a match and why they are so', params: RunParams, querystring: Lines },
    },
    async ({ params, query }) => {
      const { ourLine, theirLine, state, key, breaks } = query;
      const lines = await results.rows(BigInt(params.runNo), {
        ...(state !== undefined && { state }),
        ...(key !== undefined && { key }),
        ...(ourLine !== undefined && { ourLine: Number(ourLine) }),
        ...(theirLine !== undefined && { theirLine: Number(theirLine) }),
        ...(breaks !== undefined && { onlyBreaks: breaks }),
        offset: query.offset ?? 0,
        limit: query.limit ?? LINES,
      });
      return { lines };
    },
  );
  server.get(
    '/v1/matches/:runNo/result/:file',
    { ...reading, schema: { tags, summary: 'The result as it is kept, Parquet', params: FileParams } },
    async ({ params }, reply) => {
      const parts = results.file(BigInt(params.runNo), params.file);
      // The first part is asked for before the answer begins: what cannot be had is an error and no torn file.
      const first = await parts.next();
      const rest = async function* () {
        if (first.done !== true) yield first.value;
        yield* parts;
      };
      return reply.type('application/vnd.apache.parquet').send(Readable.from(rest()));
    },
  );
}

const Retention = {
  what: Type.Union(RETENTION_SUBJECTS.map((what) => Type.Literal(what))),
  keepDays: Type.Integer({ minimum: 7, maximum: 3650 }),
};

function retentionRoutes(server: HttpServer, db: Database): void {
  server.get(
    '/v1/match-retention',
    {
      onRequest: rolesAllowed(...READERS),
      schema: { tags, summary: 'Days files sent for matches are kept; results stay for good' },
    },
    async () => ({ keepDays: await retentionInForce(db) }),
  );
  server.post(
    '/v1/match-retention',
    {
      onRequest: rolesAllowed('finance-maker'),
      schema: { tags, summary: 'Propose how long sent files are kept', body: Type.Object(Retention, closed) },
    },
    async ({ body, principal }, reply) =>
      reply.status(201).send(await transact(db, (tx) => proposeRetention(tx, principal, body))),
  );
  server.post(
    '/v1/match-retention/approval',
    {
      onRequest: rolesAllowed('finance-checker'),
      schema: {
        tags,
        summary: 'Set how long sent files are kept: the second person says the same',
        body: Type.Object({ ...Retention, approvalId: Number_ }, closed),
      },
    },
    async ({ body: { approvalId, ...change }, principal }) =>
      transact(db, (tx) => approveRetention(tx, principal, BigInt(approvalId), change)),
  );
}

function orderRoutes(server: HttpServer, db: Database): void {
  const making = { onRequest: rolesAllowed('finance-maker') };
  server.post(
    '/v1/matches',
    { ...making, schema: { tags, summary: 'Order a match; its files follow', body: Order } },
    async ({ body, principal }, reply) =>
      reply.status(201).send(await transact(db, (tx) => orderMatch(tx, principal, orderOf(body)))),
  );
  server.put(
    '/v1/matches/:runNo/:side/:partNo',
    { ...making, bodyLimit: PART_BYTES, schema: { tags, summary: 'Send a part of a file', params: PartParams } },
    async ({ params, body }, reply) => {
      const content = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
      const part = { side: params.side, partNo: Number(params.partNo), content };
      await transact(db, (tx) => takePart(tx, BigInt(params.runNo), part));
      return reply.status(204).send();
    },
  );
  server.post(
    '/v1/matches/:runNo/start',
    { ...making, schema: { tags, summary: 'Let it run: all files are there', params: RunParams } },
    async ({ params }, reply) =>
      reply.status(202).send(await transact(db, (tx) => startMatch(tx, BigInt(params.runNo)))),
  );
}

function orderOf(body: Static<typeof Order>) {
  const { plan, counterpartKind, counterpart, businessDay, dryRun, promised, ...given } = body;
  const terms: Partial<MatchTerms> = given;
  return {
    plan,
    ...(counterpartKind !== undefined && { counterpartKind }),
    counterpart,
    businessDay: businessDate(businessDay),
    dryRun: dryRun ?? false,
    ...(promised !== undefined && { promised }),
    terms,
  };
}
