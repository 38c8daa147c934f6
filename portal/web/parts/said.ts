import { useI18n } from 'vue-i18n';
import { actOf, textOf } from './problem-words.ts';

/** Sentences and reasons that services have kept, in the language of the page; what nobody has put into it stays as it is. */
export function useSaid(): (said: unknown) => string {
  const { locale } = useI18n();
  return (said) => (typeof said === 'string' ? textOf(said, locale.value) : '');
}

/** Words for acts as the log of acts and proposals name them. */
export function useActWords(): (act: unknown) => string {
  const { locale } = useI18n();
  return (act) => (typeof act === 'string' ? actOf(act, locale.value) : '');
}
