import type { Faults, Field, Fields } from './field.ts';
import {
  beginsOn,
  dateFields,
  documentFields,
  type Rule,
  type RuleForm,
  subjectFields,
  subjectOf,
  typedFields,
  type TypedRule,
  typedSubject,
} from './rule.ts';

const is = (kind: string) => (fields: Fields) => fields['kind'] === kind;
const counted = (fields: Fields) =>
  is('fare')(fields) && ((fields['ridesPerDay'] ?? '') !== '' || (fields['ridesPerMonth'] ?? '') !== '');
const CATEGORY = /^[a-z][a-z0-9-]{0,19}$/;
const MOST_FEN = 100_000_000;
const percent = (key: string, when: NonNullable<Field['when']>): Field => ({
  key,
  kind: 'whole',
  least: 0,
  most: 100,
  when,
});
const count = (key: string, when: NonNullable<Field['when']>, rest: Partial<Field> = {}): Field => ({
  key,
  kind: 'whole',
  least: 1,
  most: 100_000,
  when,
  ...rest,
});
const money = (key: string, when: NonNullable<Field['when']>): Field => ({
  key,
  kind: 'yuan',
  positive: true,
  most: MOST_FEN,
  when,
});
const optional = { optional: true };

const own: readonly Field[] = [
  { key: 'kind', kind: 'choice', options: ['fare', 'transfer', 'cap', 'pass'] },
  { key: 'category', kind: 'text', pattern: CATEGORY, when: is('fare') },
  {
    key: 'categoryOrAll',
    kind: 'text',
    pattern: CATEGORY,
    optional: true,
    when: (fields) => is('transfer')(fields) || is('cap')(fields),
  },
  { key: 'code', kind: 'text', pattern: CATEGORY, when: is('pass') },
];
const rest: readonly Field[] = [
  percent('paysPercent', is('fare')),
  count('ridesPerDay', is('fare'), optional),
  count('ridesPerMonth', is('fare'), optional),
  { ...percent('thenPaysPercent', counted), usual: '100' },
  money('maxFullFareFen', is('fare')),
  count('improbableRidesPerDay', is('fare'), optional),
  count('improbableMinutes', is('fare'), optional),
  count('withinMinutes', is('transfer'), { most: 1_440 }),
  money('discountFen', is('transfer')),
  count('transfers', is('transfer'), { most: 20 }),
  money('perDayFen', is('cap')),
  count('days', is('pass'), { most: 3_700 }),
  count('rides', is('pass'), optional),
  money('priceFen', is('pass')),
  percent('subsidyPercent', (fields) => fields['kind'] !== 'pass' && fields['kind'] !== ''),
];

const categoryOf = ({ kind, category = '', categoryOrAll = '', code = '' }: Fields): string =>
  (kind === 'pass' ? code : kind === 'fare' ? category : categoryOrAll).trim();

const textIn = (rule: Rule, key: string): string => (typeof rule[key] === 'string' ? rule[key] : '');

function wholeFaults({ fields }: TypedRule): Faults {
  const then = fields['thenPaysPercent'] ?? '';
  const pays = fields['paysPercent'] ?? '';
  const cheaper = counted(fields) && /^\d+$/.test(then) && /^\d+$/.test(pays) && Number(then) < Number(pays);
  return cheaper ? { thenPaysPercent: { key: 'laterCheaper' } } : {};
}

/** Concessions as docs/concessions.md has them. */
export const concessionForm: RuleForm = {
  fields: [...subjectFields(false), ...own, ...rest, ...dateFields],
  typedOf: (rule) => ({
    fields: {
      ...typedFields([...own, ...rest, ...dateFields], rule),
      ...typedSubject(rule),
      categoryOrAll: textIn(rule, 'category'),
      // What ends names a pass by its category.
      code: textIn(rule, 'code') || (rule['kind'] === 'pass' ? textIn(rule, 'category') : ''),
    },
    ladder: [],
    shares: [],
  }),
  ruleOf: (typed, validFrom) => {
    const { fields } = typed;
    const { categoryOrAll, ...written } = documentFields([...own, ...rest, ...dateFields], fields);
    return {
      for: subjectOf(fields),
      ...written,
      ...(categoryOrAll === undefined ? {} : { category: categoryOrAll }),
      validFrom: beginsOn(typed, validFrom),
    };
  },
  wholeFaults,
  nameOf: ({ fields }) => JSON.stringify([fields['kind'], categoryOf(fields), subjectOf(fields)]),
  endedOf: ({ fields }) => ({
    for: subjectOf(fields),
    kind: fields['kind'],
    ...(categoryOf(fields) === '' ? {} : { category: categoryOf(fields) }),
  }),
};
