import { fetchBillStatement, findBiller, keepBillStatement, type StatementDeps } from '@citycard/clearing';
import {
  answers,
  businessDate,
  type Database,
  fen,
  type HttpServer,
  idempotent,
  type Principal,
  rolesAllowed,
  type Static,
  transact,
  Type,
} from '@citycard/common';
import { approveBillAction, askBillerFirst, BILL_ACTIONS, type BillKey, proposeBillAction } from './act.ts';
import { BillCheckOfDay } from './answers.ts';
import { type BillCheck, compareBills, readCheck } from './check.ts';
import { billCheckErrors } from './errors.ts';

const closed = { additionalProperties: false } as const;
const tags = ['billers'];
const CheckParams = Type.Object({
  billerCode: Type.String({ pattern: '^[0-9A-Z]{4}$' }),
  date: Type.String({ format: 'date' }),
});
const PaymentId = Type.String({ pattern: '^[0-9A-Za-z-]{1,64}$' });
const DifferenceParams = Type.Object({
  billerCode: Type.String({ pattern: '^[0-9A-Z]{4}$' }),
  date: Type.String({ format: 'date' }),
  paymentId: PaymentId,
  kind: Type.Union(
    (['only-ours', 'only-theirs', 'amount', 'outcome', 'in-doubt', 'duplicate'] as const).map((kind) =>
      Type.Literal(kind),
    ),
  ),
});
const Resolution = Type.Object(
  {
    action: Type.Union(BILL_ACTIONS.map((action) => Type.Literal(action))),
    reason: Type.String({ minLength: 3, maxLength: 200, pattern: '^\\P{Cc}+$' }),
    bearer: Type.Optional(Type.String({ pattern: '^(card|company|[0-9A-Za-z.-]{4,15})$' })),
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
          paymentId: PaymentId,
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

const PATH = '/v1/billers/:billerCode/checks/:date';

/** The daily check of both sides, and what two persons do about a bill (docs/reconciliation.md, "Agents and billers"). */
export function registerBillCheckRoutes(server: HttpServer, deps: StatementDeps): void {
  const { db } = deps;
  server.get(
    PATH,
    {
      onRequest: rolesAllowed('finance-maker', 'finance-checker', 'supervisor', 'auditor', 'biller-partner'),
      schema: {
        tags,
        summary: 'The check of a day: totals and differences',
        params: CheckParams,
        ...answers(BillCheckOfDay),
      },
    },
    async ({ params, principal }) => {
      await refuseOthers(db, principal, params.billerCode);
      return checkOf(db, params);
    },
  );
  server.post(
    PATH,
    {
      onRequest: rolesAllowed('finance-maker'),
      schema: { tags, summary: 'Ask a biller what it booked on a day, and compare', params: CheckParams },
    },
    async ({ params }) => {
      await fetchBillStatement(deps, params.billerCode, businessDate(params.date));
      await transact(db, (tx) => compareBills(tx, params.billerCode, businessDate(params.date)));
      return checkOf(db, params);
    },
  );
  server.post(
    '/v1/billers/:billerCode/statements/:date',
    {
      onRequest: rolesAllowed('biller-partner'),
      bodyLimit: 16 * 1024 * 1024,
      schema: {
        tags,
        summary: 'Deliver what was booked on a day; it is compared',
        params: CheckParams,
        body: Statement,
      },
    },
    async ({ params, body, principal }) => {
      await refuseOthers(db, principal, params.billerCode);
      const lines = body.payments.map((line) => ({ ...line, amountFen: fen(line.amountFen) }));
      const date = businessDate(params.date);
      await transact(db, async (tx) => {
        await keepBillStatement(tx, params.billerCode, date, lines);
        await compareBills(tx, params.billerCode, date);
      });
      return checkOf(db, params);
    },
  );
  actionRoutes(server, deps);
}

function actionRoutes(server: HttpServer, deps: StatementDeps): void {
  const { db } = deps;
  const path = `${PATH}/differences/:paymentId/:kind/resolution`;
  server.post(
    path,
    {
      onRequest: rolesAllowed('finance-maker'),
      schema: { tags, summary: 'Propose what is done about a bill', params: DifferenceParams, body: Resolution },
    },
    async (request, reply) => {
      const { params, body, principal } = request;
      const answer = await idempotent(db, request, async (tx) => ({
        status: 201,
        body: await proposeBillAction(tx, principal, keyOf(params), body),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
  server.post(
    `${path}/approval`,
    {
      onRequest: rolesAllowed('finance-checker'),
      schema: {
        tags,
        summary: 'Agree: the biller is asked where it has to be, and the books follow',
        params: DifferenceParams,
      },
    },
    async (request, reply) => {
      const { params, principal } = request;
      await askBillerFirst(deps, principal, keyOf(params));
      const answer = await idempotent(db, request, async (tx) => ({
        status: 200,
        body: await approveBillAction(tx, principal, keyOf(params)),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
}

const keyOf = (params: Static<typeof DifferenceParams>): BillKey => ({ ...params, date: businessDate(params.date) });

async function checkOf(db: Database, { billerCode, date }: Static<typeof CheckParams>): Promise<BillCheck> {
  const check = await readCheck(db, billerCode, businessDate(date));
  if (check === undefined) throw billCheckErrors.checkUnknown({ billerCode, date });
  return check;
}

async function refuseOthers(db: Database, principal: Principal, billerCode: string): Promise<void> {
  const biller = await findBiller(db, billerCode);
  if (biller === undefined) throw billCheckErrors.billerUnknown({ billerCode });
  if (principal.participantNo !== undefined && principal.participantNo !== biller.participantNo)
    throw billCheckErrors.notYours({ billerCode });
}
