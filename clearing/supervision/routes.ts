import {
  answers,
  addDays,
  businessDate,
  type Database,
  fen,
  type HttpServer,
  idempotent,
  rolesAllowed,
  transact,
  Type,
} from '@citycard/common';
import { approveAgentCap, listAgentCaps, proposeAgentCap } from '../float/agent-caps.ts';
import { approveFeeWithdrawal, listFeeWithdrawals, proposeFeeWithdrawal } from '../float/fee-withdrawal.ts';
import { floatHistory } from '../float/history.ts';
import { readLiveFigures } from '../float/live.ts';
import { explainProof, openProofs } from '../float/proofs.ts';
import { permittedMovements } from '../ledger/permitted-movements.ts';
import { supervisionErrors } from './errors.ts';
import { approveRuleChange, proposeRuleChange, type RuleChange, rulesInForce } from './rule-book.ts';
import { RULES } from './rules.ts';
import * as said from './answers.ts';

const closed = { additionalProperties: false } as const;
const READERS = ['supervisor', 'auditor', 'finance-maker', 'finance-checker', 'platform'] as const;
const reading = { onRequest: rolesAllowed(...READERS) };
const supervising = { onRequest: rolesAllowed('supervisor') };
/** Three years and a day: what a chart can still show. */
const LONGEST_HISTORY_DAYS = 1_097;

const Day = Type.String({ format: 'date' });
const ApprovalId = Type.String({ pattern: '^[1-9][0-9]{0,17}$' });
const Amount = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const RuleWords = Type.Object(
  {
    severity: Type.Optional(Type.Union([Type.Literal('notice'), Type.Literal('warning'), Type.Literal('critical')])),
    thresholds: Type.Optional(Type.Record(Type.String({ pattern: '^[A-Za-z]{1,40}$' }), Type.Integer())),
    escalateMinutes: Type.Optional(Type.Integer()),
    repeatMinutes: Type.Optional(Type.Integer()),
  },
  closed,
);
const RuleParams = Type.Object({ rule: Type.String({ maxLength: 60 }) });
const CapWords = Type.Object(
  { capFen: Amount, coverFen: Amount, coverNote: Type.String({ minLength: 3, maxLength: 200 }) },
  closed,
);
const AgentParams = Type.Object({ participantNo: Type.String({ pattern: '^[0-9A-Za-z.-]{4,15}$' }) });

/** Supervision over HTTP: figures, history, proofs, uses of money, rules, caps of agents, fee withdrawals. */
export function registerSupervisionRoutes(server: HttpServer, { db }: { readonly db: Database }): void {
  figureRoutes(server, db);
  ruleRoutes(server, db);
  capRoutes(server, db);
  withdrawalRoutes(server, db);
}

function figureRoutes(server: HttpServer, db: Database): void {
  server.get(
    '/v1/supervision/live',
    { ...reading, schema: { summary: 'The figures of supervision and how old they are', ...answers(said.Live) } },
    async () => {
      const live = await readLiveFigures(db);
      if (live === undefined) throw supervisionErrors.liveMissing();
      return live;
    },
  );
  server.get(
    '/v1/supervision/history',
    {
      ...reading,
      schema: {
        summary: 'Figures of closed days as columns, for charts',
        querystring: Type.Object({ from: Day, to: Day }),
        ...answers(said.History),
      },
    },
    async ({ query }) => {
      const [from, to] = [businessDate(query.from), businessDate(query.to)];
      if (from > to || addDays(from, LONGEST_HISTORY_DAYS) < to)
        throw supervisionErrors.rangeReversed({ most: LONGEST_HISTORY_DAYS });
      return floatHistory(db, from, to);
    },
  );
  server.get(
    '/v1/supervision/differences',
    {
      ...reading,
      schema: {
        summary: 'Bank accounts of closed days that are not proved, the oldest first',
        ...answers(said.Proofs),
      },
    },
    async () => ({ differences: await openProofs(db) }),
  );
  server.post(
    '/v1/supervision/differences/:date/:account/explanation',
    {
      ...supervising,
      schema: {
        summary: 'Write down why a bank account of a closed day is not proved',
        params: Type.Object({ date: Day, account: Type.String({ pattern: '^bank-[a-z-]+:[0-9A-Za-z.-]{1,40}$' }) }),
        body: Type.Object({ explanation: Type.String({ minLength: 10, maxLength: 1_000 }) }, closed),
      },
    },
    async ({ params, body, principal }, reply) => {
      const proof = { date: businessDate(params.date), account: params.account, explanation: body.explanation };
      await transact(db, (tx) => explainProof(tx, principal, proof));
      return reply.status(204).send();
    },
  );
  server.get(
    '/v1/supervision/movements',
    { ...reading, schema: { summary: 'What bank money, cash and income may be used for', ...answers(said.Movements) } },
    async () => ({ movements: await permittedMovements(db) }),
  );
}

function ruleRoutes(server: HttpServer, db: Database): void {
  server.get(
    '/v1/supervision/rules',
    {
      ...reading,
      schema: { summary: 'Rules in force, their thresholds and the bounds of those', ...answers(said.Rules) },
    },
    async () => ({
      rules: [...(await rulesInForce(db)).values()].map((rule) => ({ ...rule, bounds: RULES[rule.rule].thresholds })),
    }),
  );
  server.post(
    '/v1/supervision/rules/:rule',
    {
      ...supervising,
      schema: {
        summary: 'Propose to change a rule',
        params: RuleParams,
        body: RuleWords,
        ...answers(said.Proposed, 202),
      },
    },
    async ({ params, body, principal }, reply) => {
      const change = { rule: params.rule, ...body } as RuleChange;
      return reply.status(202).send(await transact(db, (tx) => proposeRuleChange(tx, principal, change)));
    },
  );
  server.post(
    '/v1/supervision/rules/:rule/approval/:approvalId',
    {
      ...supervising,
      schema: {
        summary: 'The second supervisor says the same: it holds at once',
        params: Type.Object({ ...RuleParams.properties, approvalId: ApprovalId }),
        body: RuleWords,
      },
    },
    async ({ params, body, principal }) => {
      const change = { rule: params.rule, ...body } as RuleChange;
      return transact(db, (tx) => approveRuleChange(tx, principal, BigInt(params.approvalId), change));
    },
  );
}

function capRoutes(server: HttpServer, db: Database): void {
  const capOf = (
    participantNo: string,
    { capFen, coverFen, coverNote }: { capFen: number; coverFen: number; coverNote: string },
  ) => ({
    participantNo,
    capFen: fen(capFen),
    coverFen: fen(coverFen),
    coverNote,
  });
  server.get(
    '/v1/agent-caps',
    {
      ...reading,
      schema: { summary: 'Net debit caps of load agents and their cover, every version', ...answers(said.Caps) },
    },
    async () => ({ caps: await listAgentCaps(db) }),
  );
  server.post(
    '/v1/agent-caps/:participantNo',
    {
      onRequest: rolesAllowed('finance-maker'),
      schema: {
        summary: 'Propose how far below zero an agent may go',
        params: AgentParams,
        body: CapWords,
        ...answers(said.Proposed, 202),
      },
    },
    async ({ params, body, principal }, reply) => {
      const cap = capOf(params.participantNo, body);
      return reply.status(202).send(await transact(db, (tx) => proposeAgentCap(tx, principal, cap)));
    },
  );
  server.post(
    '/v1/agent-caps/:participantNo/approval/:approvalId',
    {
      ...supervising,
      schema: {
        summary: 'A supervisor approves it: the ledger refuses loads beyond it from now on',
        params: Type.Object({ ...AgentParams.properties, approvalId: ApprovalId }),
        body: CapWords,
      },
    },
    async ({ params, body, principal }) => {
      const cap = capOf(params.participantNo, body);
      return transact(db, (tx) => approveAgentCap(tx, principal, BigInt(params.approvalId), cap));
    },
  );
}

function withdrawalRoutes(server: HttpServer, db: Database): void {
  server.get(
    '/v1/fee-withdrawals',
    { ...reading, schema: { summary: 'Fees the company drew, newest first', ...answers(said.Withdrawals) } },
    async () => ({ withdrawals: await listFeeWithdrawals(db) }),
  );
  server.post(
    '/v1/fee-withdrawals',
    {
      onRequest: rolesAllowed('finance-maker'),
      schema: {
        summary: 'Propose to draw confirmed fees',
        body: Type.Object(
          {
            amountFen: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
            from: Type.String({ pattern: '^bank-custody:[0-9A-Za-z.-]{1,40}$' }),
            to: Type.String({ pattern: '^bank-own-funds:[0-9A-Za-z.-]{1,40}$' }),
          },
          closed,
        ),
        ...answers(said.ProposedWithdrawal, 202),
      },
    },
    async (request, reply) => {
      const answer = await idempotent(db, request, async (tx) => {
        const { amountFen, from, to } = request.body;
        const order = { amountFen: fen(amountFen), from, to };
        return { status: 202, body: await proposeFeeWithdrawal(tx, request.principal, order) };
      });
      return reply.status(answer.status).send(answer.body);
    },
  );
  server.post(
    '/v1/fee-withdrawals/:withdrawalNo/approval',
    {
      onRequest: rolesAllowed('finance-checker'),
      schema: {
        summary: 'The second person approves: the money moves unless fees are on hold',
        params: Type.Object({ withdrawalNo: ApprovalId }),
      },
    },
    async (request, reply) => {
      const answer = await idempotent(db, request, async (tx) => ({
        status: 200,
        body: await approveFeeWithdrawal(tx, request.principal, BigInt(request.params.withdrawalNo)),
      }));
      return reply.status(answer.status).send(answer.body);
    },
  );
}
