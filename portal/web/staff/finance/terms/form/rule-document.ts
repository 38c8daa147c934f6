import { type Change, comparedLines, isChange } from './changes.ts';
import type { Fault } from './field.ts';
import { beginsOn, type Rule, type RuleForm, ruleFaults, sequenceFaults, type TypedRule } from './rule.ts';
import type { DocumentWords, Line } from './words.ts';

/** A document of rules as it is typed. */
export interface TypedDocument {
  readonly validFrom: string;
  readonly note: string;
  readonly rules: readonly TypedRule[];
  /** Rules of these names have none of their own any more. */
  readonly ended: readonly TypedRule[];
}

interface WrittenDocument {
  readonly note?: string;
  readonly rules?: readonly Rule[];
  readonly ended?: readonly Rule[];
}

/** A document without faults as the service takes it. Only concessions have no note. */
export function writtenDocument(form: RuleForm, typed: TypedDocument, withNote: boolean): WrittenDocument {
  const note = typed.note.trim();
  return {
    ...(withNote && note !== '' ? { note } : {}),
    rules: typed.rules.map((rule) => form.ruleOf(rule, typed.validFrom)),
    ...(typed.ended.length === 0 ? {} : { ended: typed.ended.map((rule) => form.endedOf(rule)) }),
  };
}

/** A document of the service as it is typed; rules that begin with it have no day of their own. */
export function typedDocument(form: RuleForm, validFrom: string, document: unknown): TypedDocument {
  const { note = '', rules = [], ended = [] } = (document ?? {}) as WrittenDocument;
  return {
    validFrom,
    note,
    rules: rules.map((rule) => withoutDay(form.typedOf(rule), validFrom)),
    ended: ended.map((rule) => form.typedOf(rule)),
  };
}

const withoutDay = (rule: TypedRule, day: string): TypedRule =>
  rule.fields['validFrom'] === day ? { ...rule, fields: { ...rule.fields, validFrom: '' } } : rule;

/** A rule in force as it is changed: it begins with the document. */
export const takenOver = (form: RuleForm, rule: Rule): TypedRule => {
  const typed = form.typedOf(rule);
  return { ...typed, fields: { ...typed.fields, validFrom: '', validTo: '' } };
};

/** Everything that is wrong, each with the place it is shown at: the number of a rule, or the document itself. */
interface DocumentFault {
  readonly rule?: number;
  readonly place: string;
  readonly fault: Fault;
}

export function documentFaults(form: RuleForm, typed: TypedDocument): DocumentFault[] {
  const { rules, ended, validFrom } = typed;
  const sequence = sequenceFaults(form, rules, validFrom);
  const names = rules.map((rule) => form.nameOf(rule));
  const both = ended.filter((rule) => names.includes(form.nameOf(rule)));
  return [
    ...(rules.length === 0 && ended.length === 0 ? [{ place: 'rules', fault: { key: 'noRule' } }] : []),
    ...(typed.note.length > 200 ? [{ place: 'note', fault: { key: 'long', values: { most: 200 } } }] : []),
    ...both.map(() => ({ place: 'ended', fault: { key: 'endedAtOnce' } })),
    ...rules.flatMap((rule, at) => {
      const own = Object.entries(ruleFaults(form, rule, validFrom)).map(([place, fault]) => ({
        rule: at,
        place,
        fault,
      }));
      const date = sequence.get(at);
      return date === undefined ? own : [...own, { rule: at, place: 'dates', fault: date }];
    }),
  ];
}

/** A document in force that begins later: its rules of the same names go. */
interface LaterDocument {
  readonly version: number;
  readonly validFrom: string;
  readonly document: unknown;
}

/** What a document changes against the rules in force on its first day, name by name. */
export function changesOf(
  form: RuleForm,
  inForce: readonly Rule[],
  typed: TypedDocument,
  words: DocumentWords,
  later: readonly LaterDocument[],
): Change[] {
  const before = inForce.map((rule) => form.typedOf(rule));
  const was = (name: string) => before.find((rule) => form.nameOf(rule) === name);
  const coming = later
    .filter(({ validFrom }) => validFrom > typed.validFrom)
    .map((one) => ({
      ...one,
      names: typedDocument(form, one.validFrom, one.document).rules.map((rule) => form.nameOf(rule)),
    }));
  const replaced = (name: string) =>
    coming.filter(({ names }) => names.includes(name)).map((one) => words.replacedLater(one.version, one.validFrom));
  const linesOf = (rule: TypedRule | undefined): Line[] => (rule === undefined ? [] : words.lines(form, rule));
  const ordered = [...typed.rules].sort((a, b) =>
    beginsOn(a, typed.validFrom) < beginsOn(b, typed.validFrom) ? -1 : 1,
  );
  const changed = ordered.map((rule): Change => {
    const name = form.nameOf(rule);
    // A second rule of a name follows the first; it is told apart from what is in force now.
    const old = was(name);
    const lines = comparedLines(linesOf(old), linesOf(rule));
    const kind = old === undefined ? 'new' : lines.some(isChange) ? 'changed' : 'same';
    const period = words.period(rule, typed.validFrom);
    return { title: words.title(form, rule), period, kind, lines: [...lines, ...replaced(name)] };
  });
  const ended = typed.ended.map((rule): Change => {
    const old = was(form.nameOf(rule));
    return {
      title: words.title(form, old ?? rule),
      period: '',
      kind: 'ended',
      lines: [...comparedLines(linesOf(old), []), ...replaced(form.nameOf(rule))],
    };
  });
  return [...changed, ...ended];
}
