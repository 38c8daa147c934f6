import { clearingFileSources, clearingWorkSources } from '@citycard/clearing';
import { issuerFileSources, issuerWorkSources } from '@citycard/card-issuer';
import {
  answers,
  type Database,
  type HttpServer,
  type NewestQuery,
  type NewestSource,
  readNewest,
  readTimeCursor,
  rolesAllowed,
  Type,
} from '@citycard/common';
import { reconciliationFileSources, reconciliationWorkSources } from '@citycard/reconciliation';
import { operationsErrors } from '../errors.ts';

const PAGE = 100;
const fileSources = [...clearingFileSources, ...reconciliationFileSources, ...issuerFileSources];
/** Proofs of the chain of the act log. */
const actProofs: NewestSource = {
  kind: 'act-log-proof',
  sql: `select ordered_at as at, 'act log ' || verification_no as id, '#' || verification_no as name, null::text as party,
               case state when 'ordered' then 'waiting' when 'running' then 'under-way' when 'held' then 'done' else 'failed' end as state,
               through as done, lines_total as total, ordered_by as "by", finished_at as "finishedAt", broken_at::text as failure
          from platform.act_verification`,
};
const workSources = [actProofs, ...clearingWorkSources, ...reconciliationWorkSources, ...issuerWorkSources];

const Maybe = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()]);
const Query = Type.Object(
  {
    kind: Type.Optional(Type.String({ pattern: '^[a-z-]{1,40}$' })),
    state: Type.Optional(Type.String({ pattern: '^[a-z-]{1,20}$' })),
    party: Type.Optional(Type.String({ minLength: 1, maxLength: 40 })),
    cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 400 })),
  },
  { additionalProperties: false },
);
const Common = {
  kind: Type.String(),
  id: Type.String(),
  at: Type.String(),
  name: Type.String(),
  party: Maybe(Type.String()),
  state: Type.String(),
};
const page = (row: object) => Type.Object({ rows: Type.Array(row), next: Type.Optional(Type.String()) });

/** Every file that came in or went out, and all work that takes its time, as one list each. */
export function registerFileRoutes(server: HttpServer, { db }: { readonly db: Database }): void {
  const readers = { onRequest: rolesAllowed('platform', 'auditor') };
  server.get(
    '/v1/operations/files',
    {
      ...readers,
      schema: {
        summary:
          'Files of operators, billers, cities, the bank and departments, newest first, with what became of each',
        querystring: Query,
        ...answers(
          page(
            Type.Object({
              ...Common,
              direction: Type.String(),
              records: Maybe(Type.Integer()),
              recordsDone: Maybe(Type.Integer()),
              amountFen: Maybe(Type.Integer()),
              detail: Maybe(Type.String()),
            }),
          ),
        ),
      },
    },
    ({ query }) => readNewest(db, fileSources, queryOf(query)),
  );
  server.get(
    '/v1/operations/work',
    {
      ...readers,
      schema: {
        summary: 'Report sets, proofs, validation, matches, imports and batches, newest first, and how far each is',
        querystring: Query,
        ...answers(
          page(
            Type.Object({
              ...Common,
              done: Type.Integer(),
              total: Type.Integer(),
              by: Type.String(),
              finishedAt: Maybe(Type.String()),
              failure: Maybe(Type.String()),
            }),
          ),
        ),
      },
    },
    ({ query }) => readNewest(db, workSources, queryOf(query)),
  );
}

function queryOf({
  cursor,
  ...query
}: {
  cursor?: string;
  kind?: string;
  state?: string;
  party?: string;
}): NewestQuery {
  const before = cursor === undefined ? undefined : readTimeCursor(cursor);
  if (cursor !== undefined && before === undefined) throw operationsErrors.badCursor();
  return { ...query, limit: PAGE, ...(before !== undefined && { before }) };
}
