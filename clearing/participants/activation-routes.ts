import { type Database, type HttpServer, rolesAllowed, transact, Type } from '@citycard/common';
import { approveActivation, proposeActivation } from './activation.ts';

const WholeNumber = Type.Integer({ minimum: 1 });
const Params = Type.Object({ participantNo: Type.String({ pattern: '^[0-9A-Za-z.-]{4,15}$' }) });

/** From test to production: one officer proposes with the report that speaks for the participant, another approves. */
export function registerActivationRoutes(server: HttpServer, { db }: { readonly db: Database }): void {
  const platform = { onRequest: rolesAllowed('platform') };

  server.post(
    '/v1/participants/:participantNo/activation',
    {
      ...platform,
      schema: {
        summary: 'Propose that a participant in test goes into production',
        params: Params,
        body: Type.Object({ reportNo: Type.Optional(WholeNumber) }, { additionalProperties: false }),
      },
    },
    async ({ body, params, principal }, reply) => {
      const activation = activationOf(params.participantNo, body.reportNo);
      return reply.status(201).send(await transact(db, (tx) => proposeActivation(tx, principal, activation)));
    },
  );

  server.post(
    '/v1/participants/:participantNo/activation/approval',
    {
      ...platform,
      schema: {
        summary: 'Approve the activation of a participant as the second person',
        params: Params,
        body: Type.Object(
          { approvalId: WholeNumber, reportNo: Type.Optional(WholeNumber) },
          { additionalProperties: false },
        ),
      },
    },
    async ({ body, params, principal }) =>
      transact(db, (tx) =>
        approveActivation(tx, principal, activationOf(params.participantNo, body.reportNo), BigInt(body.approvalId)),
      ),
  );
}

function activationOf(participantNo: string, reportNo: number | undefined) {
  return { participantNo, ...(reportNo === undefined ? {} : { reportNo: BigInt(reportNo) }) };
}
