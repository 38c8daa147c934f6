import type { TypedText } from '../industries/document.ts';

const CHARACTERS = {
  digits: /^[0-9]*$/,
  'letters-and-digits': /^[0-9A-Za-z]*$/,
  printable: /^\P{Cc}*$/u,
} as const;

/** Whether a customer number, a decision number or another reference looks as its industry says. */
export function isWellTyped(text: string, rule: TypedText): boolean {
  return text.length >= rule.shortest && text.length <= rule.longest && CHARACTERS[rule.characters].test(text);
}
