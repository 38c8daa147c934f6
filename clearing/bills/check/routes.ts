import {
  businessDate,
  type Database,
  fen,
  type HttpServer,
  rolesAllowed,
  type Principal,
  transact,
  Type,
} from '@citycard/common';
import { type BillerDirectory, findBiller } from '../biller.ts';
import { billErrors } from '../errors.ts';
import { checkBiller, takeStatement } from './check-biller.ts';
import { readCheck } from './compare.ts';
import { approveResolution, proposeResolution } from './resolve.ts';

const closed = { additionalProperties: false } as const;
const CheckParams = Type.Object({
  billerCode: Type.String({ pattern: '^[0-9A-Z]{4}$' }),
  date: Type.String({ format: 'date' }),
});
const Kind = Type.Union([
  Type.Literal('only-ours'),
  Type.Literal('only-theirs'),
  Type.Literal('amount-differs'),
  Type.Literal('outcome-differs'),
  Type.Literal('reported-twice'),
]);
const DifferenceParams = Type.Object({
  billerCode: Type.String({ pattern: '^[0-9A-Z]{4}$' }),
  date: Type.String({ format: 'date' }),
  paymentId: Type.String({ pattern: '^[0-9A-Za-z-]{1,64}$' }),
  kind: Kind,
});
const Resolution = Type.Object(
  {
    action: Type.Union([
      Type.Literal('ask-again'),
      Type.Literal('cancel-ours'),
      Type.Literal('cancel-theirs'),
      Type.Literal('explained'),
    ]),
    reason: Type.String({ minLength: 1, maxLength: 200 }),
  },
  closed,
);
/** About 100 bytes each: what fits a body comfortably. A larger day is asked for, page by page. */
const MOST_LINES = 100_000;
const Statement = Type.Object(
  {
    payments: Type.Array(
      Type.Object(
        {
          paymentId: Type.String({ pattern: '^[0-9A-Za-z-]{1,64}$' }),
          amountFen: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
          outcome: Type.Union([Type.Literal('paid'), Type.Literal('cancelled')]),
          receipt: Type.String({ pattern: '^[ -~]{0,16}$' }),
        },
        closed,
      ),
      { maxItems: MOST_LINES },
    ),
  },
  closed,
);

/** The daily check of both sides (docs/industries.md, "The daily check"). */
export function registerCheckRoutes(
  server: HttpServer,
  deps: { readonly db: Database; readonly billers: BillerDirectory },
): void {
  const { db } = deps;
  const path = '/v1/billers/:billerCode/checks/:date';
  server.get(
    path,
    {
      onRequest: rolesAllowed('finance-maker', 'finance-checker', 'supervisor', 'auditor', 'biller-partner'),
      schema: { summary: 'The check of a day: totals and differences', params: CheckParams },
    },
    async ({ params, principal }) => {
      await refuseOthers(db, principal, params.billerCode);
      const check = await readCheck(db, params.billerCode, params.date);
      if (check === undefined) throw billErrors.checkUnknown({ ...params });
      return check;
    },
  );
  server.post(
    path,
    {
      onRequest: rolesAllowed('finance-maker'),
      schema: { summary: 'Ask a biller what it booked on a day, and compare', params: CheckParams },
    },
    ({ params }) => checkBiller(deps, params.billerCode, businessDate(params.date)),
  );
  server.post(
    '/v1/billers/:billerCode/statements/:date',
    {
      onRequest: rolesAllowed('biller-partner'),
      bodyLimit: 16 * 1024 * 1024,
      schema: { summary: 'Deliver what was booked on a day; it is compared', params: CheckParams, body: Statement },
    },
    async ({ params, body, principal }) => {
      await refuseOthers(db, principal, params.billerCode);
      const lines = body.payments.map((line) => ({ ...line, amountFen: fen(line.amountFen) }));
      return takeStatement(db, params.billerCode, businessDate(params.date), lines);
    },
  );
  server.post(
    `${path}/differences/:paymentId/:kind/resolution`,
    {
      onRequest: rolesAllowed('finance-maker'),
      schema: { summary: 'Propose how to resolve a difference', params: DifferenceParams, body: Resolution },
    },
    async ({ params, body, principal }, reply) => {
      const proposed = await transact(db, (tx) => proposeResolution(tx, principal, params, body));
      return reply.status(201).send(proposed);
    },
  );
  server.post(
    `${path}/differences/:paymentId/:kind/resolution/approval`,
    {
      onRequest: rolesAllowed('finance-checker'),
      schema: { summary: 'Agree, and it is done', params: DifferenceParams },
    },
    ({ params, principal }) => approveResolution(deps, principal, params),
  );
}

async function refuseOthers(db: Database, principal: Principal, billerCode: string): Promise<void> {
  const biller = await findBiller(db, billerCode);
  if (biller === undefined) throw billErrors.billerUnknown({ billerCode });
  if (principal.participantNo !== undefined && principal.participantNo !== biller.participantNo)
    throw billErrors.notYours({ billerCode });
}
