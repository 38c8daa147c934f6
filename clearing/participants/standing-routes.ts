import { answers, businessDate, type Database, type HttpServer, rolesAllowed, transact, Type } from '@citycard/common';
import { clearingErrors } from '../errors.ts';
import {
  approveExit,
  approveLeaving,
  type Leaving,
  openObligations,
  proposeExit,
  proposeLeaving,
  returnPrefund,
} from './exit.ts';
import { findParticipant } from './participant.ts';
import { closed, DateText, Line, Params, Reason, WholeNumber } from './route-schemas.ts';
import { approveResumption, proposeResumption, suspendParticipant } from './standing.ts';
import * as said from './answers.ts';

const Approval = Type.Object({ approvalId: WholeNumber }, closed);
const leavingFields = { lastDay: DateText, reason: Line };
const NewLeaving = Type.Object(leavingFields, closed);
const ApprovedLeaving = Type.Object({ ...leavingFields, approvalId: WholeNumber }, closed);

const leavingOf = (participantNo: string, body: { lastDay: string; reason: string }): Leaving => ({
  participantNo,
  lastDay: businessDate(body.lastDay),
  reason: body.reason,
});

/** Suspension, resumption, leaving and exit over HTTP. One officer stops a participant; everything else takes two. */
export function registerStandingRoutes(server: HttpServer, { db }: { readonly db: Database }): void {
  const platform = { onRequest: rolesAllowed('platform') };
  const reading = { onRequest: rolesAllowed('platform', 'finance-maker', 'finance-checker', 'supervisor', 'auditor') };
  const base = '/v1/participants/:participantNo';

  server.post(
    `${base}/suspension`,
    { ...platform, schema: { summary: 'Suspend a participant at once', params: Params, body: Reason } },
    async ({ body, params, principal }) =>
      transact(db, (tx) => suspendParticipant(tx, principal, params.participantNo, body.reason)),
  );
  server.post(
    `${base}/resumption`,
    { ...platform, schema: { summary: 'Propose to end a suspension', params: Params } },
    async ({ params, principal }, reply) =>
      reply.status(201).send(await transact(db, (tx) => proposeResumption(tx, principal, params.participantNo))),
  );
  server.post(
    `${base}/resumption/approval`,
    { ...platform, schema: { summary: 'End a suspension as the second person', params: Params, body: Approval } },
    async ({ body, params, principal }) =>
      transact(db, (tx) => approveResumption(tx, principal, params.participantNo, BigInt(body.approvalId))),
  );
  server.get(
    `${base}/obligations`,
    {
      ...reading,
      schema: {
        summary: 'What is open between a participant and the city card',
        params: Params,
        ...answers(said.OpenObligations),
      },
    },
    async ({ params: { participantNo } }) => {
      if ((await findParticipant(db, participantNo)) === undefined)
        throw clearingErrors.participantUnknown({ participantNo });
      return openObligations(db, participantNo);
    },
  );
  server.post(
    `${base}/leaving`,
    { ...platform, schema: { summary: 'Propose that a participant leaves', params: Params, body: NewLeaving } },
    async ({ body, params, principal }, reply) => {
      const leaving = leavingOf(params.participantNo, body);
      return reply.status(201).send(await transact(db, (tx) => proposeLeaving(tx, principal, leaving)));
    },
  );
  server.post(
    `${base}/leaving/approval`,
    { ...platform, schema: { summary: 'Let it leave, as the second person', params: Params, body: ApprovedLeaving } },
    async ({ body, params, principal }) => {
      const leaving = leavingOf(params.participantNo, body);
      return transact(db, (tx) => approveLeaving(tx, principal, leaving, BigInt(body.approvalId)));
    },
  );
  server.post(
    `${base}/prefund-return`,
    { ...platform, schema: { summary: 'Return the prefund of an agent that leaves', params: Params } },
    async ({ params, principal }) => transact(db, (tx) => returnPrefund(tx, principal, params.participantNo)),
  );
  server.post(
    `${base}/exit`,
    { ...platform, schema: { summary: 'Propose the exit of a participant that is settled', params: Params } },
    async ({ params, principal }, reply) =>
      reply.status(201).send(await transact(db, (tx) => proposeExit(tx, principal, params.participantNo))),
  );
  server.post(
    `${base}/exit/approval`,
    { ...platform, schema: { summary: 'Approve the exit as the second person', params: Params, body: Approval } },
    async ({ body, params, principal }) =>
      transact(db, (tx) => approveExit(tx, principal, params.participantNo, BigInt(body.approvalId))),
  );
}
