import { answers, type Database, type HttpServer, rolesAllowed, Type } from '@citycard/common';
import { dateOf, DateParams } from '../day/date-of-path.ts';
import { dayRecords } from './day-records.ts';
import * as said from './answers.ts';

const PAGE = 100;
const RecordQuery = Type.Object(
  {
    by: Type.Optional(Type.Enum(['received', 'posted'])),
    participantNo: Type.Optional(Type.String({ pattern: '^[0-9A-Za-z.-]{4,15}$' })),
    state: Type.Optional(Type.Enum(['routed', 'accepted', 'duplicate', 'suspicious', 'rejected'])),
    reasonCode: Type.Optional(Type.String({ pattern: '^[0-9A-F]{2}$' })),
    after: Type.Optional(Type.String({ pattern: '^[0-9]{1,18}\\.[0-9]{1,9}$' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
  },
  { additionalProperties: false },
);

/** The records behind the figures of a day over HTTP; each has its story at `/v1/held-purchases/…`. */
export function registerDayRecordRoutes(server: HttpServer, { db }: { readonly db: Database }): void {
  server.get(
    '/v1/clearing-days/:date/purchases',
    {
      onRequest: rolesAllowed('finance-maker', 'finance-checker', 'supervisor', 'auditor'),
      schema: {
        summary: 'Records received on a day, or paid on it, in the order they came in, a page at a time',
        params: DateParams,
        querystring: RecordQuery,
        ...answers(said.DayRecords),
      },
    },
    async ({ params, query }) => {
      const limit = query.limit ?? PAGE;
      const [intakeId, index] = query.after?.split('.') ?? [];
      const found = await dayRecords(db, {
        date: dateOf(params),
        by: query.by ?? 'received',
        limit,
        ...(query.participantNo !== undefined && { participantNo: query.participantNo }),
        ...(query.state !== undefined && { state: query.state }),
        ...(query.reasonCode !== undefined && { reasonCode: query.reasonCode }),
        ...(intakeId !== undefined && { after: { intakeId: BigInt(intakeId), index: Number(index) } }),
      });
      const last = found.length < limit ? undefined : found.at(-1)?.ref;
      return {
        records: found.map(({ ref, ...record }) => ({ ...ref, ...record })),
        next: last === undefined ? null : `${last.intakeId}.${last.index}`,
      };
    },
  );
}
