import { type Database, type Principal, transact } from '@citycard/common';
import { discloseResident } from '../../residents/disclose.ts';
import { residentIdByNumber } from '../../residents/find.ts';
import { isItemName, type ItemName } from '../../residents/items.ts';
import { checkItem } from '../../residents/item-values.ts';
import { readRecords } from '../../residents/record.ts';
import { indexKeys, nameBirthKey } from '../../residents/search-keys.ts';
import { type Department, entitledItems, EXCHANGE, findDepartment, queryPurposes } from '../departments.ts';
import type { PopulationDeps } from '../deps.ts';
import { populationErrors } from '../errors.ts';
import { holdsIdentityNumber } from '../free-text.ts';
import { countQuestion } from './rate.ts';

/** A department's question about one person. */
export interface Question {
  readonly criterion: { readonly idNumber: string } | { readonly name: string; readonly birthDate: string };
  readonly purpose: string;
  /** The department's own number of the matter; no personal data. */
  readonly reference: string;
  /** Items wanted; all that the purpose allows when absent. */
  readonly items?: readonly string[];
}

export type QueryAnswer =
  | { readonly queryId: bigint; readonly result: 'no-such-person' | 'ambiguous' }
  | {
      readonly queryId: bigint;
      readonly result: 'found';
      readonly items: Readonly<Record<string, { value: string; source: string; at: string }>>;
    };

/** More people of one name and birth date than one are not shown: the department asks by number. */
const ENOUGH_TO_BE_AMBIGUOUS = 2;

/**
 * Answers an entitled department about one person: only the items its entitlement names for the purpose, never more. The
 * question is on record before it is looked up, and the answer as a disclosure before it is given; "no such person" is on
 * record too.
 *
 * @throws card-issuer.population.department-unknown, .purpose-not-entitled, .items-not-entitled, .too-many-queries,
 *   .criterion-impossible
 */
export async function answerQuestion(
  deps: PopulationDeps,
  partner: Principal,
  question: Question,
): Promise<QueryAnswer> {
  if (holdsIdentityNumber(question.reference))
    throw populationErrors.criterionImpossible({
      reason: 'the reference holds an identity number, and it is kept in clear',
    });
  const department = await findDepartment(deps.db, partner.participantNo ?? '');
  const items = await allowedItems(deps.db, department, question);
  await countQuestion(deps.db, department);
  const queryId = await writeDown(deps.db, department, partner, question, items);
  const found = await lookUp(deps, question.criterion);
  if (typeof found !== 'bigint') {
    await settle(deps.db, queryId, found);
    return { queryId, result: found };
  }
  await settle(deps.db, queryId, 'answered', found);
  const purpose = `${department.department}: ${question.purpose}, question ${queryId}`;
  const values = await discloseResident(deps, partner, found, { purpose, items });
  const answer = Object.entries(values).map(([item, { value, source, at }]) => [
    item,
    { value, source, at: at.toISOString() },
  ]);
  return {
    queryId,
    result: 'found',
    items: Object.fromEntries(answer) as Extract<QueryAnswer, { result: 'found' }>['items'],
  };
}

async function allowedItems(
  db: Database,
  { department }: Department,
  { purpose, items }: Question,
): Promise<ItemName[]> {
  const entitled = purpose === EXCHANGE ? new Set<ItemName>() : await entitledItems(db, department, purpose);
  if (entitled.size === 0) {
    const purposes = (await queryPurposes(db, department)).join(', ') || 'none';
    throw populationErrors.purposeNotEntitled({ department, purpose, purposes });
  }
  if (items === undefined) return [...entitled];
  const forbidden = items.filter((item) => !isItemName(item) || !entitled.has(item));
  if (forbidden.length > 0)
    throw populationErrors.itemsNotEntitled({ department, purpose, items: forbidden.join(', ') });
  return items.filter(isItemName);
}

async function writeDown(
  db: Database,
  { department }: Department,
  partner: Principal,
  { criterion, purpose, reference }: Question,
  items: readonly ItemName[],
): Promise<bigint> {
  const { rows } = await db.query<{ query_id: bigint }>(
    `insert into issuer.department_query (department, asked_by, purpose, reference, criterion, items)
     values ($1, $2, $3, $4, $5, $6) returning query_id`,
    [department, partner.id, purpose, reference, 'idNumber' in criterion ? 'id-number' : 'name-birth', items],
  );
  if (rows[0] === undefined) throw new Error('a question just written cannot be found');
  return rows[0].query_id;
}

async function settle(
  db: Database,
  queryId: bigint,
  outcome: 'answered' | 'no-such-person' | 'ambiguous',
  residentId?: bigint,
): Promise<void> {
  await db.query('update issuer.department_query set outcome = $2, resident_id = $3 where query_id = $1', [
    queryId,
    outcome,
    residentId ?? null,
  ]);
}

async function lookUp(
  deps: PopulationDeps,
  criterion: Question['criterion'],
): Promise<bigint | 'no-such-person' | 'ambiguous'> {
  if ('idNumber' in criterion) {
    const checked = checkItem('id-number', criterion.idNumber);
    if (!checked.ok) throw populationErrors.criterionImpossible({ reason: checked.reason });
    return (await residentIdByNumber(deps, checked.value)) ?? 'no-such-person';
  }
  for (const [item, text] of [
    ['name', criterion.name],
    ['birth-date', criterion.birthDate],
  ] as const) {
    const checked = checkItem(item, text);
    if (!checked.ok) throw populationErrors.criterionImpossible({ reason: `${item}: ${checked.reason}` });
  }
  const [key] = await indexKeys(deps.protection, [nameBirthKey(criterion.name, criterion.birthDate)]);
  return transact(deps.db, async (tx) => {
    const { rows } = await tx.query<{ resident_id: bigint }>(
      `select resident_id from issuer.resident_search where index_value = $1 order by resident_id limit ${ENOUGH_TO_BE_AMBIGUOUS}`,
      [key?.index],
    );
    if (rows.length >= ENOUGH_TO_BE_AMBIGUOUS) return 'ambiguous';
    const [record] = await readRecords(
      tx,
      deps.protection,
      rows.map((row) => row.resident_id),
    );
    return record?.residentId ?? 'no-such-person';
  });
}
