import { useI18n } from 'vue-i18n';

/** Words for the codes of the services (states, kinds, roles); a code nobody has words for is shown as it is. */
export function useWords(): (code: string | null | undefined, family?: string) => string {
  const { t, te } = useI18n();
  return (code, family = 'code') => {
    if (code === null || code === undefined || code === '') return '';
    const key = `finance.${family}.${code}`;
    return te(key) || te(key, 'en') ? t(key) : code;
  };
}
