import { answers, type Database, type HttpServer, rolesAllowed, transact, Type } from '@citycard/common';
import type { CertificateDeps } from '../certificates/city-ca.ts';
import { registerActivationRoutes } from '../participants/activation-routes.ts';
import { listReports, recordedReport, recordReport, type RecordedReport, verifyReport } from './record.ts';
import { AcceptanceReport, type Kit } from './report.ts';

const readers = ['platform', 'auditor', 'supervisor'] as const;
const Listed = Type.Object({
  reports: Type.Array(
    Type.Object({
      reportNo: Type.Integer(),
      kit: Type.String(),
      candidate: Type.String(),
      softwareVersion: Type.Union([Type.String(), Type.Null()]),
      passed: Type.Boolean(),
      finishedAt: Type.String(),
      recordedBy: Type.String(),
      recordedAt: Type.String(),
    }),
  ),
});
/** A report of 200 cases with their reasons, and a signature, in base64. */
const LONGEST_BASE64 = 600_000;

/**
 * Acceptance reports over HTTP: recorded and signed as the platform, read by those who supervise; and the activation of
 * participants, which needs one. `casesOf` says which
 * cases the kit of this version has: a report that lacks one is no report.
 */
export function registerAcceptanceReportRoutes(
  server: HttpServer,
  deps: { readonly db: Database; readonly hsm: CertificateDeps['hsm']; casesOf(kit: Kit): readonly string[] },
): void {
  const { db, hsm } = deps;
  registerActivationRoutes(server, deps);
  const reading = { onRequest: rolesAllowed(...readers) };

  server.post(
    '/v1/acceptance-reports',
    {
      onRequest: rolesAllowed('platform'),
      schema: { summary: 'Record a report of the acceptance kit and sign it', body: AcceptanceReport },
    },
    async ({ body, principal }, reply) => {
      const recorded = await transact(db, (tx) => recordReport(tx, hsm, principal, body, (kit) => deps.casesOf(kit)));
      return reply.status(201).send(shown(recorded));
    },
  );

  server.get(
    '/v1/acceptance-reports',
    {
      ...reading,
      schema: {
        summary: 'Recorded acceptance reports, newest first',
        querystring: Type.Object({
          candidate: Type.Optional(Type.String({ maxLength: 32 })),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
        }),
        ...answers(Listed),
      },
    },
    async ({ query }) => ({ reports: await listReports(db, query.candidate, query.limit ?? 100) }),
  );

  server.get(
    '/v1/acceptance-reports/:reportNo',
    {
      ...reading,
      schema: {
        summary: 'A recorded acceptance report with its signature',
        params: Type.Object({ reportNo: Type.String({ pattern: '^[0-9]{1,18}$' }) }),
      },
    },
    async ({ params }) => shown(await recordedReport(db, BigInt(params.reportNo))),
  );

  server.post(
    '/v1/acceptance-reports/verification',
    {
      ...reading,
      schema: {
        summary: 'Whether a report and the signature beside it are this city’s',
        body: Type.Object(
          {
            contentBase64: Type.String({ minLength: 4, maxLength: LONGEST_BASE64 }),
            signatureBase64: Type.String({ minLength: 4, maxLength: LONGEST_BASE64 }),
          },
          { additionalProperties: false },
        ),
      },
    },
    async ({ body }) =>
      verifyReport(db, {
        content: Buffer.from(body.contentBase64, 'base64'),
        signature: Buffer.from(body.signatureBase64, 'base64'),
      }),
  );
}

function shown({ reportNo, passed, content, signature }: RecordedReport) {
  return { reportNo, passed, content, signatureBase64: signature.toString('base64') };
}
