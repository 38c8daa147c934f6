import {
  answers,
  type Database,
  type HttpServer,
  type Principal,
  recordAct,
  rolesAllowed,
  transact,
  Type,
  verifyActLog,
  businessDate,
} from '@citycard/common';
import { REPORT_KEY } from '../acceptance-reports/record.ts';
import { type CertificateDeps, ensureOwnCertificate } from '../certificates/city-ca.ts';
import { signDetachedCms } from '../certificates/sign.ts';
import type { TacHsm } from '../validation/check-tacs.ts';
import { PERIOD_PATTERN, periodOf } from '../report-files/period.ts';
import { auditDataFile } from './data-file.ts';
import { auditErrors } from './errors.ts';
import { evidencePack } from './evidence.ts';
import { answer, ask, close, COMPANY_ROLES, listInquiries } from './inquiries.ts';
import { drawSample, findSample, listSamples, type Sample } from './sample.ts';
import { recomputeTacs } from './recomputed-tacs.ts';
import { viewAt } from './view.ts';
import * as said from './answers.ts';

const Day = Type.String({ pattern: '^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$' });
const Instant = Type.String({ format: 'date-time' });
const Fen = Type.Integer({ minimum: 0 });
const closed = { additionalProperties: false } as const;
const Numbered = Type.Object({ number: Type.String({ pattern: '^[1-9][0-9]{0,14}$' }) });
const Words = Type.String({ minLength: 3, maxLength: 4_000 });

/** Evidence is read record by record: so many are put together within seconds. */
const MOST_DRAWN = 1_000;
const Definition = Type.Object(
  {
    from: Day,
    to: Day,
    seed: Type.String({ minLength: 1, maxLength: 100 }),
    strata: Type.Array(
      Type.Object(
        {
          name: Type.String({ minLength: 1, maxLength: 40 }),
          size: Type.Integer({ minimum: 1, maximum: MOST_DRAWN }),
          participantNo: Type.Optional(Type.String({ pattern: '^[0-9A-Za-z.-]{4,15}$' })),
          industry: Type.Optional(Type.Integer({ minimum: 0, maximum: 255 })),
          minFen: Type.Optional(Fen),
          maxFen: Type.Optional(Fen),
        },
        closed,
      ),
      { minItems: 1, maxItems: 20 },
    ),
  },
  closed,
);

/** The name in the certificate audit data files are signed with; the key is the city's for reports. */
const DATA_FILE_SIGNER = 'audit-data';

interface SignedAuditDeps {
  readonly db: Database;
  readonly hsm: CertificateDeps['hsm'] & TacHsm;
}

/** Looking into the books without asking the company: views of any instant, samples with evidence, data files, inquiries. */
export function registerAuditRoutes(server: HttpServer, { db }: { readonly db: Database }): void {
  const auditing = { onRequest: rolesAllowed('auditor', 'supervisor') };
  server.get(
    '/v1/audit/view',
    {
      ...auditing,
      schema: {
        summary: 'What the system knew at an instant',
        querystring: Type.Object({ at: Instant }),
        ...answers(said.View),
      },
    },
    async ({ query }) => viewAt(db, new Date(query.at)),
  );
  server.get(
    '/v1/acts/verification',
    {
      ...auditing,
      schema: {
        summary: 'Recompute the chain of the act log; names the first line that does not fit',
        ...answers(said.ActsVerified),
      },
    },
    async () => verifyActLog(db),
  );
  server.get(
    '/v1/audit/data/:period',
    {
      ...auditing,
      schema: {
        summary: 'The audit data file of a closed day, month or quarter: CSV with a manifest, as ZIP',
        params: Type.Object({ period: Type.String({ pattern: PERIOD_PATTERN }) }),
      },
    },
    async ({ params: { period }, principal }, reply) => {
      const content = await auditDataFile(db, periodOf(period));
      await note(db, principal, { act: 'audit.data', subject: period });
      return reply.header('content-type', 'application/zip').send(content);
    },
  );
  sampleRoutes(server, db);
  inquiryRoutes(server, db);
}

const note = (db: Database, principal: Principal, act: { readonly act: string; readonly subject: string }) =>
  transact(db, (tx) => recordAct(tx, principal, act));

async function knownSample(db: Database, number: string): Promise<Sample> {
  const sample = await findSample(db, { sampleNo: BigInt(number) });
  if (sample === undefined) throw auditErrors.sampleUnknown({ sampleNo: number });
  return sample;
}

/** What auditing needs the HSM for: TACs computed anew, and the city's signature under a data file. */
export function registerSignedAuditRoutes(server: HttpServer, { db, hsm }: SignedAuditDeps): void {
  const auditing = { onRequest: rolesAllowed('auditor', 'supervisor') };
  server.get(
    '/v1/audit/samples/:number/recomputed-evidence',
    {
      ...auditing,
      schema: { summary: 'The evidence of a sample with every TAC computed anew by the HSM, as ZIP', params: Numbered },
    },
    async ({ params, principal }, reply) => {
      const sample = await knownSample(db, params.number);
      const pack = await evidencePack(db, sample, await recomputeTacs(db, hsm, sample.items));
      await note(db, principal, { act: 'audit.recomputed-evidence', subject: `sample ${params.number}` });
      return reply.header('content-type', 'application/zip').send(pack);
    },
  );
  server.get(
    '/v1/audit/data/:period/signature',
    {
      ...auditing,
      schema: {
        summary: 'The detached CMS signature of the audit data file of a closed period',
        params: Type.Object({ period: Type.String({ pattern: PERIOD_PATTERN }) }),
      },
    },
    async ({ params: { period } }, reply) => {
      const content = await auditDataFile(db, periodOf(period));
      const own = { keyName: REPORT_KEY, usage: 'report-sign', cn: DATA_FILE_SIGNER } as const;
      const { certificatePem } = await transact(db, (tx) => ensureOwnCertificate({ db: tx, hsm }, own));
      const signature = await signDetachedCms(hsm, { keyName: REPORT_KEY, certificatePem, content });
      return reply.header('content-type', 'application/pkcs7-signature').send(signature);
    },
  );
}

function sampleRoutes(server: HttpServer, db: Database): void {
  const auditing = { onRequest: rolesAllowed('auditor', 'supervisor') };
  server.post(
    '/v1/audit/samples',
    {
      ...auditing,
      schema: {
        summary: 'Draw purchase records of closed days by seed and stratum; the same again draws the same',
        body: Definition,
        ...answers(said.OneSample, 201),
      },
    },
    async ({ body, principal }, reply) => {
      const definition = { ...body, from: businessDate(body.from), to: businessDate(body.to) };
      return reply.status(201).send(await transact(db, (tx) => drawSample(tx, principal, definition)));
    },
  );
  server.get(
    '/v1/audit/samples',
    { ...auditing, schema: { summary: 'Samples that were drawn, newest first', ...answers(said.Samples) } },
    async () => ({
      samples: await listSamples(db),
    }),
  );
  server.get(
    '/v1/audit/samples/:number',
    { ...auditing, schema: { summary: 'A sample that was drawn', params: Numbered, ...answers(said.OneSample) } },
    async ({ params }) => knownSample(db, params.number),
  );
  server.get(
    '/v1/audit/samples/:number/evidence',
    { ...auditing, schema: { summary: 'The evidence of every record of a sample, as ZIP', params: Numbered } },
    async ({ params, principal }, reply) => {
      const pack = await evidencePack(db, await knownSample(db, params.number));
      await note(db, principal, { act: 'audit.evidence', subject: `sample ${params.number}` });
      return reply.header('content-type', 'application/zip').send(pack);
    },
  );
}

function inquiryRoutes(server: HttpServer, db: Database): void {
  const auditing = { onRequest: rolesAllowed('auditor', 'supervisor') };
  const reading = { onRequest: rolesAllowed('auditor', 'supervisor', ...COMPANY_ROLES) };
  const one = async (inquiryNo: bigint) => {
    const [inquiry] = await listInquiries(db, inquiryNo);
    if (inquiry === undefined) throw auditErrors.inquiryUnknown({ inquiryNo });
    return inquiry;
  };
  server.get(
    '/v1/audit/inquiries',
    { ...reading, schema: { summary: 'Inquiries with answers, open ones first', ...answers(said.Inquiries) } },
    async () => ({
      inquiries: await listInquiries(db),
    }),
  );
  server.post(
    '/v1/audit/inquiries',
    {
      ...auditing,
      schema: {
        summary: 'Ask the company something, with a deadline',
        body: Type.Object(
          { subject: Type.String({ minLength: 3, maxLength: 200 }), question: Words, deadline: Day },
          closed,
        ),
        ...answers(said.OneInquiry, 201),
      },
    },
    async ({ body, principal }, reply) => {
      const inquiry = { ...body, deadline: businessDate(body.deadline) };
      const { inquiryNo } = await transact(db, (tx) => ask(tx, principal, inquiry));
      return reply.status(201).send(await one(inquiryNo));
    },
  );
  server.get(
    '/v1/audit/inquiries/:number',
    { ...reading, schema: { summary: 'An inquiry with its answers', params: Numbered, ...answers(said.OneInquiry) } },
    async ({ params }) => one(BigInt(params.number)),
  );
  server.post(
    '/v1/audit/inquiries/:number/answers',
    {
      onRequest: rolesAllowed(...COMPANY_ROLES),
      schema: {
        summary: 'Answer for the company',
        params: Numbered,
        body: Type.Object({ answer: Words }, closed),
        ...answers(said.OneInquiry, 201),
      },
    },
    async ({ params, body, principal }, reply) => {
      await transact(db, (tx) => answer(tx, principal, BigInt(params.number), body.answer));
      return reply.status(201).send(await one(BigInt(params.number)));
    },
  );
  server.post(
    '/v1/audit/inquiries/:number/closing',
    {
      ...auditing,
      schema: {
        summary: 'Close an inquiry with what was found',
        params: Numbered,
        body: Type.Object({ finding: Words }, closed),
        ...answers(said.OneInquiry),
      },
    },
    async ({ params, body, principal }) => {
      await transact(db, (tx) => close(tx, principal, BigInt(params.number), body.finding));
      return one(BigInt(params.number));
    },
  );
}
