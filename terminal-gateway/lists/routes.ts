import { answers, type Database, type HttpServer, recordAct, rolesAllowed, transact, Type } from '@citycard/common';
import { ParameterSets, Rollouts } from '../terminals/answers.ts';
import { hotlistAges, tellAllAfresh } from '../terminals/listing.ts';
import { GroupName, ParticipantNo, Reason, RowNo, TerminalNo } from '../terminals/request-fields.ts';
import { listErrors } from './errors.ts';
import { observeHotlistAges } from './hotlist-metrics.ts';
import { findParameterSet, listParameterSets, listRollouts, startRollout } from './parameter-sets.ts';

/** Parameters and hotlist as those who keep them see them; new sets are a change of two persons: `publish-parameters`. */
export function registerListRoutes(server: HttpServer, db: Database): void {
  const platform = { onRequest: rolesAllowed('platform') };
  const readers = { onRequest: rolesAllowed('platform', 'auditor', 'supervisor') };
  server.get(
    '/v1/parameter-sets',
    { ...readers, schema: { summary: 'Parameter sets, newest first', ...answers(ParameterSets) } },
    async () => ({
      parameterSets: await listParameterSets(db),
    }),
  );
  server.get(
    '/v1/parameter-sets/:version',
    { ...readers, schema: { summary: 'A parameter set', params: Type.Object({ version: RowNo }) } },
    async ({ params }) => {
      const set = await findParameterSet(db, BigInt(params.version));
      if (set === undefined) throw listErrors.parametersUnknown(params);
      return set;
    },
  );
  server.get(
    '/v1/parameter-rollouts',
    {
      ...readers,
      schema: { summary: 'Roll-outs, newest first, and how many terminals have adopted each', ...answers(Rollouts) },
    },
    async () => ({ rollouts: await listRollouts(db) }),
  );
  server.post(
    '/v1/parameter-rollouts',
    {
      ...platform,
      schema: {
        summary: 'Give a published set to some terminals, or to everybody',
        body: Type.Object(
          {
            version: Type.Integer({ minimum: 1 }),
            reason: Reason,
            everybody: Type.Optional(Type.Boolean()),
            participants: Type.Optional(Type.Array(ParticipantNo, { maxItems: 100 })),
            groups: Type.Optional(Type.Array(GroupName, { maxItems: 100 })),
            terminals: Type.Optional(Type.Array(TerminalNo, { maxItems: 1000 })),
          },
          { additionalProperties: false },
        ),
      },
    },
    async ({ body, principal }, reply) => {
      const rollout = { ...body, version: BigInt(body.version) };
      return reply.status(201).send(await transact(db, (tx) => startRollout(tx, principal, rollout)));
    },
  );
  server.get(
    '/v1/hotlist/ages',
    { ...readers, schema: { summary: 'How old the hotlists of active terminals are' } },
    () => hotlistAges(db, new Date()),
  );
  server.post(
    '/v1/hotlist/retelling',
    {
      ...platform,
      schema: {
        summary: 'Have every terminal told the whole log at its next download, after the database was restored',
        body: Type.Object({ reason: Reason }, { additionalProperties: false }),
      },
    },
    async ({ body, principal }) =>
      transact(db, async (tx) => {
        const terminals = await tellAllAfresh(tx);
        await recordAct(tx, principal, { act: 'retell-hotlist', subject: `${terminals} terminals`, detail: body });
        return { terminals };
      }),
  );
  observeHotlistAges(server.metrics, db);
}
