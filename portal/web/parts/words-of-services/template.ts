const PLACE = /\{(\w+)(?::(\w+))?\}/g;

/** Puts values in the places of a sentence: `{name}`, or `{name:form}` with a form of its own. */
export function fill(sentence: string, value: (name: string, form: string | undefined) => string): string {
  return sentence.replaceAll(PLACE, (_, name: string, form: string | undefined) => value(name, form));
}

/** What stands in the places of a sentence that was filled before; undefined when it is another sentence. */
export type Reader = (text: string) => Readonly<Record<string, string>> | undefined;

/**
 * Reads sentences made from a template. A text in parentheses behind it, which catalogues append where a sentence has no
 * place for a detail, is read as `appended`.
 */
export function readerOf(template: string): Reader {
  const names: string[] = [];
  let pattern = '';
  let from = 0;
  for (const place of template.matchAll(PLACE)) {
    pattern += literal(template.slice(from, place.index)) + '([\\s\\S]*?)';
    names.push(place[1] ?? '');
    from = place.index + place[0].length;
  }
  const whole = new RegExp(`^${pattern}${literal(template.slice(from))}(?: \\(([\\s\\S]*)\\))?$`);
  return (text) => {
    const found = whole.exec(text);
    if (found === null) return undefined;
    const read = names.map((name, at): [string, string] => [name, found[at + 1] ?? '']);
    const appended = found[names.length + 1];
    return Object.fromEntries(appended === undefined ? read : [...read, ['appended', appended]]);
  };
}

/** How much of a template is its own: of two that fit a text, the one that says more is meant. */
export const ownLength = (template: string): number => template.replaceAll(PLACE, '').length;

/** The longest piece of a template between two places. */
export const longestOwn = (template: string): string =>
  template.split(/\{\w+(?::\w+)?\}/).reduce((longest, piece) => (piece.length > longest.length ? piece : longest), '');

function literal(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
