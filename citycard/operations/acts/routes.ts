import {
  answers,
  type ActFilter,
  type ActLine,
  actsOnRecord,
  type Database,
  type HttpServer,
  listActVerifications,
  maskIdentifiers,
  orderActVerification,
  recordAct,
  rolesAllowed,
  searchActs,
  transact,
  Type,
} from '@citycard/common';

const PAGE = 100;
const LARGEST_PAGE = 1000;
const No = Type.String({ pattern: '^[1-9][0-9]{0,17}$' });
const Maybe = Type.Union([Type.String(), Type.Null()]);
const Verification = Type.Object({
  verificationNo: Type.Integer(),
  state: Type.String(),
  linesTotal: Type.Integer(),
  linesDone: Type.Integer(),
  brokenAt: Type.Union([Type.Integer(), Type.Null()]),
  orderedBy: Type.String(),
  orderedAt: Type.String(),
  finishedAt: Maybe,
});
const Instant = Type.String({
  pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,3})?)?(Z|[+-]\\d{2}:\\d{2})$',
});
const strict = { additionalProperties: false };

/** The act log as people search it, and proofs of its chain as jobs (docs/audit.md, "The act log"). */
export function registerActRoutes(
  server: HttpServer,
  { db, onOrdered }: { readonly db: Database; readonly onOrdered: () => void },
): void {
  const readers = { onRequest: rolesAllowed('platform', 'auditor', 'supervisor') };
  server.get(
    '/v1/acts',
    {
      ...readers,
      schema: {
        summary: 'Lines of the act log, newest first',
        querystring: Type.Object(
          {
            actor: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
            act: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
            subject: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
            from: Type.Optional(Instant),
            to: Type.Optional(Instant),
            cursor: Type.Optional(No),
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: LARGEST_PAGE })),
          },
          strict,
        ),
        ...answers(
          Type.Object({
            acts: Type.Array(
              Type.Object({
                sequence: Type.Integer(),
                at: Type.String(),
                actor: Type.String(),
                actorName: Type.String(),
                act: Type.String(),
                subject: Type.String(),
                detail: Type.String(),
                sha256: Type.String(),
              }),
            ),
            next: Type.Optional(Type.String()),
          }),
        ),
      },
    },
    async ({ query: { cursor, limit = PAGE, from, to, ...rest }, principal }) => {
      const filter: ActFilter = {
        ...rest,
        ...(from !== undefined && { from: new Date(from) }),
        ...(to !== undefined && { to: new Date(to) }),
      };
      const acts = await searchActs(db, filter, { limit, ...(cursor !== undefined && { before: BigInt(cursor) }) });
      const last = acts.length === limit ? acts.at(-1) : undefined;
      // Whoever runs the installation need not know whose card an act was about; auditors and supervisors may.
      const inClear = principal.roles.some((role) => role === 'auditor' || role === 'supervisor');
      return { acts: inClear ? acts : acts.map(masked), ...(last !== undefined && { next: last.sequence.toString() }) };
    },
  );
  server.get(
    '/v1/acts/kinds',
    {
      ...readers,
      schema: {
        summary: 'Kinds of acts on record',
        ...answers(Type.Object({ kinds: Type.Array(Type.String()) })),
      },
    },
    async () => ({ kinds: await actsOnRecord(db) }),
  );
  server.get(
    '/v1/acts/verifications',
    {
      ...readers,
      schema: {
        summary: 'Proofs of the act log that were asked for, newest first, and how far each is',
        ...answers(Type.Object({ verifications: Type.Array(Verification) })),
      },
    },
    async () => ({ verifications: await listActVerifications(db) }),
  );
  server.post(
    '/v1/acts/verifications',
    {
      ...readers,
      schema: {
        summary: 'Have the chain of the act log proved; one that is under way is answered',
        ...answers(Verification, 202),
      },
    },
    async ({ principal }, reply) => {
      const ordered = await transact(db, async (tx) => {
        const verification = await orderActVerification(tx, principal);
        if (
          verification.orderedBy === principal.id &&
          verification.linesDone === 0n &&
          verification.state === 'ordered'
        )
          await recordAct(tx, principal, { act: 'acts.verify', subject: `proof ${verification.verificationNo}` });
        return verification;
      });
      onOrdered();
      return reply.status(202).send(ordered);
    },
  );
}

function masked(line: ActLine): ActLine {
  return { ...line, subject: maskIdentifiers(line.subject), detail: maskIdentifiers(line.detail) };
}
