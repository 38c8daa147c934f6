import { computed, ref } from 'vue';
import { en } from './words-en.ts';
import { zh } from './words-zh.ts';

export type Words = typeof zh;
const languages: Readonly<Record<'zh' | 'en', Words>> = { zh, en };

export const language = ref<'zh' | 'en'>('zh');
/** Every sentence of the pages, in the language that is chosen. */
export const words = computed<Words>(() => languages[language.value]);

export function speak(to: 'zh' | 'en'): void {
  language.value = to;
  document.documentElement.lang = to === 'zh' ? 'zh-CN' : 'en';
  document.title = words.value.title;
}

/** A word out of a list, or the code itself when the list does not have it. */
export const wordOf = (list: Readonly<Record<string, string>>, code: string): string => list[code] || code;
