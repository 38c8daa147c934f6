import {
  answers,
  type BusinessDate,
  businessDate,
  type Database,
  type HttpServer,
  rolesAllowed,
  Type,
} from '@citycard/common';
import { dateOf } from '../day/date-of-path.ts';
import { findSheets, showSheet } from './sheet-search.ts';
import * as said from './answers.ts';

const Day = Type.String({ format: 'date' });
const SheetNo = Type.String({ pattern: '^[0-9A-Za-z.-]{1,32}$' });
const PAGE = 100;
const SheetQuery = Type.Object(
  {
    participantNo: Type.Optional(Type.String({ pattern: '^[0-9A-Za-z.-]{4,15}$' })),
    state: Type.Optional(Type.Enum(['made', 'approved', 'carried', 'instructed', 'rejected', 'paid'])),
    disposition: Type.Optional(Type.Enum(['pay', 'carry'])),
    from: Type.Optional(Day),
    to: Type.Optional(Day),
    before: Type.Optional(Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}\\.[0-9A-Za-z.-]{1,32}$' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
  },
  { additionalProperties: false },
);

const DAY_LENGTH = 10;

/** Settlement sheets of any day over HTTP: found, and one with all that became of it. (docs/settlement.md) */
export function registerSheetRoutes(server: HttpServer, { db }: { readonly db: Database }): void {
  const reading = { onRequest: rolesAllowed('finance-maker', 'finance-checker', 'supervisor', 'auditor') };
  const day = (text: string | undefined): BusinessDate | undefined =>
    text === undefined ? undefined : dateOf({ date: text });
  server.get(
    '/v1/settlement/sheets',
    {
      ...reading,
      schema: {
        summary: 'Sheets of any day, the newest first, a page at a time',
        querystring: SheetQuery,
        ...answers(said.Sheets),
      },
    },
    async ({ query }) => {
      const limit = query.limit ?? PAGE;
      const [from, to] = [day(query.from), day(query.to)];
      const sheets = await findSheets(db, {
        limit,
        ...(query.participantNo !== undefined && { participantNo: query.participantNo }),
        ...(query.state !== undefined && { state: query.state }),
        ...(query.disposition !== undefined && { disposition: query.disposition }),
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
        ...(query.before !== undefined && {
          before: {
            date: businessDate(query.before.slice(0, DAY_LENGTH)),
            sheetNo: query.before.slice(DAY_LENGTH + 1),
          },
        }),
      });
      const last = sheets.length < limit ? undefined : sheets.at(-1);
      return { sheets, next: last === undefined ? null : `${last.businessDate}.${last.sheetNo}` };
    },
  );
  server.get(
    '/v1/settlement/sheets/:sheetNo',
    {
      ...reading,
      schema: {
        summary: 'A sheet, what was carried into it and how it was paid',
        params: Type.Object({ sheetNo: SheetNo }),
        ...answers(said.OneSheet),
      },
    },
    ({ params }) => showSheet(db, params.sheetNo),
  );
}
