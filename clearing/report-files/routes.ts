import {
  answers,
  type Database,
  type HttpServer,
  type Principal,
  recordAct,
  rolesAllowed,
  transact,
  Type,
} from '@citycard/common';
import { byteRange } from './byte-range.ts';
import { reportErrors } from './errors.ts';
import { REPORT_FORMATS, type ReportFormat } from './make-set.ts';
import { PERIOD_PATTERN, periodOf, requireClosed } from './period.ts';
import * as said from './answers.ts';

const Period = Type.String({ pattern: PERIOD_PATTERN });
const PeriodParams = Type.Object({ period: Period });
const FileParams = Type.Object({
  period: Period,
  report: Type.String({ pattern: '^[a-z-]{1,40}$' }),
  format: Type.Union(REPORT_FORMATS.map((format) => Type.Literal(format))),
});
const FileQuery = Type.Object({
  subject: Type.Optional(Type.String({ pattern: '^[0-9A-Za-z.-]{4,15}$' })),
});

const READERS = ['finance-maker', 'finance-checker', 'supervisor', 'auditor'] as const;
/** Partners see the sheets that are theirs. */
const PARTNERS = ['operator-partner', 'agent-partner', 'biller-partner', 'city-partner'] as const;

const MEDIA: Readonly<Record<ReportFormat, string>> = {
  pdf: 'application/pdf',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  csv: 'text/csv; charset=utf-8',
  json: 'application/json',
};

/** Report files over HTTP: ordered, listed with their progress, downloaded with their signatures. */
export function registerReportFileRoutes(server: HttpServer, { db }: { readonly db: Database }): void {
  const reading = { onRequest: rolesAllowed(...READERS) };
  const downloading = { onRequest: rolesAllowed(...READERS, ...PARTNERS) };
  server.get(
    '/v1/reports',
    {
      ...reading,
      schema: { summary: 'Sets of report files, newest first, and how far each is', ...answers(said.Sets) },
    },
    async () => ({ sets: await listSets(db) }),
  );
  server.post(
    '/v1/reports/:period',
    {
      ...reading,
      schema: {
        summary: 'Order the report files of a closed day, month or quarter',
        params: PeriodParams,
        ...answers(said.OneSet, 202),
      },
    },
    async ({ params: { period }, principal }, reply) => reply.status(202).send(await order(db, principal, period)),
  );
  server.get(
    '/v1/reports/:period',
    {
      ...downloading,
      schema: {
        summary: 'The files of a set: hash, signer, size; for partners their own',
        params: PeriodParams,
        ...answers(said.OneSet),
      },
    },
    async ({ params: { period }, principal }) => describeSet(db, principal, period),
  );
  server.get(
    '/v1/reports/:period/:report/:format',
    {
      ...downloading,
      schema: { summary: 'A report file, byte for byte as it was signed', params: FileParams, querystring: FileQuery },
    },
    async ({ params, query, principal, headers }, reply) => {
      const { content, sha256 } = await findFile(db, principal, params, query.subject ?? '');
      // A download that broke goes on where it was, as long as it is still the same file.
      const asked = headers['if-range'] ?? `"${sha256}"`;
      const range = asked === `"${sha256}"` ? byteRange(headers.range, content.length) : undefined;
      reply
        .header('content-type', MEDIA[params.format])
        .header('content-disposition', `attachment; filename="${nameOf(params, query.subject)}"`)
        .header('accept-ranges', 'bytes')
        .header('etag', `"${sha256}"`);
      if (range === undefined) return reply.send(content);
      if (range === 'unsatisfiable')
        return reply.status(416).header('content-range', `bytes */${content.length}`).send(Buffer.alloc(0));
      return reply
        .status(206)
        .header('content-range', `bytes ${range.first}-${range.last}/${content.length}`)
        .send(content.subarray(range.first, range.last + 1));
    },
  );
  server.get(
    '/v1/reports/:period/:report/:format/signature',
    {
      ...downloading,
      schema: { summary: 'The detached CMS signature of a report file', params: FileParams, querystring: FileQuery },
    },
    async ({ params, query, principal }, reply) => {
      const file = await findFile(db, principal, params, query.subject ?? '');
      return reply
        .header('content-type', 'application/pkcs7-signature')
        .header('content-disposition', `attachment; filename="${nameOf(params, query.subject)}.p7s"`)
        .send(file.signature);
    },
  );
}

const nameOf = (
  { period, report, format }: { period: string; report: string; format: string },
  subject?: string,
): string => [period, report, ...(subject === undefined ? [] : [subject])].join('-') + `.${format}`;

/** A partner asks for nobody's sheets but its own; staff for all. */
const isPartner = (principal: Principal): boolean => !READERS.some((role) => principal.roles.includes(role));

async function listSets(db: Database): Promise<unknown[]> {
  const { rows } = await db.query(
    `select period, state, files_done as "filesDone", files_total as "filesTotal", ordered_by as "orderedBy", ordered_at as "orderedAt",
            finished_at as "finishedAt", failure from clearing.report_set order by ordered_at desc, period desc limit 400`,
  );
  return rows;
}

async function order(db: Database, principal: Principal, period: string): Promise<unknown> {
  await requireClosed(db, periodOf(period));
  await transact(db, async (tx) => {
    const { rowCount } = await tx.query(
      'insert into clearing.report_set (period, ordered_by) values ($1, $2) on conflict (period) do nothing',
      [period, principal.id],
    );
    if (rowCount === 1) await recordAct(tx, principal, { act: 'reports.order', subject: period });
  });
  return describeSet(db, principal, period);
}

async function describeSet(db: Database, principal: Principal, period: string): Promise<unknown> {
  const { rows } = await db.query<{ state: string; done: number; total: number; failure: string | null }>(
    'select state, files_done as done, files_total as total, failure from clearing.report_set where period = $1',
    [period],
  );
  const set = rows[0];
  if (set === undefined) throw reportErrors.setUnknown({ period });
  const { rows: files } = await db.query(
    `select f.report, nullif(f.subject, '') as subject, f.format, encode(f.content_sha256, 'hex') as sha256, encode(d.content_sha256, 'hex') as "dataSha256",
            length(f.content) as bytes, f.certificate_serial as "certificateSerial", f.made_at as "madeAt"
       from clearing.report_file f join clearing.report_data d using (period, report, subject)
      where f.period = $1 and ($2::text is null or f.subject = $2) order by f.report, f.subject, f.format`,
    [period, isPartner(principal) ? (principal.participantNo ?? '-') : null],
  );
  const progress = { state: set.state, filesDone: set.done, filesTotal: set.total };
  return { period, ...progress, ...(set.failure !== null && { failure: set.failure }), files };
}

/** @throws CityCardError `clearing.reports.file-unknown`, also for what is another participant's */
async function findFile(
  db: Database,
  principal: Principal,
  { period, report, format }: { period: string; report: string; format: string },
  subject: string,
): Promise<{ content: Buffer; signature: Buffer; sha256: string }> {
  const unknown = () => reportErrors.fileUnknown({ period, report, format });
  if (isPartner(principal) && (subject === '' || subject !== principal.participantNo)) throw unknown();
  const { rows } = await db.query<{ content: Buffer; signature: Buffer; sha256: string }>(
    `select content, signature, encode(content_sha256, 'hex') as sha256 from clearing.report_file where period = $1 and report = $2 and subject = $3 and format = $4`,
    [period, report, subject, format],
  );
  if (rows[0] === undefined) throw unknown();
  return rows[0];
}
