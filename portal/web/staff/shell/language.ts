import elementEn from 'element-plus/es/locale/lang/en';
import elementZh from 'element-plus/es/locale/lang/zh-cn';
import { computed } from 'vue';
import { createI18n } from 'vue-i18n';
import { partsMessages } from '../../parts/messages.ts';
import { fetchWords } from '../../parts/problem-words.ts';
import type { Messages } from '../face.ts';
import { faces } from '../faces.ts';
import { shellMessages } from './messages.ts';

export type Language = 'zh' | 'en';

const KEPT = 'language';

function together(language: Language): Record<string, Messages> {
  const all = [shellMessages, partsMessages, ...faces.map((face) => face.messages)];
  return Object.assign({}, ...all.map((messages) => messages[language])) as Record<string, Messages>;
}

/** zh-CN first; the choice is kept in this browser. */
export const i18n = createI18n<false>({
  legacy: false,
  locale: localStorage.getItem(KEPT) === 'en' ? 'en' : 'zh',
  fallbackLocale: 'en',
  messages: { zh: together('zh'), en: together('en') },
});

void fetchWords(i18n.global.locale.value);

export const elementLocale = computed(() => (i18n.global.locale.value === 'en' ? elementEn : elementZh));

export function speak(language: Language): void {
  i18n.global.locale.value = language;
  localStorage.setItem(KEPT, language);
  void fetchWords(language);
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
}
