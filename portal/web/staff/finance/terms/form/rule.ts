import {
  dayAfter,
  documentValue,
  type Fault,
  type Faults,
  type Field,
  type Fields,
  faultsOf,
  isDay,
  textOf,
  typedValue,
} from './field.ts';

/** A section of a ladder, a share of a fee, as they are typed. */
export type Section = Record<'from' | 'upTo' | 'rate', string>;
export type ShareRow = Record<'to' | 'participant' | 'by' | 'percent' | 'fixed', string>;

/** A rule as it is typed. Only fees have ladders and shares. */
export interface TypedRule {
  readonly fields: Fields;
  readonly ladder: Section[];
  readonly shares: ShareRow[];
}

/** A rule of a document as the service has it. */
export type Rule = Readonly<Record<string, unknown>>;

/** How the rules of one kind of document are typed, checked, written down and told apart. */
export interface RuleForm {
  readonly fields: readonly Field[];
  readonly typedOf: (rule: Rule) => TypedRule;
  /** Of a rule without faults. */
  readonly ruleOf: (typed: TypedRule, validFrom: string) => Rule;
  /** What is wrong beyond single fields; a key of a field, `ladder`, `ladder.2` or `shares`. */
  readonly wholeFaults?: (typed: TypedRule) => Faults;
  /** Rules of one name take each other's place. */
  readonly nameOf: (typed: TypedRule) => string;
  /** How a document names rules that end. */
  readonly endedOf: (typed: TypedRule) => Rule;
}

export const blankRule = (form: RuleForm): TypedRule => ({
  fields: Object.fromEntries(form.fields.map(({ key, usual = '' }) => [key, usual])),
  ladder: [],
  shares: [],
});

/** For whom: asked in every kind of document. */
export const subjectFields = (everybody: boolean): Field[] => [
  { key: 'whom', kind: 'choice', options: ['participant', 'industry', ...(everybody ? ['everybody'] : [])] },
  { key: 'participant', kind: 'participant', when: ({ whom }) => whom === 'participant' },
  { key: 'industry', kind: 'industry', when: ({ whom }) => whom === 'industry' },
];

/** From and to: the day of the document when the first is left out, until further notice without the second. */
export const dateFields: readonly Field[] = [
  { key: 'validFrom', kind: 'day', optional: true },
  { key: 'validTo', kind: 'day', optional: true },
];

/** The subject of a document, typed. */
export function typedSubject(rule: Rule): Fields {
  const whom = (rule['for'] ?? rule) as Partial<Record<'participant' | 'industry', string>>;
  if (whom.participant !== undefined) return { whom: 'participant', participant: whom.participant };
  return whom.industry === undefined ? { whom: 'everybody' } : { whom: 'industry', industry: whom.industry };
}

/** The subject as documents name it. */
export function subjectOf({ whom, participant = '', industry = '' }: Fields): Rule {
  if (whom === 'participant') return { participant };
  return whom === 'industry' ? { industry } : { everybody: true };
}

export const subjectName = (fields: Fields): string => JSON.stringify(subjectOf(fields));

/** Those fields of a rule that are values by themselves. */
export function typedFields(fields: readonly Field[], rule: Rule): Fields {
  return Object.fromEntries(fields.map((field) => [field.key, typedValue(field, rule[field.key])]));
}

/** The same fields of a typed rule as the document has them. */
export function documentFields(fields: readonly Field[], typed: Fields): Rule {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const value = documentValue(field, typed);
      return value === undefined ? [] : [[field.key, value] as const];
    }),
  );
}

/** From when a rule holds: its own day, or the document's. */
export const beginsOn = ({ fields }: TypedRule, validFrom: string): string => fields['validFrom']?.trim() || validFrom;

/** Everything that is wrong with one rule, by the place where it is typed. */
export function ruleFaults(form: RuleForm, typed: TypedRule, validFrom: string): Faults {
  const single = faultsOf(form.fields, typed.fields);
  return { ...form.wholeFaults?.(typed), ...dateFaults(typed, validFrom), ...single };
}

function dateFaults(typed: TypedRule, validFrom: string): Faults {
  const from = beginsOn(typed, validFrom);
  const to = typed.fields['validTo']?.trim() ?? '';
  if (!isDay(from) || !isDay(validFrom)) return {};
  if (from < validFrom) return { validFrom: { key: 'beforeDocument', values: { validFrom } } };
  return isDay(to) && to < from ? { validTo: { key: 'endsBefore', values: { from } } } : {};
}

/** Gaps and overlaps between rules of one name, by the number of the rule that is at fault. */
export function sequenceFaults(form: RuleForm, rules: readonly TypedRule[], validFrom: string): Map<number, Fault> {
  const faults = new Map<number, Fault>();
  const names = rules.map((rule) => form.nameOf(rule));
  for (const name of new Set(names)) {
    const own = rules
      .map((rule, at) => ({
        at,
        from: beginsOn(rule, validFrom),
        to: textOf({ key: 'validTo', kind: 'day' }, rule.fields),
      }))
      .filter(({ at, from }) => names[at] === name && isDay(from))
      .sort((a, b) => (a.from < b.from ? -1 : 1));
    for (const [index, one] of own.entries()) {
      const next = own[index + 1];
      if (next === undefined) continue;
      if (!isDay(one.to) || one.to >= next.from) faults.set(next.at, { key: 'overlap', values: { day: next.from } });
      else if (dayAfter(one.to) !== next.from)
        faults.set(next.at, { key: 'gap', values: { from: dayAfter(one.to), to: dayAfter(next.from, -1) } });
    }
  }
  return faults;
}
