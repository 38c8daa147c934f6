import { fitting } from './fitting.ts';

/** `name=value` words and bare flags as the query of an address. @throws citycard.bad-option saying what to give instead */
export function searchOf(words: readonly string[], form: RegExp, what: string): string {
  const search = new URLSearchParams();
  for (const word of words) {
    const option = fitting(word, form, what);
    const at = option.indexOf('=');
    if (at < 0) search.set(option, 'true');
    else search.set(option.slice(0, at), option.slice(at + 1));
  }
  return search.size === 0 ? '' : `?${search.toString()}`;
}
