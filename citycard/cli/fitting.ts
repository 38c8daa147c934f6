import { citycardErrors } from '../errors.ts';

/** The word when it has the form. @throws citycard.bad-option saying what to give instead */
export function fitting(word: string | undefined, form: RegExp, what: string): string {
  if (word === undefined || !form.test(word)) throw citycardErrors.badOption(`give ${what}`);
  return word;
}

/** Refuses words behind the last one that is looked at. @throws citycard.bad-option */
export function noMore(more: readonly string[], usage: string): void {
  if (more.length > 0) throw citycardErrors.badOption(`usage: ${usage}`);
}
