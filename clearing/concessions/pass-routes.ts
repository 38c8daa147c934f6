import { answers, type Database, fen, type HttpServer, idempotent, rolesAllowed, Type } from '@citycard/common';
import { approveApportionment, listApportionments, proposeApportionment, readApportionment } from './apportion.ts';
import { approvePassFile, findPassFile, passFileLines, proposePassFile, withdrawPassFile } from './pass-file.ts';
import * as said from './answers.ts';

const closed = { additionalProperties: false } as const;
const Code = Type.String({ pattern: '^[a-z][a-z0-9-]{0,19}$' });
const NumberParams = Type.Object({ number: Type.String({ pattern: '^[1-9][0-9]{0,17}$' }) });
const FileParams = Type.Object({ fileId: Type.String({ pattern: '^[1-9][0-9]{0,17}$' }) });
const READERS = ['finance-maker', 'finance-checker', 'supervisor', 'auditor'] as const;
const making = { onRequest: rolesAllowed('finance-maker') };
const checking = { onRequest: rolesAllowed('finance-checker') };
const reading = { onRequest: rolesAllowed(...READERS) };

/** Rows of one file, about; a larger list comes in several. */
const MOST_BYTES = 2_000_000;
const File = Type.Object(
  {
    manifest: Type.Object(
      {
        payer: Type.String({ pattern: '^[0-9A-Za-z.-]{4,15}$' }),
        rows: Type.Integer({ minimum: 1, maximum: 20_000 }),
        totalFen: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
        sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
      },
      closed,
    ),
    csv: Type.String({ minLength: 1, maxLength: MOST_BYTES }),
    account: Type.String({ pattern: '^bank-(custody|receiving):[0-9A-Za-z.-]{1,40}$' }),
    bankReference: Type.String({ pattern: '^[!-~]{1,35}$' }),
    reason: Type.String({ minLength: 1, maxLength: 60, pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]+$' }),
  },
  closed,
);

interface Deps {
  readonly db: Database;
}

/** Passes bought for many cards, and their price given to operators. Selling one to a card is the counter's. */
export function registerPassRoutes(server: HttpServer, deps: Deps): void {
  fileRoutes(server, deps);
  apportionmentRoutes(server, deps);
}

function fileRoutes(server: HttpServer, { db }: Deps): void {
  server.post(
    '/v1/pass-files',
    {
      ...making,
      bodyLimit: MOST_BYTES + 10_000,
      schema: { summary: 'Propose passes for many cards, paid by an employer or a school', body: File },
    },
    async (request, reply) => {
      const { manifest, ...rest } = request.body;
      const file = { ...rest, manifest: { ...manifest, totalFen: fen(manifest.totalFen) } };
      const answer = await idempotent(db, request, async (tx) => ({
        status: 201,
        body: await proposePassFile(tx, request.principal, file),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
  server.get(
    '/v1/pass-files/:fileId',
    { ...reading, schema: { summary: 'What became of a file of passes', params: FileParams } },
    ({ params }) => findPassFile(db, BigInt(params.fileId)),
  );
  server.get(
    '/v1/pass-files/:fileId/lines',
    { ...reading, schema: { summary: 'Its rows: the pass each sold, or why none', params: FileParams } },
    async ({ params }) => ({ lines: await passFileLines(db, BigInt(params.fileId)) }),
  );
  const decide = (path: string, guard: object, summary: string, act: typeof approvePassFile) =>
    server.post(path, { ...guard, schema: { summary, params: FileParams } }, async (request, reply) => {
      const answer = await idempotent(db, request, async (tx) => ({
        status: 200,
        body: await act(tx, request.principal, BigInt(request.params.fileId)),
      }));
      return reply.status(answer.status).send(answer.body);
    });
  decide('/v1/pass-files/:fileId/approval', checking, 'Sell the passes: the second person', approvePassFile);
  decide('/v1/pass-files/:fileId/withdrawal', making, 'Give a proposed file of passes up', withdrawPassFile);
}

function apportionmentRoutes(server: HttpServer, { db }: Deps): void {
  server.post(
    '/v1/pass-apportionments',
    {
      ...making,
      schema: {
        summary: 'Propose to give the price of passes that ended in a month to operators, by rides',
        body: Type.Object({ code: Code, month: Type.String({ pattern: '^[0-9]{4}-(0[1-9]|1[0-2])$' }) }, closed),
        ...answers(said.Apportionment, 201),
      },
    },
    async (request, reply) => {
      const { code, month } = request.body;
      const answer = await idempotent(db, request, async (tx) => ({
        status: 201,
        body: await proposeApportionment(tx, request.principal, code, month),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
  server.get(
    '/v1/pass-apportionments',
    {
      ...reading,
      schema: { summary: 'Divisions of the price of passes, the newest first', ...answers(said.Apportionments) },
    },
    async () => ({ apportionments: await listApportionments(db) }),
  );
  server.get(
    '/v1/pass-apportionments/:number',
    {
      ...reading,
      schema: { summary: 'Who gets what of the price of passes', params: NumberParams, ...answers(said.Apportionment) },
    },
    ({ params }) => readApportionment(db, BigInt(params.number)),
  );
  server.post(
    '/v1/pass-apportionments/:number/approval',
    {
      ...checking,
      schema: {
        summary: 'The second person agrees: operators are owed their parts',
        params: NumberParams,
        ...answers(said.Apportionment),
      },
    },
    async (request, reply) => {
      const answer = await idempotent(db, request, async (tx) => ({
        status: 200,
        body: await approveApportionment(tx, request.principal, BigInt(request.params.number)),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
}
