import {
  answers,
  type Database,
  type HttpServer,
  noteExport,
  returnedProposals,
  returnProposal,
  transact,
  Type,
  waitingProposal,
  waitingProposals,
} from '@citycard/common';
import { approversOf } from './approvers.ts';

const waitingFields = {
  approvalId: Type.Integer(),
  act: Type.String(),
  subject: Type.String(),
  maker: Type.String(),
  makerName: Type.String(),
  since: Type.String(),
  approvers: Type.Array(Type.String()),
  mine: Type.Boolean({ description: 'whoever asks may approve it' }),
};
const Waiting = Type.Object(waitingFields);
const WithContent = Type.Object({
  ...waitingFields,
  content: Type.Optional(Type.Unknown({ description: 'what was proposed; absent where the act log does not hold it' })),
});

const Returned = Type.Object({
  approvalId: Type.Integer(),
  act: Type.String(),
  subject: Type.String(),
  maker: Type.String(),
  makerName: Type.String(),
  returnedBy: Type.String(),
  returnedAt: Type.String(),
  reason: Type.String(),
});

/** Who waits for whom, and lists that people take out (docs/portal.md, "Approvals"). */
export function registerWaitingRoutes(server: HttpServer, { db }: { readonly db: Database }): void {
  server.get(
    '/v1/waiting',
    {
      schema: {
        summary: 'Proposals that wait for a second person, as far as they concern whoever asks',
        ...answers(Type.Object({ waiting: Type.Array(Waiting) })),
      },
    },
    async ({ principal }) => ({ waiting: await waitingProposals(db, principal, approversOf) }),
  );

  server.get(
    '/v1/returned-proposals',
    {
      schema: {
        summary: 'Proposals that their second person returned and nobody proposed again, with the reason',
        ...answers(Type.Object({ returned: Type.Array(Returned) })),
      },
    },
    async ({ principal }) => ({ returned: await returnedProposals(db, principal, approversOf) }),
  );

  server.get(
    '/v1/waiting/:approvalId',
    {
      schema: {
        summary: 'A proposal that waits, with what exactly was proposed',
        params: Type.Object({ approvalId: Type.String({ pattern: '^[1-9][0-9]{0,17}$' }) }),
        ...answers(WithContent),
      },
    },
    async ({ principal, params }) => waitingProposal(db, principal, BigInt(params.approvalId), approversOf),
  );

  server.post(
    '/v1/waiting/:approvalId/return',
    {
      schema: {
        summary: 'Return a proposal to its maker with a reason, or take an own one back',
        params: Type.Object({ approvalId: Type.String({ pattern: '^[1-9][0-9]{0,17}$' }) }),
        body: Type.Object(
          { reason: Type.String({ minLength: 3, maxLength: 500, pattern: '\\S' }) },
          { additionalProperties: false },
        ),
        ...answers(Type.Object({ approvalId: Type.Integer(), returned: Type.Literal(true) })),
      },
    },
    async ({ principal, params, body }) => {
      const approvalId = BigInt(params.approvalId);
      await transact(db, (tx) => returnProposal(tx, principal, approvalId, body.reason.trim(), approversOf));
      return { approvalId, returned: true as const };
    },
  );

  server.post(
    '/v1/export-notes',
    {
      schema: {
        summary: 'Say that a list is taken out, before it is: logged, and so much a day',
        body: Type.Object(
          {
            list: Type.String({ pattern: '^[0-9A-Za-z][0-9A-Za-z .:_/-]{0,99}$' }),
            rows: Type.Integer({ minimum: 0, maximum: 1_000_000 }),
          },
          { additionalProperties: false },
        ),
        ...answers(Type.Object({ exportNo: Type.Integer(), leftRows: Type.Integer() }), 201),
      },
    },
    async ({ principal, body }, reply) =>
      reply.status(201).send(await transact(db, (tx) => noteExport(tx, principal, body))),
  );
}
