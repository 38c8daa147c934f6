import { type Database, fen, type HttpServer, idempotent, rolesAllowed, transact, Type } from '@citycard/common';
import { answers, FenAnswer } from '../answers.ts';
import { writeCsv } from '../spreadsheet/csv.ts';
import { convertAtCounter, convertMatching, waitingBalances } from './convert.ts';
import { approveCorrection, dropDispute, openDispute, proposeCorrection } from './dispute.ts';
import { legacyErrors } from './errors.ts';
import {
  acceptImport,
  importOf,
  type LegacyDeps,
  openLegacyIssuer,
  refuseImport,
  returnedRows,
  stageImport,
} from './import.ts';
import { legacyReport, reportCsv } from './report.ts';

const closed = { additionalProperties: false } as const;
const ParticipantNo = Type.String({ pattern: '^[0-9A-Za-z.-]{4,15}$' });
const LegacyCardNo = Type.String({ pattern: '^[0-9A-Za-z-]{4,32}$' });
const CardNumber = Type.String({ pattern: '^[0-9]{19}$' });
const IssuerParams = Type.Object({ participantNo: ParticipantNo });
const ImportParams = Type.Object({ importId: Type.String({ pattern: '^[0-9]{1,18}$' }) });
const OldCardParams = Type.Object({ participantNo: ParticipantNo, legacyCardNo: LegacyCardNo });
/** Codes, not sentences: what people write about people would bring their names into the act log. */
const Reason = Type.Union([
  Type.Literal('balance-wrong'),
  Type.Literal('holder-wrong'),
  Type.Literal('said-by-former-issuer'),
  Type.Literal('settled'),
]);
/** Number of the letter in which the former issuer gave its word. */
const Reference = Type.String({ pattern: '^[0-9A-Za-z./-]{3,40}$' });
/** A file of two million rows with names. */
const LARGEST_FILE_BYTES = 200 * 1024 * 1024;

/** Old cards of industries over HTTP: files in by two people of finance, conversion at counters, report for everybody who supervises. */
export function registerLegacyRoutes(server: HttpServer, deps: LegacyDeps): void {
  importRoutes(server, deps);
  conversionRoutes(server, deps);
  disputeRoutes(server, deps.db);
  reportRoutes(server, deps.db);
}

function importRoutes(server: HttpServer, deps: LegacyDeps): void {
  const { db } = deps;
  server.put(
    '/v1/legacy-issuers/:participantNo',
    {
      onRequest: rolesAllowed('platform'),
      schema: {
        summary: 'Take over the old cards of a participant',
        params: IssuerParams,
        body: Type.Object({ firstUse: Type.Boolean() }, closed),
      },
    },
    async (request, reply) => {
      const { participantNo } = request.params;
      await transact(db, (tx) => openLegacyIssuer(tx, request.principal, participantNo, request.body.firstUse));
      return reply.status(204).send();
    },
  );
  void server.register((scope, _options, done) => {
    scope.addContentTypeParser(
      'application/octet-stream',
      { parseAs: 'buffer', bodyLimit: LARGEST_FILE_BYTES },
      (_request, body, parsed) => parsed(null, body),
    );
    scope.post(
      '/v1/legacy-issuers/:participantNo/imports',
      {
        onRequest: rolesAllowed('finance-maker'),
        bodyLimit: LARGEST_FILE_BYTES,
        schema: {
          summary: 'Hand in a file; x-manifest and x-signature carry manifest and CMS in base64',
          params: IssuerParams,
        },
      },
      async (request, reply) => {
        const [manifest, signature] = [request.headers['x-manifest'], request.headers['x-signature']];
        if (typeof manifest !== 'string' || typeof signature !== 'string') throw legacyErrors.signatureMissing();
        const { participantNo } = request.params as { participantNo: string };
        const found = await stageImport(deps, request.principal, {
          participantNo,
          content: request.body as Buffer,
          manifest: Buffer.from(manifest, 'base64'),
          signature: Buffer.from(signature, 'base64'),
        });
        return reply.status(201).send(found);
      },
    );
    done();
  });
  const reading = { onRequest: rolesAllowed('finance-maker', 'finance-checker', 'auditor', 'supervisor') };
  server.get('/v1/legacy-imports/:importId', { ...reading, schema: { params: ImportParams } }, (request) =>
    importOf(db, BigInt(request.params.importId)),
  );
  server.get(
    '/v1/legacy-imports/:importId/returned-rows',
    { ...reading, schema: { summary: 'The rows that go back, as a table', params: ImportParams } },
    async (request, reply) => {
      const rows = await returnedRows(db, BigInt(request.params.importId));
      const table = rows.map(({ line, column, reason, amount }) => [line, column, reason, amount]);
      return reply
        .type('text/csv; charset=utf-8')
        .send(writeCsv([['line', 'column', 'reason', 'balanceFen'], ...table]));
    },
  );
  const decisions = [
    ['approval', acceptImport],
    ['refusal', refuseImport],
  ] as const;
  for (const [word, decide] of decisions) {
    server.post(
      `/v1/legacy-imports/:importId/${word}`,
      { onRequest: rolesAllowed('finance-checker'), schema: { params: ImportParams } },
      async (request, reply) => {
        const answer = await idempotent(db, request, async (tx) => ({
          status: 200,
          body: await decide(tx, request.principal, BigInt(request.params.importId)),
        }));
        return reply.status(answer.status).send(answer.body);
      },
    );
  }
}

function conversionRoutes(server: HttpServer, deps: LegacyDeps): void {
  const { db } = deps;
  const clerk = { onRequest: rolesAllowed('clerk') };
  server.get(
    '/v1/cards/:cardNo/legacy-balances',
    {
      ...clerk,
      schema: {
        summary: 'Old cards of the holder that wait for conversion',
        params: Type.Object({ cardNo: CardNumber }),
        ...answers(
          Type.Object({
            balances: Type.Array(
              Type.Object({
                participantNo: Type.String(),
                legacyCardNo: Type.String(),
                amountFen: FenAnswer,
                state: Type.String(),
              }),
            ),
          }),
        ),
      },
    },
    async (request) => ({ balances: await waitingBalances(deps, request.params.cardNo) }),
  );
  const Conversion = Type.Object(
    { participantNo: ParticipantNo, legacyCardNo: LegacyCardNo, surrendered: Type.Optional(Type.Boolean()) },
    closed,
  );
  server.post(
    '/v1/cards/:cardNo/legacy-conversions',
    {
      ...clerk,
      schema: {
        summary: 'Convert an old card: its balance becomes pending credit of this card',
        params: Type.Object({ cardNo: CardNumber }),
        body: Conversion,
        ...answers(
          Type.Object({
            participantNo: Type.String(),
            legacyCardNo: Type.String(),
            cardNo: Type.String(),
            amountFen: FenAnswer,
          }),
          201,
        ),
      },
    },
    async (request, reply) => {
      const asked = { ...request.body, cardNo: request.params.cardNo };
      const answer = await idempotent(db, request, async (tx) => ({
        status: 201,
        body: await convertAtCounter(tx, request.principal, asked),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
  server.post(
    '/v1/legacy-conversions/matching',
    {
      onRequest: rolesAllowed('finance-maker', 'bureau'),
      schema: { summary: 'Convert the old cards of residents who hold a card, where the former issuer agreed to it' },
    },
    // Repeating it finds nothing more to convert.
    (request) => convertMatching(db, request.principal),
  );
}

function disputeRoutes(server: HttpServer, db: Database): void {
  const path = '/v1/legacy-issuers/:participantNo/cards/:legacyCardNo';
  const why = Type.Object({ reason: Reason }, closed);
  const disputes = [
    ['dispute', openDispute],
    ['dispute/withdrawal', dropDispute],
  ] as const;
  for (const [word, act] of disputes) {
    server.post(
      `${path}/${word}`,
      { onRequest: rolesAllowed('clerk', 'finance-maker'), schema: { params: OldCardParams, body: why } },
      async (request, reply) => {
        await transact(db, (tx) => act(tx, request.principal, request.params, request.body.reason));
        return reply.status(204).send();
      },
    );
  }
  const Correction = Type.Object(
    { toFen: Type.Integer({ minimum: 0, maximum: 100_000_000_000 }), reference: Reference },
    closed,
  );
  server.post(
    `${path}/corrections`,
    { onRequest: rolesAllowed('finance-maker'), schema: { params: OldCardParams, body: Correction } },
    async (request, reply) => {
      const { toFen, reference } = request.body;
      const answer = await idempotent(db, request, async (tx) => ({
        status: 201,
        body: await proposeCorrection(tx, request.principal, request.params, { toFen: fen(toFen), reference }),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
  server.post(
    '/v1/legacy-corrections/:approvalId/approval',
    {
      onRequest: rolesAllowed('finance-checker'),
      schema: { params: Type.Object({ approvalId: Type.String({ pattern: '^[0-9]{1,18}$' }) }) },
    },
    async (request, reply) => {
      const answer = await idempotent(db, request, async (tx) => ({
        status: 200,
        body: await approveCorrection(tx, request.principal, BigInt(request.params.approvalId)),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
}

function reportRoutes(server: HttpServer, db: Database): void {
  const reading = { onRequest: rolesAllowed('finance-maker', 'finance-checker', 'auditor', 'supervisor', 'platform') };
  server.get(
    '/v1/legacy-issuers/:participantNo/report',
    { ...reading, schema: { summary: 'What became of the old cards, to the fen', params: IssuerParams } },
    (request) => legacyReport(db, request.params.participantNo),
  );
  server.get(
    '/v1/legacy-issuers/:participantNo/report.csv',
    { ...reading, schema: { params: IssuerParams } },
    async (request, reply) =>
      reply.type('text/csv; charset=utf-8').send(reportCsv(await legacyReport(db, request.params.participantNo))),
  );
}
