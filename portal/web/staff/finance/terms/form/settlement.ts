import { fenTyped, type Field, type Fields, listOf, textOf } from './field.ts';
import { yuan } from '../../../../parts/money.ts';
import {
  beginsOn,
  dateFields,
  documentFields,
  type Rule,
  type RuleForm,
  subjectFields,
  subjectName,
  subjectOf,
  typedFields,
  typedSubject,
} from './rule.ts';

/** The word that leads the fields of a rhythm: of everything, of refunds alone, of fees alone. */
type RhythmName = 'rhythm' | 'refunds' | 'fees';

const refundsApart = ({ mode }: Fields) => mode === '2' || mode === '4';
const feesApart = ({ mode }: Fields) => mode === '2' || mode === '3';

/** How often: so many days, an amount, days of the week or the month, a quarter. */
function rhythmFields(name: RhythmName, wanted: (fields: Fields) => boolean): Field[] {
  const every = (fields: Fields) => (wanted(fields) ? fields[`${name}.every`] : undefined);
  const of = (key: string, rest: Omit<Field, 'key' | 'words'>): Field => ({
    key: `${name}.${key}`,
    words: `rhythm.${key}`,
    ...rest,
  });
  return [
    {
      ...of('every', { kind: 'choice', options: ['days', 'amount', 'week', 'month', 'quarter'], when: wanted }),
      words: name === 'rhythm' ? 'rhythm.every' : `${name}.every`,
    },
    of('days', { kind: 'whole', least: 1, most: 366, when: (fields) => every(fields) === 'days' }),
    of('limitFen', { kind: 'yuan', positive: true, when: (fields) => every(fields) === 'amount' }),
    of('weekdays', { kind: 'weekdays', when: (fields) => every(fields) === 'week' }),
    of('monthDays', { kind: 'monthDays', when: (fields) => every(fields) === 'month' }),
    of('monthEnd', {
      kind: 'choice',
      options: ['no', 'yes'],
      usual: 'no',
      when: (fields) => every(fields) === 'days' || every(fields) === 'amount',
    }),
  ];
}

const plain: readonly Field[] = [
  { key: 'mode', kind: 'choice', options: ['1', '2', '3', '4'], usual: '1' },
  { key: 'netting', kind: 'choice', options: ['multilateral', 'bilateral', 'gross'], usual: 'multilateral' },
];
const amounts: readonly Field[] = [
  { key: 'thresholdFen', kind: 'yuan', usual: '0.00' },
  { key: 'carryAtMostDays', kind: 'whole', least: 1, most: 366, optional: true },
  { key: 'payAfterWorkingDays', kind: 'whole', least: 1, most: 30, usual: '1' },
];
const apart: readonly Field[] = [
  { key: 'refundsOwn', kind: 'choice', options: ['no', 'yes'], usual: 'no', when: refundsApart },
  { key: 'feesOwn', kind: 'choice', options: ['no', 'yes'], usual: 'no', when: feesApart },
];

/** A rhythm as the service has it, of the fields that a name leads. */
function rhythmOf(fields: Fields, name: RhythmName): Rule {
  const text = (key: string) => textOf({ key: `${name}.${key}`, kind: 'text' }, fields);
  const monthEnd = text('monthEnd') === 'yes' ? { monthEnd: true } : {};
  switch (text('every')) {
    case 'amount':
      return { every: 'amount', limitFen: fenTyped(text('limitFen')), ...monthEnd };
    case 'week':
      return { every: 'week', weekdays: numbers(text('weekdays')) };
    case 'month':
      return { every: 'month', days: numbers(text('monthDays')) };
    case 'quarter':
      return { every: 'quarter' };
    default:
      return { every: 'days', days: Number(text('days')), ...monthEnd };
  }
}
const numbers = (text: string): number[] =>
  listOf(text)
    .map(Number)
    .sort((a, b) => a - b);

function rhythmTyped(name: RhythmName, written: unknown): Fields {
  const rhythm = (written ?? { every: 'days', days: 1 }) as Rule;
  const list = (value: unknown) => (Array.isArray(value) ? value.join(',') : '');
  return {
    [`${name}.every`]: String(rhythm['every']),
    [`${name}.days`]: typeof rhythm['days'] === 'number' ? String(rhythm['days']) : '',
    [`${name}.limitFen`]: typeof rhythm['limitFen'] === 'number' ? yuan(rhythm['limitFen']).replaceAll(',', '') : '',
    [`${name}.weekdays`]: list(rhythm['weekdays']),
    [`${name}.monthDays`]: rhythm['every'] === 'month' ? list(rhythm['days']) : '',
    [`${name}.monthEnd`]: rhythm['monthEnd'] === true ? 'yes' : 'no',
  };
}

const own = (name: 'refunds' | 'fees') => (fields: Fields) =>
  fields[`${name}Own`] === 'yes' && (name === 'refunds' ? refundsApart(fields) : feesApart(fields));

/** Settlement terms as docs/clearing-day.md has them. */
export const settlementForm: RuleForm = {
  fields: [
    ...subjectFields(true),
    ...plain,
    ...rhythmFields('rhythm', () => true),
    ...apart,
    ...rhythmFields('refunds', own('refunds')),
    ...rhythmFields('fees', own('fees')),
    ...amounts,
    ...dateFields,
  ],
  typedOf: (rule) => {
    const refunds = rule['refunds'] ?? rule['refundRhythm'];
    const fees = rule['fees'] ?? rule['feeRhythm'];
    return {
      fields: {
        ...typedFields([...plain, ...amounts, ...dateFields], rule),
        ...typedSubject(rule),
        ...rhythmTyped('rhythm', rule['rhythm']),
        ...rhythmTyped('refunds', refunds),
        ...rhythmTyped('fees', fees),
        refundsOwn: refunds === undefined ? 'no' : 'yes',
        feesOwn: fees === undefined ? 'no' : 'yes',
      },
      ladder: [],
      shares: [],
    };
  },
  ruleOf: (typed, validFrom) => {
    const { fields } = typed;
    const { mode, ...rest } = documentFields([...plain, ...amounts, ...dateFields], fields);
    return {
      for: subjectOf(fields),
      ...rest,
      ...(mode === undefined ? {} : { mode: Number(mode) }),
      rhythm: rhythmOf(fields, 'rhythm'),
      ...(own('refunds')(fields) ? { refunds: rhythmOf(fields, 'refunds') } : {}),
      ...(own('fees')(fields) ? { fees: rhythmOf(fields, 'fees') } : {}),
      validFrom: beginsOn(typed, validFrom),
    };
  },
  nameOf: ({ fields }) => subjectName(fields),
  endedOf: ({ fields }) => subjectOf(fields),
};
