import { answers, type Database, type HttpServer, rolesAllowed, Type } from '@citycard/common';
import { Changes } from '../answers.ts';
import { Reason, RowNo } from '../request-fields.ts';
import { approveChange, listChanges, proposeChange, withdrawChange } from './change.ts';
import { changeContents, type ChangeContent, type ChangeDeps, type ChangeKind } from './kinds.ts';

const PAGE = 100;
const proposal = <K extends ChangeKind>(kind: K) =>
  Type.Object(
    { kind: Type.Literal(kind), content: changeContents[kind], reason: Reason },
    { additionalProperties: false },
  );

const Proposal = Type.Union([
  proposal('hand-over-keys'),
  proposal('adopt-key'),
  proposal('move'),
  proposal('provision'),
  proposal('resume'),
  proposal('activate-model'),
  proposal('publish-parameters'),
]);

/** Changes that need two persons: propose, look, approve (which carries them out) or withdraw. */
export function registerChangeRoutes(server: HttpServer, db: Database, deps: ChangeDeps): void {
  const platform = { onRequest: rolesAllowed('platform') };
  const Params = Type.Object({ changeNo: RowNo });
  server.post(
    '/v1/terminal-changes',
    { ...platform, schema: { summary: 'Propose a change that a second person carries out', body: Proposal } },
    async ({ body, principal }, reply) => {
      const change = body as { kind: ChangeKind; content: ChangeContent<ChangeKind>; reason: string };
      return reply.status(201).send(await proposeChange(db, deps, principal, change));
    },
  );
  server.get(
    '/v1/terminal-changes',
    {
      onRequest: rolesAllowed('platform', 'auditor', 'supervisor'),
      schema: {
        summary: 'Changes, newest first',
        querystring: Type.Object(
          {
            state: Type.Optional(
              Type.Union([Type.Literal('proposed'), Type.Literal('approved'), Type.Literal('withdrawn')]),
            ),
            cursor: Type.Optional(RowNo),
          },
          { additionalProperties: false },
        ),
        ...answers(Changes),
      },
    },
    async ({ query }) => {
      const changes = await listChanges(db, {
        ...(query.state !== undefined && { state: query.state }),
        ...(query.cursor !== undefined && { before: BigInt(query.cursor) }),
        limit: PAGE,
      });
      const last = changes.length === PAGE ? changes.at(-1)?.changeNo : undefined;
      return { changes, ...(last !== undefined && { cursor: last.toString() }) };
    },
  );
  server.post(
    '/v1/terminal-changes/:changeNo/approval',
    {
      ...platform,
      schema: { summary: 'Carry it out as the second person; keys are answered this once', params: Params },
    },
    ({ params, principal }) => approveChange(db, deps, principal, BigInt(params.changeNo)),
  );
  server.post(
    '/v1/terminal-changes/:changeNo/withdrawal',
    { ...platform, schema: { summary: 'Take a proposal back', params: Params } },
    async ({ params, principal }, reply) => {
      await withdrawChange(db, principal, BigInt(params.changeNo));
      return reply.status(204).send();
    },
  );
}
