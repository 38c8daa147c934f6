import {
  answers,
  type Database,
  type HttpServer,
  jobStates,
  type QueueWatch,
  recordAct,
  rolesAllowed,
  transact,
  Type,
} from '@citycard/common';

const PAGE = 50;
const Count = Type.Integer();
const Queue = Type.Object({ queue: Type.String({ pattern: '^[a-z0-9-]{1,60}$' }) });
const OptionalText = Type.Optional(Type.String());

/** The job queues: how many jobs of each state, what failed and why, and trying it again. */
export function registerQueueRoutes(
  server: HttpServer,
  { db, watch }: { readonly db: Database; readonly watch: QueueWatch },
): void {
  const readers = { onRequest: rolesAllowed('platform', 'auditor') };
  server.get(
    '/v1/operations/queues',
    {
      ...readers,
      schema: {
        summary: 'Job queues of this process, and how many jobs each holds by state',
        ...answers(
          Type.Object({
            queues: Type.Array(
              Type.Object({
                queue: Type.String(),
                waiting: Count,
                delayed: Count,
                active: Count,
                completed: Count,
                failed: Count,
                lastFailedJob: OptionalText,
                lastFailure: OptionalText,
                lastFailedAt: OptionalText,
              }),
            ),
          }),
        ),
      },
    },
    async () => ({
      queues: (await watch.counts()).map(({ queue, counts, lastFailure }) => ({
        queue,
        ...counts,
        ...(lastFailure !== undefined && {
          lastFailedJob: lastFailure.job,
          lastFailure: lastFailure.reason,
          lastFailedAt: lastFailure.at.toISOString(),
        }),
      })),
    }),
  );
  server.get(
    '/v1/operations/queues/:queue/jobs',
    {
      ...readers,
      schema: {
        summary: 'Jobs of a queue in one state',
        params: Queue,
        querystring: Type.Object(
          {
            state: Type.Union(jobStates.map((state) => Type.Literal(state))),
            cursor: Type.Optional(Type.String({ pattern: '^[0-9]{1,6}$' })),
          },
          { additionalProperties: false },
        ),
        ...answers(
          Type.Object({
            jobs: Type.Array(
              Type.Object({
                id: Type.String(),
                name: Type.String(),
                addedAt: Type.String(),
                startedAt: OptionalText,
                finishedAt: OptionalText,
                attempts: Count,
                progress: Type.Optional(Type.Number()),
                failure: OptionalText,
              }),
            ),
            next: OptionalText,
          }),
        ),
      },
    },
    async ({ params: { queue }, query: { state, cursor } }) => {
      const offset = cursor === undefined ? 0 : Number(cursor);
      const jobs = await watch.jobs(queue, state, { offset, limit: PAGE });
      return { jobs, ...(jobs.length === PAGE && { next: String(offset + PAGE) }) };
    },
  );
  server.post(
    '/v1/operations/queues/:queue/retry',
    {
      onRequest: rolesAllowed('platform'),
      schema: {
        summary: 'Try a failed job again',
        params: Queue,
        body: Type.Object({ id: Type.String({ minLength: 1, maxLength: 200 }) }, { additionalProperties: false }),
        ...answers(Type.Object({ id: Type.String() }), 202),
      },
    },
    async ({ params: { queue }, body: { id }, principal }, reply) => {
      await watch.retry(queue, id);
      await transact(db, (tx) => recordAct(tx, principal, { act: 'job.retry', subject: `${queue} ${id}` }));
      return reply.status(202).send({ id });
    },
  );
}
