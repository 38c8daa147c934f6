import { useI18n } from 'vue-i18n';
import { codeOf } from '../../../parts/problem-words.ts';

/** Words for a code of the services (`state.up`, `kind.upload`); one nobody has words for is shown as it is. */
export function useWords(): (family: string, code: unknown) => string {
  const { t, te, locale } = useI18n();
  return (family, code) => {
    if (code === null || code === undefined || code === '') return '';
    const key = `platform.${family}.${String(code)}`;
    return te(key) ? t(key) : codeOf(String(code), locale.value);
  };
}

/** The name of a part that works by itself; of one that does the jobs of a queue, the queue's. */
export function usePartName(): (part: string) => string {
  const { t } = useI18n();
  const words = useWords();
  return (part) =>
    part.startsWith('job:')
      ? t('platform.services.worker', { queue: words('queue', part.slice('job:'.length)) })
      : words('services.part', part);
}

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

/** How long ago an instant is, or how far ahead, in words: `3 minutes ago`. */
export function useAgo(): (instant: string | null | undefined) => string {
  const { locale } = useI18n();
  return (instant) => {
    if (instant === null || instant === undefined) return '';
    const seconds = Math.round((Date.parse(instant) - Date.now()) / 1000);
    const [unit, size] = UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? (['second', 1] as const);
    const words = new Intl.RelativeTimeFormat(locale.value === 'zh' ? 'zh-CN' : 'en', { numeric: 'auto' });
    return words.format(Math.trunc(seconds / size), unit);
  };
}

/** A length of time in words of its largest two units. */
export function useSpan(): (seconds: number | null | undefined) => string {
  const { t } = useI18n();
  return (seconds) => {
    if (seconds === null || seconds === undefined) return '';
    if (seconds < 1) return t('platform.span.instant');
    if (seconds < 60) return t('platform.span.seconds', { n: Math.round(seconds) });
    if (seconds < 3600) return t('platform.span.minutes', { n: Math.floor(seconds / 60) });
    return t('platform.span.hours', { h: Math.floor(seconds / 3600), m: Math.floor((seconds % 3600) / 60) });
  };
}
