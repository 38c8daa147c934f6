import { useI18n } from 'vue-i18n';
import { actOf, codeOf } from '../../../parts/problem-words.ts';

/** Words for the codes of the services (states, kinds, roles); a code nobody has words for is shown as it is. */
export function useWords(): (code: string | null | undefined, family?: string) => string {
  const { t, te, locale } = useI18n();
  return (code, family = 'code') => {
    if (code === null || code === undefined || code === '') return '';
    const key = `finance.${family}.${code}`;
    if (te(key) || te(key, 'en')) return t(key);
    return family === 'act' ? actOf(code, locale.value) : codeOf(code, locale.value);
  };
}
