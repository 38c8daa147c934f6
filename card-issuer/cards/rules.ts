import type { BusinessDate, Database, Transaction } from '@citycard/common';
import { cardLifeErrors } from './errors.ts';

/** Parameters of card life, by effective date (issuer.card_rule says what each means). */
export type CardRule =
  | 'loss-report-days'
  | 'balance-waiting-days'
  | 'gap-waiting-days'
  | 'replacement-fee-fen'
  | 'renewal-days'
  | 'concession-months';

/** The value in force on a day, that of the product before that of all products. @throws card-issuer.card-life.rule-missing */
export async function cardRule(
  db: Database | Transaction,
  name: CardRule,
  on: BusinessDate,
  product = '',
): Promise<bigint> {
  const { rows } = await db.query<{ value: bigint }>(
    `select value from issuer.card_rule where name = $1 and product in ($2, '') and valid_from <= $3
      order by product desc, valid_from desc limit 1`,
    [name, product, on],
  );
  if (rows[0] === undefined) throw cardLifeErrors.ruleMissing({ name, on });
  return rows[0].value;
}
