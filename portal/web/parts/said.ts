import { useI18n } from 'vue-i18n';
import { actOf, codeOf, figureOf, textOf } from './problem-words.ts';

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

/** Words for states, kinds and items of the services that a page has no words of its own for. */
export function useCodeWords(): (code: unknown) => string {
  const { locale } = useI18n();
  return (code) => (typeof code === 'string' ? codeOf(code, locale.value) : '');
}

/** Figures that an act or an event left, on one line: `amount: ¥12.00; card: 310…`. */
export function useFigures(): (figures: unknown) => string {
  const { locale } = useI18n();
  const colon = () => (locale.value === 'zh' ? '：' : ': ');
  const said = (figures: unknown): string =>
    typeof figures !== 'object' || figures === null
      ? ''
      : Object.entries(figures)
          .filter(([, value]) => value !== null)
          .map(([name, value]) => {
            const isDeep =
              typeof value === 'object' && !(Array.isArray(value) && value.every((one) => typeof one !== 'object'));
            const figure = figureOf(name, isDeep ? '' : value, locale.value);
            return `${figure.label}${colon()}${isDeep ? said(value) : figure.value}`;
          })
          .join(locale.value === 'zh' ? '；' : '; ');
  return said;
}
