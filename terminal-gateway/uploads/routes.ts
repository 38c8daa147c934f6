import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import {
  appendToUpload,
  completeUpload,
  fileOutcomes,
  findFile,
  listFiles,
  listTextAnswers,
  listUploads,
  openUpload,
  outcomesCsv,
  readTextAnswer,
  readUpload,
  type TakenFile,
  type Upload,
  uploadErrors,
  verifyDetachedCms,
} from '@citycard/clearing';
import { answers, type Database, type HttpServer, type Principal, rolesAllowed, Type } from '@citycard/common';
import { gatewayErrors } from '../errors.ts';
import { AnswerFiles, StandingUpload, Uploads } from './answers.ts';

interface UploadRouteDeps {
  readonly db: Database;
  readonly onPurchases?: () => void;
  readonly homeCity?: string;
}

/** Whose files a reader may see: partners their own, officers everybody's. */
const READERS = rolesAllowed('operator-partner', 'biller-partner', 'platform', 'finance-maker', 'auditor');
const SENDERS = rolesAllowed('operator-partner', 'biller-partner');
const FileName = Type.String({ minLength: 1, maxLength: 80 });
const Id = Type.Object({ uploadId: Type.String({ pattern: '^[0-9]{1,18}$' }) });
const Cursor = Type.Optional(Type.String({ pattern: '^[0-9]{1,18}$' }));

/** Purchase files of operators' depots (terminal interface, section 3, Purchase file). */
export function registerUploadRoutes(server: HttpServer, deps: UploadRouteDeps): void {
  void server.register((scope, _options, done) => {
    // The body is handed on as it comes: a file is never in memory.
    scope.addContentTypeParser('application/octet-stream', (_request, payload, parsed) => parsed(null, payload));
    registerFileRoutes(scope, deps);
    registerSessionRoutes(scope, deps);
    registerAnswerRoutes(scope, deps);
    done();
  });
}

function registerFileRoutes(server: HttpServer, deps: UploadRouteDeps): void {
  const { db } = deps;
  server.post(
    '/v1/purchase-files',
    { onRequest: SENDERS, schema: { querystring: Type.Object({ name: FileName }) } },
    async (request, reply) => {
      const { name } = request.query;
      const signature = request.headers['x-signature'];
      if (typeof signature !== 'string') throw gatewayErrors.signatureMissing();
      const bytes = Number(request.headers['content-length'] ?? Number.NaN);
      if (!Number.isSafeInteger(bytes)) throw gatewayErrors.lengthMissing();
      const opened = await open(deps, request.principal, 'request', { name, bytes, signature });
      if (opened.status === 'repeat') return reply.status(200).send(answerOf(opened.file));
      await appendToUpload(db, { uploadId: opened.upload.uploadId, offset: 0 }, bodyOf(request.body));
      const ended = await completeUpload(clearing(deps), opened.upload.uploadId, new Date());
      const file = await resultOf(deps, ended);
      if (file === undefined) throw gatewayErrors.fileCut({ bytes, received: ended.receivedBytes });
      return reply.status(ended.state === 'taken' ? 201 : 200).send(file);
    },
  );
  server.get(
    '/v1/purchase-files',
    {
      onRequest: READERS,
      schema: { querystring: Type.Object({ participantNo: Type.Optional(Type.String()), before: Cursor }) },
    },
    async ({ principal, query }) => {
      const own = ownNumber(principal) ?? query.participantNo;
      const files = await listFiles(db, {
        ...(own === undefined ? {} : { participantNo: own }),
        ...(query.before === undefined ? {} : { before: BigInt(query.before) }),
      });
      return { files };
    },
  );
  const Named = Type.Object({ name: FileName });
  server.get(
    '/v1/purchase-files/:name',
    { onRequest: READERS, schema: { params: Named } },
    async ({ principal, params }) => {
      const file = await knownFile(db, params.name, principal);
      return { ...file, outcomes: await fileOutcomes(db, file) };
    },
  );
  server.get(
    '/v1/purchase-files/:name/outcomes',
    {
      onRequest: READERS,
      schema: { params: Named, querystring: Type.Object({ only: Type.Optional(Type.Literal('exceptions')) }) },
    },
    async ({ principal, params, query }, reply) => {
      const file = await knownFile(db, params.name, principal);
      return reply
        .type('text/csv; charset=utf-8')
        .send(Readable.from(outcomesCsv(db, file, query.only === 'exceptions')));
    },
  );
}

/** A file over several requests: announced, sent on from the byte it stands at, taken with its last byte. */
function registerSessionRoutes(server: HttpServer, deps: UploadRouteDeps): void {
  const { db } = deps;
  server.post(
    '/v1/purchase-uploads',
    {
      onRequest: SENDERS,
      schema: {
        summary: 'Announce a file that is sent in parts; the same again answers the same upload and where it stands',
        ...answers(StandingUpload),
        body: Type.Object({
          fileName: FileName,
          bytes: Type.Integer({ minimum: 0 }),
          signature: Type.String({ maxLength: 100_000 }),
        }),
      },
    },
    async (request, reply) => {
      const { fileName: name, bytes, signature } = request.body;
      const opened = await open(deps, request.principal, 'session', { name, bytes, signature });
      if (opened.status === 'repeat') return reply.status(200).send({ state: 'repeat', file: answerOf(opened.file) });
      return reply.status(opened.upload.receivedBytes === 0 ? 201 : 200).send(standing(opened.upload));
    },
  );
  server.get(
    '/v1/purchase-uploads',
    {
      onRequest: READERS,
      schema: {
        querystring: Type.Object({
          participantNo: Type.Optional(Type.String()),
          state: Type.Optional(
            Type.Union(
              (['receiving', 'taken', 'repeat', 'refused', 'abandoned'] as const).map((state) => Type.Literal(state)),
            ),
          ),
          before: Cursor,
        }),
        ...answers(Uploads),
      },
    },
    async ({ principal, query }) => {
      const own = ownNumber(principal) ?? query.participantNo;
      const uploads = await listUploads(db, {
        ...(own === undefined ? {} : { participantNo: own }),
        ...(query.state === undefined ? {} : { state: query.state }),
        ...(query.before === undefined ? {} : { before: BigInt(query.before) }),
      });
      return { uploads: uploads.map(standing) };
    },
  );
  server.get(
    '/v1/purchase-uploads/:uploadId',
    { onRequest: READERS, schema: { params: Id, ...answers(StandingUpload) } },
    async ({ principal, params }) => {
      const upload = await readUpload(db, BigInt(params.uploadId), ownNumber(principal));
      const file = await takenOf(deps, upload);
      return { ...standing(upload), ...(file === undefined ? {} : { file }) };
    },
  );
  server.put(
    '/v1/purchase-uploads/:uploadId/content',
    {
      onRequest: SENDERS,
      schema: {
        params: Id,
        headers: Type.Object({ 'upload-offset': Type.String({ pattern: '^[0-9]{1,15}$' }) }),
        ...answers(StandingUpload),
      },
    },
    async (request, reply) => {
      const participantNo = participantOf(request.principal);
      const { uploadId } = request.params;
      const at = { uploadId: BigInt(uploadId), participantNo, offset: Number(request.headers['upload-offset']) };
      const carried = await appendToUpload(db, at, bodyOf(request.body));
      const upload = await completeUpload(clearing(deps), carried.uploadId, new Date());
      const file = await resultOf(deps, upload);
      return reply.status(200).send({ ...standing(upload), ...(file === undefined ? {} : { file }) });
    },
  );
}

/** Answer files of operators, in text or CSV; the same bytes as in their outbox folders. */
function registerAnswerRoutes(server: HttpServer, { db }: UploadRouteDeps): void {
  server.get(
    '/v1/operator-answers',
    {
      onRequest: READERS,
      schema: { querystring: Type.Object({ participantNo: Type.Optional(Type.String()) }), ...answers(AnswerFiles) },
    },
    async ({ principal, query }) => ({
      answers: await listTextAnswers(db, ownNumber(principal) ?? query.participantNo),
    }),
  );
  server.get(
    '/v1/operator-answers/:name',
    { onRequest: READERS, schema: { params: Type.Object({ name: FileName }) } },
    async ({ principal, params }, reply) => {
      const content = await readTextAnswer(db, params.name, ownNumber(principal));
      if (content === undefined) throw uploadErrors.fileUnknown({ fileName: params.name });
      return reply.type(typeOf(params.name)).send(content);
    },
  );
}

/** Answers in text are ASCII; decisions are CSV with a signature beside it. */
function typeOf(name: string): string {
  if (name.endsWith('.p7s')) return 'application/pkcs7-signature';
  return name.endsWith('.csv') ? 'text/csv; charset=utf-8' : 'text/plain; charset=us-ascii';
}

async function open(
  deps: UploadRouteDeps,
  principal: Principal,
  channel: 'session' | 'request',
  file: { readonly name: string; readonly bytes: number; readonly signature: string },
) {
  const opened = await openUpload(clearing(deps), {
    participantNo: participantOf(principal),
    channel,
    fileName: file.name,
    bytes: file.bytes,
    signature: Buffer.from(file.signature, 'base64'),
    at: new Date(),
  });
  if (opened.status === 'refused') throw refusal(opened);
  return opened;
}

function clearing({ db, homeCity }: UploadRouteDeps) {
  return { db, verifySignature: verifyDetachedCms, ...(homeCity === undefined ? {} : { homeCity }) };
}

function refusal({ reason, detail }: { readonly reason: string; readonly detail: string }): Error {
  const refuse = reason === 'other-content' ? gatewayErrors.fileKnown : gatewayErrors.fileRefused;
  return refuse({ reason, detail });
}

/** The result of an upload that has ended with its file taken; undefined while it goes on. @throws its refusal */
async function resultOf(deps: UploadRouteDeps, upload: Upload) {
  if (upload.refusal !== undefined) throw refusal(upload.refusal);
  const file = await takenOf(deps, upload);
  if (upload.state === 'taken') deps.onPurchases?.();
  return file;
}

async function takenOf({ db }: UploadRouteDeps, upload: Upload) {
  if (upload.intakeId === undefined) return undefined;
  const file = await findFile(db, upload.fileName, upload.participantNo);
  return file === undefined ? undefined : answerOf(file);
}

/** The first result of a file, the same for every delivery. */
function answerOf({ fileName, sequence, records, amountFen, businessDate, receivedAt }: TakenFile) {
  return { fileName, ...(sequence === undefined ? {} : { sequence }), records, amountFen, businessDate, receivedAt };
}

function standing(upload: Upload) {
  const { uploadId, participantNo, channel, fileName, bytes, receivedBytes, state, refusal: why } = upload;
  const ended = upload.endedAt === undefined ? {} : { endedAt: upload.endedAt };
  return {
    uploadId,
    participantNo,
    channel,
    fileName,
    bytes,
    offset: receivedBytes,
    state,
    ...(why === undefined ? {} : { refusal: why }),
    openedAt: upload.openedAt,
    ...ended,
  };
}

/** Bytes of a body that is no stream, or none, are no file. */
function bodyOf(body: unknown): AsyncIterable<Buffer> {
  return body instanceof Readable ? (body as IncomingMessage) : Readable.from([]);
}

function participantOf({ participantNo }: Principal): string {
  if (participantNo === undefined) throw gatewayErrors.noParticipant();
  return participantNo;
}

/** A partner sees its own; who acts for no participant sees everybody's. */
function ownNumber(principal: Principal): string | undefined {
  return principal.kind === 'partner' ? participantOf(principal) : undefined;
}

async function knownFile(db: Database, name: string, principal: Principal) {
  const file = await findFile(db, name, ownNumber(principal));
  if (file === undefined) throw uploadErrors.fileUnknown({ fileName: name });
  return file;
}
