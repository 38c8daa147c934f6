import { cityDate, type Transaction } from '@citycard/common';
import type { ItemName } from '../../residents/items.ts';

export type Decision = 'theirs' | 'ours' | 'person';

/** Whether the item is one the department itself produces. */
export type ItemSide = 'own-item' | 'other-item';

/** Who wins when no rule is set: the producing department for its own items; about others a person decides. */
const DEFAULTS: Readonly<Record<ItemSide, Decision>> = { 'own-item': 'theirs', 'other-item': 'person' };

export type ConflictRules = (item: ItemName, side: ItemSide) => Decision;

/** The rules in force today: the newest line for the item, else the newest for `*`, else the default. */
export async function rulesInForce(tx: Transaction, department: string): Promise<ConflictRules> {
  const { rows } = await tx.query<{ item: string; producer: ItemSide; decision: Decision }>(
    `select distinct on (item, producer) item, producer, decision from issuer.conflict_rule
      where department = $1 and valid_from <= $2 order by item, producer, valid_from desc`,
    [department, cityDate(new Date())],
  );
  const decisions = new Map(rows.map(({ item, producer, decision }) => [`${item} ${producer}`, decision]));
  return (item, side) => decisions.get(`${item} ${side}`) ?? decisions.get(`* ${side}`) ?? DEFAULTS[side];
}
