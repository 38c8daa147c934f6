import { type Change, isChange } from './changes.ts';

type Translate = (key: string, values?: Record<string, unknown>) => string;

/** A browser sends what was shown in a header of 64 kB; beyond this the hash of the document stands for the rest. */
const MOST_CHARACTERS = 9_000;

/** What a document changes, as the lines of an act: one for each rule, in words. */
export function changeLines(changes: readonly Change[], t: Translate): { label: string; value: string }[] {
  const lines = changes.map((change, at) => ({
    label: `${at + 1}. ${change.title}`,
    value: [`${t(`finance.form.change.${change.kind}`)} ${change.period}`.trim(), ...saidOf(change, t)].join('\n'),
  }));
  let characters = 0;
  const shown = lines.filter(({ label, value }) => (characters += label.length + value.length) <= MOST_CHARACTERS);
  const left = lines.length - shown.length;
  return left === 0 ? shown : [...shown, { label: '…', value: t('finance.form.moreChanges', { n: left }) }];
}

function saidOf({ kind, lines }: Change, t: Translate): string[] {
  const nothing = t('finance.form.nothing');
  if (kind === 'ended') return lines.map(({ label, before = nothing }) => `${label}: ${before}`);
  if (kind !== 'changed') return lines.map(({ label, after = nothing }) => `${label}: ${after}`);
  return lines.filter(isChange).map(({ label, before = nothing, after = nothing }) => `${label}: ${before} → ${after}`);
}
