import { shallowRef } from 'vue';
import { yuan } from './money.ts';
import type { Problem } from './problem.ts';
import type { Speaker } from './words-of-services/speaker.ts';

/** Until the words are there, and where somebody reads English, the services' own sentences stand. */
const speaker = shallowRef<Speaker>();
let fetching: Promise<void> | undefined;

/** Fetches the Chinese for what the services say; what is on a page already turns into it by itself. */
export async function fetchWords(language: string): Promise<void> {
  if (language !== 'zh') return;
  fetching ??= Promise.all([import('./words-of-services/speaker.ts'), import('./words-of-services/chinese.ts')]).then(
    ([{ speakerOf }, { chinese }]) => {
      speaker.value = speakerOf(chinese);
    },
    // Without them the services' own sentences stand; the next page asks again.
    () => {
      fetching = undefined;
    },
  );
  await fetching;
}

/** The sentence of a refusal for a person: the service's own, in Chinese for those who read it. */
export function sentenceOf(problem: Problem, language: string): string {
  if (language !== 'zh') return problem.message;
  return speaker.value?.refusal(problem.code, problem.message, problem.params) ?? problem.message;
}

/** A sentence or a reason that a service has kept (why a job failed, why a record was refused), for a person. */
export function textOf(said: string, language: string): string {
  return language === 'zh' ? (speaker.value?.text(said) ?? said) : said;
}

/** An act as the log of acts and proposals name it, for a person. */
export function actOf(code: string, language: string): string {
  return language === 'zh' ? (speaker.value?.act(code) ?? code) : code;
}

/** What the log of acts has for the beginning of a subject that somebody read on a page. */
export function loggedAs(subject: string, language: string): string {
  return language === 'zh' ? (speaker.value?.logged(subject) ?? subject) : subject;
}

/** A state, a kind or a step of the services, for a person; where a page has words of its own for it, those stand. */
export function codeOf(code: string, language: string): string {
  return language === 'zh' ? (speaker.value?.code(code) ?? code) : code;
}

/** One figure of evidence: what it is called, and what it says. */
export function figureOf(name: string, value: unknown, language: string): { label: string; value: string } {
  if (language === 'zh' && speaker.value !== undefined)
    return { label: speaker.value.field(name), value: speaker.value.value(name, value) };
  const fen = name.endsWith('Fen') && (typeof value === 'number' || /^-?\d+$/.test(String(value)));
  const label = (fen ? name.slice(0, -3) : name).replaceAll(
    /([a-z])([A-Z])/g,
    (_, one: string, other: string) => `${one} ${other.toLowerCase()}`,
  );
  return { label, value: fen ? `¥${yuan(value as string)}` : String(value) };
}
