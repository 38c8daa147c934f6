import { yuan } from './money.ts';
import type { Problem } from './problem.ts';

/** Sentences in Chinese for what the services say in English, by code; `{name}` stands for what the answer names. */
const inChinese = new Map<string, string>();

/** Adds the words of a face. */
export function addProblemWords(words: Readonly<Record<string, string>>): void {
  for (const [code, sentence] of Object.entries(words)) inChinese.set(code, sentence);
}

/** The sentence for a person: the service's own, in Chinese where a face has put it so. Fen are said in yuan. */
export function sentenceOf(problem: Problem, language: string): string {
  const words = language === 'zh' ? inChinese.get(problem.code) : undefined;
  if (words === undefined) return problem.message;
  return words.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = problem.params[name];
    if (name.endsWith('Fen') && (typeof value === 'number' || typeof value === 'string')) return `¥${yuan(value)}`;
    return value === undefined ? '' : String(value);
  });
}
