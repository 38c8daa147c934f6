import { useI18n } from 'vue-i18n';

/** Amounts with their words, for what an act has done. */
export function useShowing() {
  const { t } = useI18n();
  return { amount: (key: string, fen: number) => ({ label: t(key), fen }) };
}
