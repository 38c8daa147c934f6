import type { Line } from './words.ts';

/** What becomes of the rules of one name. */
export interface Change {
  readonly title: string;
  readonly kind: 'new' | 'changed' | 'same' | 'ended';
  /** When what is new holds. */
  readonly period: string;
  readonly lines: readonly { readonly label: string; readonly before?: string; readonly after?: string }[];
}

/** Line by line what was said before and is said now; what stays the same has both alike. */
export function comparedLines(before: readonly Line[], after: readonly Line[]): Change['lines'] {
  const labels = [...new Set([...before, ...after].map(({ label }) => label))];
  const said = (lines: readonly Line[], label: string) => {
    const values = lines.filter((line) => line.label === label).map(({ value }) => value);
    return values.length === 0 ? undefined : values.join('; ');
  };
  return labels.map((label) => {
    const [was, is] = [said(before, label), said(after, label)];
    return { label, ...(was === undefined ? {} : { before: was }), ...(is === undefined ? {} : { after: is }) };
  });
}

export const isChange = ({ before, after }: Change['lines'][number]): boolean => before !== after;
