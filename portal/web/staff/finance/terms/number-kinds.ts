import { api, take } from '../../../parts/api.ts';
import type { Row } from '../../../parts/list.ts';
import { fenNumber, fenOf, yuan } from '../../../parts/money.ts';
import { codesMessages } from '../messages/codes.ts';
import type { BodyOf } from './body-of.ts';
import type { Field, Fields } from './form/field.ts';

/** What one kind of number is now, and what may be proposed for it: as the service says, in one place. */
interface NumbersNow {
  readonly rows: readonly Row[];
  readonly fields: readonly Field[];
  /** The row that a typed change takes the place of. */
  readonly before: (fields: Fields) => Row | undefined;
}

/** How numbers of one kind are read, proposed and approved by two persons. */
interface NumberKind {
  readonly act: string;
  readonly read: () => Promise<NumbersNow>;
  /** The fields of a row or of a proposal's content as they are typed. */
  readonly typedOf: (content: Row) => Fields;
  readonly propose: (fields: Fields, headers: Headers) => Promise<unknown>;
  readonly approval: (fields: Fields, approvalId: string) => { readonly path: string; readonly body: object };
  readonly approve: (fields: Fields, approvalId: string, headers: Headers) => Promise<unknown>;
}

type Headers = Readonly<Record<string, string>>;

const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');
const amount = (value: unknown): string =>
  typeof value === 'number' || typeof value === 'string' ? yuan(value).replaceAll(',', '') : '';
const fen = (typed: string | undefined): number => fenNumber(fenOf(typed ?? '') ?? 0n);
/** Of rows in one order by day, the newest first, the one that holds for a name. */
const newest = (rows: readonly Row[], key: string, name: string | undefined) => rows.find((row) => row[key] === name);

type ValidationBody = BodyOf<'/v1/validation-rules'>;
const validationBody = ({ ruleName, validFrom = '', value = '' }: Fields): ValidationBody => ({
  ruleName: ruleName as ValidationBody['ruleName'],
  validFrom,
  ...(value.trim() === '' ? {} : { value: Number(value) }),
});
const validation: NumberKind = {
  act: 'set-validation-rule',
  read: async () => {
    const { rules, names } = await take(api.GET('/v1/validation-rules'));
    const optional = new Set<string>(names.filter((one) => one.optional).map(({ ruleName }) => ruleName));
    const value: Field = { key: 'value', kind: 'whole', most: 3_650 };
    return {
      rows: rules.map((rule) => ({ ...rule, key: `${rule.ruleName} ${rule.validFrom}` })),
      before: ({ ruleName }) => newest(rules, 'ruleName', ruleName),
      fields: [
        { key: 'ruleName', kind: 'choice', options: names.map(({ ruleName }) => ruleName) },
        { key: 'validFrom', words: 'laterDay', kind: 'day' },
        // Not every number may be taken away, so that persons decide alone.
        { ...value, optional: true, words: 'valueOrPersons', when: ({ ruleName = '' }) => optional.has(ruleName) },
        { ...value, words: 'value', when: ({ ruleName = '' }) => ruleName !== '' && !optional.has(ruleName) },
      ],
    };
  },
  typedOf: (content) => ({
    ruleName: text(content['ruleName']),
    validFrom: text(content['validFrom']),
    value: text(content['value']),
  }),
  propose: (fields) => take(api.POST('/v1/validation-rules', { body: validationBody(fields) })),
  approval: (fields, approvalId) => ({
    path: '/v1/validation-rules/approval',
    body: { ...validationBody(fields), approvalId },
  }),
  approve: (fields, approvalId, headers) =>
    take(api.POST('/v1/validation-rules/approval', { body: { ...validationBody(fields), approvalId }, headers })),
};

type LimitBody = BodyOf<'/v1/load-limits'>;
const limitBody = ({ limitName, validFrom = '', amountFen = '' }: Fields): LimitBody => ({
  limitName: limitName as LimitBody['limitName'],
  validFrom,
  ...(amountFen.trim() === '' ? {} : { amountFen: fen(amountFen) }),
});
const loads: NumberKind = {
  act: 'set-load-limit',
  read: async () => {
    const { limits, names } = await take(api.GET('/v1/load-limits'));
    return {
      rows: limits.map((limit) => ({ ...limit, key: `${limit.limitName} ${limit.validFrom}` })),
      before: ({ limitName }) => newest(limits, 'limitName', limitName),
      fields: [
        { key: 'limitName', kind: 'choice', options: names },
        { key: 'validFrom', words: 'laterDay', kind: 'day' },
        { key: 'amountFen', words: 'limitAmount', kind: 'yuan', positive: true, most: 100_000_000, optional: true },
      ],
    };
  },
  typedOf: (content) => ({
    limitName: text(content['limitName']),
    validFrom: text(content['validFrom']),
    amountFen: amount(content['amountFen']),
  }),
  propose: (fields, headers) => take(api.POST('/v1/load-limits', { body: limitBody(fields), headers })),
  approval: (fields, approvalId) => ({ path: '/v1/load-limits/approval', body: { ...limitBody(fields), approvalId } }),
  approve: (fields, approvalId, headers) =>
    take(api.POST('/v1/load-limits/approval', { body: { ...limitBody(fields), approvalId }, headers })),
};

type DifferenceBody = BodyOf<'/v1/difference-rules'>;
const differenceBody = (fields: Fields): DifferenceBody => ({
  counterpartKind: fields['counterpartKind'] as DifferenceBody['counterpartKind'],
  kind: fields['differenceKind']?.trim() ?? '',
  ownerRole: fields['ownerRole'] as DifferenceBody['ownerRole'],
  dueDays: Number(fields['dueDays']),
  tolerateFen: fen(fields['tolerateFen']),
});
const MOST_TOLERATED_FEN = 1_000;
const differences: NumberKind = {
  act: 'difference.rule',
  read: async () => {
    const { rules, counterpartKinds, ownerRoles } = await take(api.GET('/v1/difference-rules'));
    // Kinds are open to whoever reconciles: those that have words, and those that have rules.
    const kinds = [
      ...new Set(['*', ...Object.keys(codesMessages.zh.differenceKind), ...rules.map((rule) => rule.kind)]),
    ];
    return {
      rows: rules.map((rule) => ({ ...rule, key: `${rule.counterpartKind} ${rule.kind}` })),
      before: ({ counterpartKind, differenceKind }) =>
        rules.find((rule) => rule.counterpartKind === counterpartKind && rule.kind === differenceKind),
      fields: [
        { key: 'counterpartKind', kind: 'choice', options: counterpartKinds },
        { key: 'differenceKind', kind: 'choice', options: kinds },
        { key: 'ownerRole', kind: 'choice', options: ownerRoles },
        { key: 'dueDays', kind: 'whole', most: 365 },
        { key: 'tolerateFen', kind: 'yuan', most: MOST_TOLERATED_FEN, usual: '0.00' },
      ],
    };
  },
  typedOf: (content) => ({
    counterpartKind: text(content['counterpartKind']),
    differenceKind: text(content['kind']),
    ownerRole: text(content['ownerRole']),
    dueDays: text(content['dueDays']),
    tolerateFen: amount(content['tolerateFen']),
  }),
  propose: (fields) => take(api.POST('/v1/difference-rules', { body: differenceBody(fields) })),
  approval: (fields, approvalId) => ({ path: `/v1/difference-rules/${approvalId}`, body: differenceBody(fields) }),
  approve: (fields, approvalId, headers) =>
    take(
      api.POST('/v1/difference-rules/{approvalId}', {
        params: { path: { approvalId } },
        body: differenceBody(fields),
        headers,
      }),
    ),
};

export const NUMBER_KINDS = { validation, loads, differences } as const;
