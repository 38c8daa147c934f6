import { answers, type HttpServer, rolesAllowed, transact, Type } from '@citycard/common';
import type { ClearingDayDeps } from '../day/deps.ts';
import { DateParams, dateOf } from '../day/date-of-path.ts';
import { approveSettlement, proposeSettlement } from './approval.ts';
import { settlementErrors } from './errors.ts';
import { listMessages, messageXml } from './instruct.ts';
import { settlementObligations } from './obligations.ts';
import { approveRelease, openHolds, proposeRelease } from './payment-hold.ts';
import { approveGiveUp, listPayments, proposeGiveUp } from './payments.ts';
import { registerSheetRoutes } from './sheet-routes.ts';
import { approveCarry, approveReinstruction, proposeCarry, proposeReinstruction } from './refused-sheets.ts';
import * as said from './answers.ts';

const ApprovalId = Type.String({ pattern: '^[1-9]\\d{0,17}$' });
const DayApproval = Type.Object({ date: DateParams.properties.date, approvalId: ApprovalId });
/** Sheets meant, separated by commas; all refused sheets of the day when left out. */
const SomeSheets = Type.Object({
  sheets: Type.Optional(Type.String({ pattern: '^[0-9A-Za-z.-]{1,32}(,[0-9A-Za-z.-]{1,32}){0,199}$' })),
});
const PaymentParams = Type.Object({ endToEndId: Type.String({ minLength: 1, maxLength: 35 }) });
const Reason = Type.Object({ reason: Type.String({ minLength: 3, maxLength: 200, pattern: '^\\P{Cc}+$' }) });
const HoldParams = Type.Object({ participantNo: Type.String({ pattern: '^[0-9A-Za-z.-]{4,15}$' }) });

export interface SettlementRouteDeps extends ClearingDayDeps {
  /** Called after a decision, so that jobs go on at once. */
  readonly wake: () => void;
}

const sheetsOf = ({ sheets }: { sheets?: string }): string[] | undefined => sheets?.split(',');

/**
 * Settlement over HTTP: approval of a day's sheets, payments and what the bank did to them, and what two persons decide about
 * payments that were refused, given up or came back. (docs/settlement.md)
 */
export function registerSettlementRoutes(server: HttpServer, deps: SettlementRouteDeps): void {
  approvalRoutes(server, deps);
  refusedRoutes(server, deps);
  registerSheetRoutes(server, deps);
  paymentRoutes(server, deps);
  messageRoutes(server, deps);
}

const making = { onRequest: rolesAllowed('finance-maker') };
const checking = { onRequest: rolesAllowed('finance-checker') };
const reading = { onRequest: rolesAllowed('finance-maker', 'finance-checker', 'supervisor', 'auditor') };

function approvalRoutes(server: HttpServer, { db, wake }: SettlementRouteDeps): void {
  server.post(
    '/v1/clearing-days/:date/approval',
    {
      ...making,
      // The first person's word, whatever its address looks like.
      config: { signed: false },
      schema: {
        summary: 'Propose the day’s sheets',
        params: DateParams,
        body: Type.Object({ sheetsSha256: Type.String({ pattern: '^[0-9a-f]{64}$' }) }),
        ...answers(said.Proposed, 201),
      },
    },
    async ({ params, body, principal }, reply) => {
      const date = dateOf(params);
      const proposal = await transact(db, (tx) => proposeSettlement(tx, principal, date, body.sheetsSha256));
      return reply.status(201).send(proposal);
    },
  );
  server.post(
    '/v1/clearing-days/:date/approval/:approvalId',
    {
      ...checking,
      schema: { summary: 'Confirm the proposed sheets', params: DayApproval, ...answers(said.ApprovedDay) },
    },
    async ({ params, principal }) => {
      const [date, approvalId] = [dateOf(params), BigInt(params.approvalId)];
      const approved = await transact(db, (tx) => approveSettlement(tx, principal, date, approvalId));
      wake();
      return approved;
    },
  );
}

function refusedRoutes(server: HttpServer, deps: SettlementRouteDeps): void {
  const { db, wake } = deps;
  server.post(
    '/v1/clearing-days/:date/reinstruction',
    {
      ...making,
      schema: {
        summary: 'Propose to instruct refused payments again',
        params: DateParams,
        querystring: SomeSheets,
        ...answers(said.Proposed, 201),
      },
    },
    async ({ params, query, principal }, reply) => {
      const date = dateOf(params);
      const proposal = await transact(db, (tx) => proposeReinstruction(tx, principal, date, sheetsOf(query)));
      return reply.status(201).send(proposal);
    },
  );
  server.post(
    '/v1/clearing-days/:date/reinstruction/:approvalId',
    {
      ...checking,
      schema: {
        summary: 'Confirm and instruct refused payments again',
        params: DayApproval,
        querystring: SomeSheets,
        ...answers(said.Reinstructed),
      },
    },
    async ({ params, query, principal }) =>
      approveReinstruction(db, principal, dateOf(params), BigInt(params.approvalId), deps, sheetsOf(query)),
  );
  server.post(
    '/v1/clearing-days/:date/carry',
    {
      ...making,
      schema: {
        summary: 'Propose to carry refused payments into the next sheets',
        params: DateParams,
        querystring: SomeSheets,
        ...answers(said.Proposed, 201),
      },
    },
    async ({ params, query, principal }, reply) => {
      const date = dateOf(params);
      const proposal = await transact(db, (tx) => proposeCarry(tx, principal, date, sheetsOf(query)));
      return reply.status(201).send(proposal);
    },
  );
  server.post(
    '/v1/clearing-days/:date/carry/:approvalId',
    {
      ...checking,
      schema: {
        summary: 'Confirm: refused payments go into the next sheets',
        params: DayApproval,
        querystring: SomeSheets,
        ...answers(said.CarriedSheets),
      },
    },
    async ({ params, query, principal }) => {
      const [date, approvalId] = [dateOf(params), BigInt(params.approvalId)];
      const carried = await transact(db, (tx) => approveCarry(tx, principal, date, approvalId, sheetsOf(query)));
      wake();
      return carried;
    },
  );
}

function paymentRoutes(server: HttpServer, { db, wake }: SettlementRouteDeps): void {
  server.get(
    '/v1/settlement/obligations',
    {
      ...reading,
      schema: {
        summary: 'Proof per participant: open + in transit + paid = what its sheets say',
        ...answers(said.Obligations),
      },
    },
    async () => settlementObligations(db),
  );
  server.get(
    '/v1/settlement/payments',
    {
      ...reading,
      schema: {
        summary: 'Payments, the oldest first, with what the bank booked and what came back',
        querystring: Type.Object({
          date: Type.Optional(DateParams.properties.date),
          state: Type.Optional(
            Type.Union([
              Type.Literal('pending'),
              Type.Literal('posted'),
              Type.Literal('short'),
              Type.Literal('rejected'),
            ]),
          ),
          participantNo: Type.Optional(HoldParams.properties.participantNo),
        }),
        ...answers(said.Payments),
      },
    },
    async ({ query: { date, ...rest } }) => ({
      payments: await listPayments(db, { ...rest, ...(date !== undefined && { date: dateOf({ date }) }) }),
    }),
  );
  server.get(
    '/v1/settlement/payments/:endToEndId',
    { ...reading, schema: { summary: 'One payment', params: PaymentParams, ...answers(said.Payment) } },
    async ({ params }) => {
      const [payment] = await listPayments(db, params);
      if (payment === undefined) throw settlementErrors.paymentUnknown(params);
      return payment;
    },
  );
  server.post(
    '/v1/settlement/payments/:endToEndId/give-up',
    {
      ...making,
      schema: {
        summary: 'Propose that a payment in transit will not come',
        params: PaymentParams,
        body: Reason,
        ...answers(said.Proposed, 201),
      },
    },
    async ({ params, body, principal }, reply) =>
      reply.status(201).send(await transact(db, (tx) => proposeGiveUp(tx, principal, params.endToEndId, body.reason))),
  );
  server.post(
    '/v1/settlement/payments/:endToEndId/give-up/:approvalId',
    {
      ...checking,
      schema: {
        summary: 'Confirm that a payment in transit will not come',
        params: Type.Object({ endToEndId: PaymentParams.properties.endToEndId, approvalId: ApprovalId }),
        body: Reason,
        ...answers(said.GivenUp),
      },
    },
    async ({ params, body, principal }) =>
      transact(db, (tx) => approveGiveUp(tx, principal, params.endToEndId, BigInt(params.approvalId), body.reason)),
  );
  server.get(
    '/v1/settlement/holds',
    {
      ...reading,
      schema: { summary: 'Participants that are not paid at the moment, and why', ...answers(said.Holds) },
    },
    async () => ({ holds: await openHolds(db) }),
  );
  server.post(
    '/v1/settlement/holds/:participantNo/release',
    {
      ...making,
      schema: { summary: 'Propose to pay a participant again', params: HoldParams, ...answers(said.Proposed, 201) },
    },
    async ({ params, principal }, reply) =>
      reply.status(201).send(await transact(db, (tx) => proposeRelease(tx, principal, params.participantNo))),
  );
  server.post(
    '/v1/settlement/holds/:participantNo/release/:approvalId',
    {
      ...checking,
      schema: {
        summary: 'Confirm that a participant is paid again',
        params: Type.Object({ participantNo: HoldParams.properties.participantNo, approvalId: ApprovalId }),
        ...answers(said.Released),
      },
    },
    async ({ params, principal }) => {
      const released = await transact(db, (tx) =>
        approveRelease(tx, principal, params.participantNo, BigInt(params.approvalId)),
      );
      wake();
      return released;
    },
  );
}

function messageRoutes(server: HttpServer, { db }: SettlementRouteDeps): void {
  const banking = { onRequest: rolesAllowed('bank-partner') };
  server.get(
    '/v1/settlement/instructions',
    {
      ...banking,
      schema: {
        summary: 'Payment messages with payments still out',
        querystring: Type.Object({ status: Type.Optional(Type.Literal('pending')) }),
      },
    },
    async () => listMessages(db),
  );
  server.get(
    '/v1/settlement/instructions/:messageId',
    {
      ...banking,
      schema: {
        summary: 'The pain.001',
        params: Type.Object({ messageId: Type.String({ maxLength: 35 }) }),
      },
    },
    async ({ params }, reply) => {
      const xml = await messageXml(db, params.messageId);
      return reply.type('application/xml; charset=utf-8').send(xml);
    },
  );
}
