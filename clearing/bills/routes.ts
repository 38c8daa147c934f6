import {
  businessDate,
  type Database,
  type HttpServer,
  idempotent,
  rolesAllowed,
  type Static,
  transact,
  Type,
} from '@citycard/common';
import { codeOfIndustry } from '../industries/code.ts';
import { paymentFile, takeBillFile } from './bill-files.ts';
import { type BillerDirectory, listBillers } from './biller.ts';
import { approveCancellationOfBill, proposeCancellationOfBill } from './cancellation.ts';
import { confirmMeterWrite, dueMeterWrites } from './meter-write.ts';
import { paymentView } from './payment-view.ts';

export interface BillRouteDeps {
  readonly db: Database;
  readonly billers: BillerDirectory;
}

const closed = { additionalProperties: false } as const;
const BillerParams = Type.Object({ billerCode: Type.String({ pattern: '^[0-9A-Z]{4}$' }) });
const FileName = Type.Object({ name: Type.String({ maxLength: 60 }) }, closed);
const Signed = Type.Object({ 'x-signature': Type.String({ pattern: '^[0-9A-Za-z+/=]{1,16384}$' }) });
const PaymentParams = Type.Object({ paymentId: Type.String({ pattern: '^[0-9a-f]{32}$' }) });
/** A day's open bills of a large biller. */
const LARGEST_FILE = 64 * 1024 * 1024;

/** Billers and bill payments over HTTP (docs/industries.md). */
export function registerBillRoutes(server: HttpServer, deps: BillRouteDeps): void {
  billerRoutes(server, deps);
  paymentRoutes(server, deps);
}

function billerRoutes(server: HttpServer, { db }: BillRouteDeps): void {
  server.get(
    '/v1/billers',
    {
      onRequest: rolesAllowed('platform', 'auditor', 'supervisor', 'finance-maker', 'finance-checker', 'clerk'),
      schema: { summary: 'Who can be paid by card' },
    },
    async () => ({ billers: await listBillers(db) }),
  );
  void server.register((scope, _options, done) => {
    scope.addContentTypeParser(
      'application/octet-stream',
      { parseAs: 'buffer', bodyLimit: LARGEST_FILE },
      (_request, body, parsed) => parsed(null, body),
    );
    scope.post(
      '/v1/billers/:billerCode/bill-files',
      {
        onRequest: rolesAllowed('biller-partner'),
        bodyLimit: LARGEST_FILE,
        schema: { summary: 'Deliver open bills', params: BillerParams, querystring: FileName, headers: Signed },
      },
      async (request, reply) => {
        const { billerCode } = request.params as Static<typeof BillerParams>;
        const { name } = request.query as Static<typeof FileName>;
        const content = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        const signature = Buffer.from(String(request.headers['x-signature']), 'base64');
        const taken = await transact(db, (tx) =>
          takeBillFile(tx, request.principal, billerCode, { name, content, signature }),
        );
        return reply.status(taken.repeated ? 200 : 201).send(taken);
      },
    );
    done();
  });
  server.get(
    '/v1/billers/:billerCode/payment-files/:date',
    {
      onRequest: rolesAllowed('biller-partner', 'auditor', 'finance-maker', 'finance-checker'),
      schema: {
        summary: 'What a biller that exchanges files was paid on a day, as CSV',
        params: Type.Object({
          billerCode: Type.String({ pattern: '^[0-9A-Z]{4}$' }),
          date: Type.String({ format: 'date' }),
        }),
      },
    },
    async ({ params, principal }, reply) => {
      const text = await paymentFile(db, principal, params.billerCode, businessDate(params.date));
      return reply.type('text/csv; charset=utf-8').send(text);
    },
  );
}

function paymentRoutes(server: HttpServer, { db, billers }: BillRouteDeps): void {
  server.get(
    '/v1/bill-payments/:paymentId',
    {
      onRequest: rolesAllowed('clerk', 'finance-maker', 'finance-checker', 'auditor', 'supervisor', 'biller-partner'),
      schema: { summary: 'A payment of a bill, with its receipt', params: PaymentParams },
    },
    ({ params, principal }) => paymentView(db, billers, principal, params.paymentId),
  );
  server.post(
    '/v1/bill-payments/:paymentId/cancellation',
    {
      onRequest: rolesAllowed('clerk', 'finance-maker'),
      schema: {
        summary: 'Propose to take a paid bill back',
        params: PaymentParams,
        body: Type.Object({ reason: Type.String({ minLength: 1, maxLength: 200 }) }, closed),
      },
    },
    async (request, reply) => {
      const asked = { paymentId: request.params.paymentId, reason: request.body.reason };
      const answer = await idempotent(db, request, async (tx) => ({
        status: 201,
        body: await proposeCancellationOfBill(tx, request.principal, billers, asked),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
  server.post(
    '/v1/bill-payments/:paymentId/cancellation/approval',
    {
      onRequest: rolesAllowed('finance-checker'),
      schema: { summary: 'Agree; the biller is asked until it decides', params: PaymentParams },
    },
    async (request, reply) => {
      const answer = await idempotent(db, request, async (tx) => ({
        status: 202,
        body: await approveCancellationOfBill(tx, request.principal, request.params.paymentId),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
  server.post(
    '/v1/bill-payments/:paymentId/meter-write',
    {
      onRequest: rolesAllowed('biller-partner'),
      schema: { summary: 'The meter shows that it was written, although nobody reported it', params: PaymentParams },
    },
    async ({ params, principal }, reply) => {
      await transact(db, (tx) => confirmMeterWrite(tx, principal, params.paymentId));
      return reply.status(204).send();
    },
  );
  server.get(
    '/v1/meter-writes/due',
    {
      onRequest: rolesAllowed('clerk', 'finance-maker', 'finance-checker', 'auditor', 'biller-partner'),
      schema: { summary: 'Meters paid for whose write nobody has reported yet' },
    },
    async ({ principal }) => ({
      writes: (await transact(db, (tx) => dueMeterWrites(tx, principal.participantNo))).map(
        ({ cardNo, industry, ...write }) => ({
          ...write,
          code: codeOfIndustry(industry),
          cardNoMasked: `${cardNo.slice(0, 6)}*********${cardNo.slice(-4)}`,
        }),
      ),
    }),
  );
}
