import { addDays, answers, businessDate, fen, type HttpServer, rolesAllowed, Type } from '@citycard/common';
import { isSettlementDay, Rhythm } from '../netting/rhythm.ts';
import { feeExample } from '../pricing/example.ts';
import { FeeDocument } from '../pricing/fee-document.ts';

const closed = { additionalProperties: false } as const;
const Day = Type.String({ format: 'date' });
const trying = { onRequest: rolesAllowed('finance-maker', 'finance-checker', 'supervisor', 'auditor') };

const FeeExample = Type.Object({
  salesFen: Type.Integer(),
  sections: Type.Optional(Type.Array(Type.Object({ part: Type.Integer(), rate: Type.String() }))),
  feeOfOneFen: Type.Optional(Type.Integer()),
  feeFen: Type.Integer(),
  shares: Type.Array(Type.Object({ institution: Type.String(), amountFen: Type.Integer() })),
});
const SettlementDays = Type.Object({ days: Type.Array(Type.String()) });

/** How many days an example of a rhythm names, and how far it looks for them: a quarter is never further away. */
const DAYS_NAMED = 6;
const DAYS_LOOKED_AT = 400;

/** What rules that are being written would come to: nothing is read, nothing is changed. */
export function registerExampleRoutes(server: HttpServer): void {
  server.post(
    '/v1/fee-tables/example',
    {
      ...trying,
      schema: {
        summary: 'What a fee rule would charge for so many sales of an amount',
        body: Type.Object(
          {
            rule: FeeDocument.properties.rules.items,
            count: Type.Integer({ minimum: 1, maximum: 10_000_000 }),
            amountFen: Type.Integer({ minimum: 1, maximum: 100_000_000 }),
          },
          closed,
        ),
        ...answers(FeeExample),
      },
    },
    ({ body }) => Promise.resolve(feeExample(body.rule, { count: BigInt(body.count), amountFen: fen(body.amountFen) })),
  );
  server.post(
    '/v1/settlement-terms/example',
    {
      ...trying,
      schema: {
        summary: 'The first days on which a rhythm would settle',
        body: Type.Object(
          { rhythm: Rhythm, since: Day, unsettledFen: Type.Optional(Type.Integer({ minimum: 0 })) },
          closed,
        ),
        ...answers(SettlementDays),
      },
    },
    ({ body }) => {
      const since = businessDate(body.since);
      const unsettled = fen(body.unsettledFen ?? 0);
      const days = Array.from({ length: DAYS_LOOKED_AT }, (_, at) => addDays(since, at)).filter((day) =>
        isSettlementDay(body.rhythm, day, since, unsettled),
      );
      return Promise.resolve({ days: days.slice(0, DAYS_NAMED) });
    },
  );
}
