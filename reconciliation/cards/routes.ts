import { cardNo } from '@citycard/clearing';
import {
  type BusinessDate,
  type Database,
  fen,
  fenToNumber,
  type HttpServer,
  rolesAllowed,
  Type,
} from '@citycard/common';
import { driftOfCard } from './drift.ts';
import { evidenceOf } from './evidence.ts';

const tags = ['cards'];

/** Cards whose own balance is not their purse (docs/reconciliation.md, "Cards"). */
export function registerCardBalanceRoutes(server: HttpServer, { db }: { readonly db: Database }): void {
  const reading = { onRequest: rolesAllowed('finance-maker', 'finance-checker', 'platform', 'supervisor', 'auditor') };
  server.get(
    '/v1/reconciliation/cards/:cardNo',
    {
      ...reading,
      schema: {
        tags,
        summary: 'What a card said last beside its purse, and why they differ',
        params: Type.Object({ cardNo: Type.String({ maxLength: 24 }) }),
      },
    },
    async ({ params }) => {
      const card = cardNo(params.cardNo);
      const drift = await driftOfCard(db, card);
      return { cardNo: card, equal: drift === undefined, ...(drift !== undefined && evidenceOf(drift)) };
    },
  );
  server.get(
    '/v1/reconciliation/cards',
    { ...reading, schema: { tags, summary: 'Per day: cards compared, equal, explained, unexplained' } },
    async () => ({ days: await cardLooks(db) }),
  );
}

async function cardLooks(db: Database): Promise<object[]> {
  const { rows } = await db.query<{
    business_date: BusinessDate;
    cards: bigint;
    equal: bigint;
    explained: bigint;
    explained_fen: bigint;
    unexplained: bigint;
    unexplained_fen: bigint;
  }>('select * from reconciliation.card_look order by business_date desc limit 100');
  return rows.map((row) => ({
    date: row.business_date,
    cards: Number(row.cards),
    equal: Number(row.equal),
    explained: Number(row.explained),
    explainedFen: fenToNumber(fen(row.explained_fen)),
    unexplained: Number(row.unexplained),
    unexplainedFen: fenToNumber(fen(row.unexplained_fen)),
  }));
}
