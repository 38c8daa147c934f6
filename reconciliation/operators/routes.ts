import {
  businessDate,
  cityDate,
  type Database,
  fen,
  type HttpServer,
  rolesAllowed,
  transact,
  Type,
} from '@citycard/common';
import { operatorErrors } from './errors.ts';
import { takeFileList } from './file-list.ts';
import { samHoles } from './sam-numbers.ts';
import { silentSams } from './silent-sams.ts';

const closed = { additionalProperties: false } as const;
const tags = ['operators'];
const Params = Type.Object({
  participantNo: Type.String({ pattern: '^[0-9A-Za-z.-]{4,15}$' }),
  date: Type.String({ format: 'date' }),
});
/** Depots deliver hundreds of files a day, not thousands. */
const MOST_FILES = 10_000;
const Files = Type.Object(
  {
    files: Type.Array(
      Type.Object(
        {
          fileName: Type.String({ pattern: '^[!-~]{1,80}$' }),
          records: Type.Integer({ minimum: 0, maximum: 100_000_000 }),
          amountFen: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
        },
        closed,
      ),
      { maxItems: MOST_FILES },
    ),
  },
  closed,
);

/** What operators say they delivered, and what their SAMs have not (docs/reconciliation.md, "Operators"). */
export function registerOperatorRoutes(server: HttpServer, { db }: { readonly db: Database }): void {
  server.post(
    '/v1/operators/:participantNo/file-lists/:date',
    {
      onRequest: rolesAllowed('operator-partner', 'agent-partner', 'biller-partner'),
      bodyLimit: 4 * 1024 * 1024,
      schema: {
        tags,
        summary: 'Say which files of a day were delivered; they are compared',
        params: Params,
        body: Files,
      },
    },
    async ({ params, body, principal }) => {
      const { participantNo: own } = principal;
      if (own !== params.participantNo) throw operatorErrors.notYours({ own: own ?? 'nobody' });
      const files = body.files.map((file) => ({ ...file, amountFen: fen(file.amountFen) }));
      return transact(db, (tx) => takeFileList(tx, params.participantNo, businessDate(params.date), files));
    },
  );
  const reading = {
    onRequest: rolesAllowed(
      'operator-partner',
      'finance-maker',
      'finance-checker',
      'platform',
      'supervisor',
      'auditor',
    ),
  };
  server.get(
    '/v1/sams/missing-numbers',
    {
      ...reading,
      schema: { tags, summary: 'Transaction numbers of SAMs that have not come; operators see their own' },
    },
    async ({ principal }) => ({
      holes: (await samHoles(db, cityDate(new Date())))
        .filter(
          ({ participantNo }) => principal.participantNo === undefined || principal.participantNo === participantNo,
        )
        .map(({ fromNo, toNo, ...hole }) => ({ ...hole, fromNo: Number(fromNo), toNo: Number(toNo) })),
    }),
  );
  server.get(
    '/v1/sams/silent',
    {
      ...reading,
      schema: {
        tags,
        summary: 'SAMs in use whose records have stopped coming; operators see their own',
        querystring: Type.Object({ since: Type.Optional(Type.String({ format: 'date' })) }, closed),
      },
    },
    async ({ query, principal }) => ({
      sams: (await silentSams(db, businessDate(query.since ?? cityDate(new Date())))).filter(
        ({ participantNo }) => principal.participantNo === undefined || principal.participantNo === participantNo,
      ),
    }),
  );
}
