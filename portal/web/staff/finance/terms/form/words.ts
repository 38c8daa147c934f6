import { computed } from 'vue';
import { useI18n } from 'vue-i18n';
import { api, take } from '../../../../parts/api.ts';
import { useAsked } from '../../../../parts/asked.ts';
import { fenOf, yuan } from '../../../../parts/money.ts';
import { readParticipants, useParties } from '../../settlement/parties.ts';
import { asked, type Fault, type Field, type Fields, LAST_DAY, listOf, shiftDecimal, textOf } from './field.ts';
import type { RuleForm, Section, TypedRule } from './rule.ts';

/** What a document says, as name and value. */
export interface Line {
  readonly label: string;
  readonly value: string;
}

const SUBJECT = ['whom', 'participant', 'industry'];
/** What stands in the title of a rule already, or says only how the form is filled in. */
const NOT_LINES = [...SUBJECT, 'validFrom', 'validTo', 'rated', 'refundsOwn', 'feesOwn'];

/** Codes that have words elsewhere. */
const FAMILIES: Readonly<Record<string, string>> = {
  ruleName: 'finance.validationRule',
  counterpartKind: 'finance.counterpartKind',
  differenceKind: 'finance.differenceKind',
  ownerRole: 'roles',
};

/** Words for documents: of fields and faults, of whole rules, for whom they are. */
export function useDocumentWords() {
  const { t, te, locale } = useI18n();
  const nameOf = useParties();
  const known = useAsked(async () => (await take(api.GET('/v1/industries'))).industries);
  const participants = useAsked(readParticipants);
  const industries = computed(() =>
    (known.answer.value ?? []).map(({ code, document }) => ({
      code,
      name: locale.value === 'zh' ? document.nameChinese : document.nameEnglish,
    })),
  );
  const industryName = (code: string): string => {
    const name = industries.value.find((one) => one.code === code)?.name;
    return t('finance.form.industryNo', { code, name: name ?? '' }).trim();
  };
  const label = (field: Field): string => {
    const [whose = ''] = field.key.split('.');
    const apart =
      field.words?.startsWith('rhythm.') === true && whose !== 'rhythm' ? t(`finance.form.of.${whose}`) : '';
    return `${apart}${t(`finance.form.field.${field.words ?? field.key}`)}`;
  };
  const hint = (field: Field): string => {
    const key = `finance.form.hint.${field.words ?? field.key}`;
    return te(key) ? t(key) : '';
  };
  const option = (field: Field, value: string): string => {
    if (field.key === 'differenceKind' && value === '*') return t('finance.form.otherKinds');
    const family = FAMILIES[field.key] ?? `finance.form.option.${(field.words ?? field.key).split('.').at(-1)}`;
    const key = `${family}.${value === '' ? 'none' : value}`;
    return te(key) ? t(key) : value;
  };
  const sentence = ({ key, values = {} }: Fault): string => t(`finance.form.fault.${key}`, { ...values });
  const weekday = (day: string) => t(`finance.form.weekday.${day}`);

  /** A typed value as people say it. */
  function value(field: Field, fields: Fields): string {
    const text = textOf(field, fields);
    if (text === '') return t('finance.form.nothing');
    switch (field.kind) {
      case 'choice':
        return option(field, text);
      case 'yuan':
        return t('finance.form.yuan', { amount: yuan(fenOf(text) ?? 0n) });
      case 'participant':
        return nameOf(text);
      case 'industry':
        return industryName(text);
      case 'weekdays':
        return listOf(text).map(weekday).join(t('finance.form.and'));
      case 'monthDays':
        return listOf(text)
          .map((day) => (day === LAST_DAY ? t('finance.form.lastDay') : t('finance.form.dayOfMonth', { day })))
          .join(t('finance.form.and'));
      default: {
        const key = `finance.form.unit.${field.words ?? field.key}`;
        return te(key) ? t(key, { value: text, millionths: millionths(field, text) }) : text;
      }
    }
  }
  const millionths = ({ key }: Field, text: string) =>
    key === 'ratePercent' && /^[\d.]+$/.test(text) ? shiftDecimal(text, 4) : '';

  function subject({ whom, participant = '', industry = '' }: Fields): string {
    if (whom === 'participant') return nameOf(participant);
    return whom === 'industry' ? industryName(industry) : t('finance.terms.everybody');
  }

  /** For whom a rule is, and on which conditions. */
  function title(form: RuleForm, { fields }: TypedRule): string {
    const conditions = form.fields.filter(
      (field) =>
        ['deal', 'product', 'recordIndustry', 'category', 'categoryOrAll', 'code'].includes(field.key) &&
        asked(field, fields) &&
        textOf(field, fields) !== '',
    );
    const kind = form.fields.find(({ key }) => key === 'kind');
    const concession = kind?.options?.includes('fare') === true ? [value(kind, fields)] : [];
    return [subject(fields), ...concession, ...conditions.map((field) => value(field, fields))].join(' · ');
  }

  /** From when to when. */
  const period = ({ fields }: TypedRule, validFrom: string): string => {
    const from = fields['validFrom']?.trim() || validFrom;
    const to = fields['validTo']?.trim() ?? '';
    return to === '' ? t('finance.form.from', { from }) : t('finance.form.fromTo', { from, to });
  };

  /** What is in force from a later day on and goes as well. */
  const replacedLater = (version: number, validFrom: string) => ({
    label: t('finance.form.later'),
    before: t('finance.form.laterVersion', { version, validFrom }),
    after: t('finance.form.laterEnds', { version, validFrom }),
  });

  /** What a rule says, line by line; what is as usual is left out. */
  function lines(form: RuleForm, typed: TypedRule): Line[] {
    const { fields } = typed;
    const said = form.fields
      .filter((field) => !NOT_LINES.includes(field.key) && asked(field, fields) && textOf(field, fields) !== '')
      .filter((field) => field.usual === undefined || !isUsual(field, fields))
      .filter(
        ({ key }) =>
          key !== 'shared' && !['deal', 'product', 'recordIndustry', 'category', 'categoryOrAll', 'code'].includes(key),
      )
      .map((field) => ({ label: label(field), value: value(field, fields) }));
    return [...said, ...ladderLines(typed), ...shareLines(typed)];
  }
  const isUsual = (field: Field, fields: Fields): boolean =>
    field.kind === 'yuan'
      ? fenOf(field.usual ?? '') === fenOf(textOf(field, fields))
      : textOf(field, fields) === field.usual;

  function ladderLines({ fields, ladder }: TypedRule): Line[] {
    if (fields['kind'] === 'fixed' || fields['rated'] !== 'ladder') return [];
    const byAmount = fields['kind'] === 'by-amount';
    const bound = (text: string) => (byAmount ? yuan(fenOf(text) ?? 0n) : text.trim());
    const rate = (text: string) =>
      byAmount
        ? t('finance.form.unit.ratePercent', {
            value: text,
            millionths: millionths({ key: 'ratePercent', kind: 'decimal' }, text),
          })
        : t('finance.form.unit.rateFen', { value: text });
    const unit = t(byAmount ? 'finance.form.ladderYuan' : 'finance.form.ladderCount');
    const stretch = ({ from, upTo }: Section) =>
      upTo.trim() === ''
        ? t('finance.form.above', { from: bound(from), unit })
        : t('finance.form.stretch', { from: bound(from), to: bound(upTo), unit });
    return ladder.map((section, at) => ({
      label: t('finance.form.section', { n: at + 1 }),
      value: `${stretch(section)}: ${rate(section.rate)}`,
    }));
  }

  function shareLines({ fields, shares }: TypedRule): Line[] {
    if (fields['shared'] !== 'shares') return [];
    return shares.map(({ to, participant, by, percent, fixed }) => ({
      label: t('finance.form.shareOf', {
        whose: to === 'participant' ? nameOf(participant) : t(`finance.form.holder.${to}`),
      }),
      value: by === 'percent' ? `${percent} %` : t('finance.form.yuan', { amount: yuan(fenOf(fixed) ?? 0n) }),
    }));
  }

  return {
    label,
    hint,
    option,
    sentence,
    value,
    subject,
    title,
    period,
    lines,
    replacedLater,
    weekday,
    industries,
    industryName,
    participants,
    nameOf,
  };
}
export type DocumentWords = ReturnType<typeof useDocumentWords>;
