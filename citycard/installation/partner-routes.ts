import { findParticipant } from '@citycard/clearing';
import {
  createPrincipal,
  type Database,
  type HttpServer,
  recordAct,
  rolesAllowed,
  transact,
  Type,
} from '@citycard/common';
import { citycardErrors } from '../errors.ts';

const PartnerRole = Type.Union([
  Type.Literal('operator-partner'),
  Type.Literal('agent-partner'),
  Type.Literal('biller-partner'),
  Type.Literal('city-partner'),
  Type.Literal('bank-partner'),
]);

/** `POST /v1/partners/{participantNo}/credentials`: a token with which a participant's own systems act for it, shown once. */
export function registerPartnerRoutes(server: HttpServer, deps: { readonly db: Database }): void {
  server.post(
    '/v1/partners/:participantNo/credentials',
    {
      onRequest: rolesAllowed('platform'),
      config: { stepUp: true },
      schema: {
        summary: 'Give a participant a credential',
        params: Type.Object({ participantNo: Type.String({ pattern: '^[0-9A-Za-z.-]{4,15}$' }) }),
        body: Type.Object(
          { roles: Type.Array(PartnerRole, { minItems: 1, uniqueItems: true }) },
          { additionalProperties: false },
        ),
      },
    },
    async ({ body, params: { participantNo }, principal }, reply) => {
      const { roles } = body;
      const credential = await transact(deps.db, async (tx) => {
        const participant = await findParticipant(tx, participantNo);
        if (participant === undefined) throw citycardErrors.participantUnknown({ participantNo });
        const id = `partner-${participantNo}`;
        const made = await createPrincipal(tx, { id, name: participant.name, kind: 'partner', roles, participantNo });
        await recordAct(tx, principal, { act: 'partner.admit', subject: participantNo, detail: { roles } });
        return made;
      });
      return reply.status(201).send(credential);
    },
  );
}
