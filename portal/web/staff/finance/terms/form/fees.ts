import { fenOf, yuan } from '../../../../parts/money.ts';
import { type Faults, fenTyped, type Field, type Fields, shiftDecimal } from './field.ts';
import {
  beginsOn,
  dateFields,
  documentFields,
  type Rule,
  type RuleForm,
  type Section,
  type ShareRow,
  subjectFields,
  subjectOf,
  typedFields,
  type TypedRule,
  typedSubject,
} from './rule.ts';

/** The service has a rate by amount in millionths; people say it in percent. */
const PERCENT_DIGITS = 4;
const PERCENT_UNITS = 10_000n;

const oneRate = ({ kind, rated }: Fields) => kind !== 'fixed' && rated === 'one';
const plain: readonly Field[] = [
  { key: 'deal', kind: 'choice', options: ['', 'purchase', 'load', 'bill'], optional: true },
  { key: 'product', kind: 'text', optional: true, pattern: /^[0-9A-F]{4}$/ },
  { key: 'recordIndustry', kind: 'industry', optional: true, when: ({ deal }) => deal !== 'load' },
  { key: 'direction', kind: 'choice', options: ['in', 'out'], usual: 'in' },
  { key: 'kind', kind: 'choice', options: ['by-amount', 'per-count', 'fixed'] },
];
const limits: readonly Field[] = [
  { key: 'minFen', kind: 'yuan', optional: true },
  { key: 'maxFen', kind: 'yuan', optional: true },
  { key: 'feeReturned', kind: 'choice', options: ['yes', 'no'], usual: 'yes' },
  { key: 'rounding', kind: 'choice', options: ['line', 'transaction'], usual: 'line' },
  { key: 'period', kind: 'choice', options: ['day', 'month'], usual: 'day' },
];
const rates: readonly Field[] = [
  { key: 'rated', kind: 'choice', options: ['one', 'ladder'], usual: 'one', when: ({ kind }) => kind !== 'fixed' },
  {
    key: 'ratePercent',
    kind: 'decimal',
    digits: 10,
    when: (fields) => oneRate(fields) && fields['kind'] === 'by-amount',
  },
  { key: 'rateFen', kind: 'decimal', when: (fields) => oneRate(fields) && fields['kind'] === 'per-count' },
  { key: 'rateYuan', kind: 'yuan', when: ({ kind }) => kind === 'fixed' },
];
const shared: Field = { key: 'shared', kind: 'choice', options: ['company', 'shares'], usual: 'company' };

/** Rates by amount are typed in percent, rates per count in fen, a fixed fee in yuan. */
const rateTyped = (kind: unknown, rate: string) => (kind === 'by-amount' ? shiftDecimal(rate, -PERCENT_DIGITS) : rate);
const rateWritten = (kind: unknown, rate: string) =>
  kind === 'by-amount' ? shiftDecimal(rate.trim(), PERCENT_DIGITS) : rate.trim();
const boundTyped = (kind: unknown, bound: string | null | undefined) =>
  bound === null || bound === undefined ? '' : kind === 'by-amount' ? yuan(bound).replaceAll(',', '') : bound;
const boundOf = (kind: unknown, bound: string): bigint | undefined => {
  if (kind === 'by-amount') return fenOf(bound);
  return /^\d{1,18}$/.test(bound.trim()) ? BigInt(bound.trim()) : undefined;
};

interface WrittenSection {
  readonly from?: string;
  readonly upTo: string | null;
  readonly rate: string;
}
interface WrittenShare {
  readonly to: string;
  readonly percent?: string;
  readonly fixedFen?: number;
}

const ladderTyped = (kind: unknown, ladder: readonly WrittenSection[]): Section[] =>
  ladder.map(({ from, upTo, rate }, at) => ({
    from: boundTyped(kind, from ?? ladder[at - 1]?.upTo ?? '0'),
    upTo: boundTyped(kind, upTo),
    rate: rateTyped(kind, rate),
  }));

const shareTyped = ({ to, percent, fixedFen }: WrittenShare): ShareRow => ({
  to: to.startsWith('participant:') ? 'participant' : to,
  participant: to.startsWith('participant:') ? to.slice('participant:'.length) : '',
  by: fixedFen === undefined ? 'percent' : 'fixed',
  percent: percent ?? '',
  fixed: fixedFen === undefined ? '' : yuan(fixedFen).replaceAll(',', ''),
});

function shareWritten({ to, participant, by, percent, fixed }: ShareRow): WrittenShare {
  const whose = to === 'participant' ? `participant:${participant}` : to;
  return by === 'percent' ? { to: whose, percent: percent.trim() } : { to: whose, fixedFen: fenTyped(fixed) };
}

function rateOf({ fields, ladder }: TypedRule): Rule {
  const { kind, rated } = fields;
  if (kind === 'fixed') return { rate: String(fenTyped(fields['rateYuan'] ?? '')) };
  if (rated !== 'ladder')
    return { rate: rateWritten(kind, (kind === 'by-amount' ? fields['ratePercent'] : fields['rateFen']) ?? '') };
  const written = (bound: string) => String(boundOf(kind, bound) ?? '');
  return {
    ladder: ladder.map(({ from, upTo, rate }) => ({
      from: written(from),
      upTo: upTo.trim() === '' ? null : written(upTo),
      rate: rateWritten(kind, rate),
    })),
  };
}

function wholeFaults(typed: TypedRule): Faults {
  const { fields, ladder } = typed;
  const { kind, rounding, period, rated } = fields;
  const [least, most] = [fenOf(fields['minFen'] ?? ''), fenOf(fields['maxFen'] ?? '')];
  const laddered = kind !== 'fixed' && rated === 'ladder';
  return {
    ...(least !== undefined && most !== undefined && most < least ? { maxFen: { key: 'maxBelowMin' } } : {}),
    ...(rounding === 'transaction' && kind === 'fixed' ? { rounding: { key: 'fixedPerTransaction' } } : {}),
    ...(rounding === 'transaction' && kind === 'per-count' && laddered
      ? { rounding: { key: 'countsPerTransaction' } }
      : {}),
    ...(rounding === 'transaction' && period === 'month' ? { period: { key: 'monthPerTransaction' } } : {}),
    ...(laddered ? ladderFaults(kind, ladder) : {}),
    ...(fields['shared'] === 'shares' ? sharesFaults(typed.shares) : {}),
  };
}

/** Gaps, overlaps and ends of a ladder, each at its section: `ladder.1` is the second. */
function ladderFaults(kind: unknown, ladder: readonly Section[]): Faults {
  if (ladder.length === 0) return { ladder: { key: 'ladderEmpty' } };
  const shown = (bound: bigint) => (kind === 'by-amount' ? yuan(bound) : String(bound));
  let reached = 0n;
  for (const [at, section] of ladder.entries()) {
    const place = `ladder.${at}`;
    const begins = boundOf(kind, section.from);
    if (!(kind === 'by-amount' ? /^\d{1,8}(\.\d{1,10})?$/ : /^\d{1,12}(\.\d{1,6})?$/).test(section.rate.trim()))
      return { [place]: { key: 'sectionRate' } };
    if (begins === undefined) return { [place]: { key: 'sectionFrom' } };
    if (begins > reached)
      return { [place]: { key: 'sectionGap', values: { from: shown(reached), to: shown(begins) } } };
    if (begins < reached)
      return { [place]: { key: 'sectionOverlap', values: { from: shown(begins), to: shown(reached) } } };
    const last = at === ladder.length - 1;
    if (section.upTo.trim() === '') return last ? {} : { [place]: { key: 'sectionOpen' } };
    const ends = boundOf(kind, section.upTo);
    if (ends === undefined || ends <= reached) return { [place]: { key: 'sectionEnd' } };
    reached = ends;
    if (last) return { [place]: { key: 'sectionLast', values: { from: shown(reached) } } };
  }
  return {};
}

const PERCENT = /^\d{1,3}(\.\d{1,4})?$/;

/** Ten-thousandths of a percent. */
function percentUnits(percent: string): bigint | undefined {
  if (!PERCENT.test(percent.trim())) return undefined;
  const [whole = '0', part = ''] = percent.trim().split('.');
  return BigInt(whole) * PERCENT_UNITS + BigInt(part.padEnd(PERCENT_DIGITS, '0'));
}

/** What the percentages of shares come to, in percent. */
export const sumOfShares = (shares: readonly ShareRow[]): string =>
  shiftDecimal(
    String(shares.reduce((sum, { by, percent }) => sum + (by === 'percent' ? (percentUnits(percent) ?? 0n) : 0n), 0n)),
    -PERCENT_DIGITS,
  );

function sharesFaults(shares: readonly ShareRow[]): Faults {
  if (shares.length === 0) return { shares: { key: 'sharesEmpty' } };
  const holders = shares.map(({ to, participant }) => `${to}:${participant}`);
  for (const [at, share] of shares.entries()) {
    const place = `shares.${at}`;
    if (share.to === '' || (share.to === 'participant' && share.participant === ''))
      return { [place]: { key: 'shareWhose' } };
    if (holders.indexOf(holders[at] ?? '') !== at) return { [place]: { key: 'shareTwice' } };
    if (share.by === 'percent' && percentUnits(share.percent) === undefined)
      return { [place]: { key: 'sharePercent' } };
    if (share.by === 'fixed' && (fenOf(share.fixed) ?? 0n) === 0n) return { [place]: { key: 'shareFixed' } };
  }
  const sum = sumOfShares(shares);
  return sum === '100' ? {} : { shares: { key: 'sharesSum', values: { sum } } };
}

const named = ({ fields }: TypedRule): Rule => ({
  for: subjectOf(fields),
  ...documentFields(
    plain.filter(({ key }) => ['deal', 'product', 'recordIndustry'].includes(key)),
    fields,
  ),
});

/** Fees as docs/fees.md has them. */
export const feeForm: RuleForm = {
  fields: [...subjectFields(true), ...plain, ...rates, ...limits, shared, ...dateFields],
  typedOf: (rule) => {
    const kind = rule['kind'];
    const rate = typeof rule['rate'] === 'string' ? rule['rate'] : undefined;
    const ladder = rule['ladder'] as readonly WrittenSection[] | undefined;
    const shares = rule['shares'] as readonly WrittenShare[] | undefined;
    return {
      fields: {
        ...typedFields([...plain, ...limits, ...dateFields], rule),
        ...typedSubject(rule),
        rated: ladder === undefined ? 'one' : 'ladder',
        ratePercent: kind === 'by-amount' && rate !== undefined ? rateTyped(kind, rate) : '',
        rateFen: kind === 'per-count' ? (rate ?? '') : '',
        rateYuan: kind === 'fixed' && rate !== undefined ? yuan(rate).replaceAll(',', '') : '',
        shared: shares === undefined ? 'company' : 'shares',
      },
      ladder: ladderTyped(kind, ladder ?? []),
      shares: (shares ?? []).map(shareTyped),
    };
  },
  ruleOf: (typed, validFrom) => ({
    for: subjectOf(typed.fields),
    ...documentFields([...plain, ...limits, ...dateFields], typed.fields),
    ...rateOf(typed),
    ...(typed.fields['shared'] === 'shares' ? { shares: typed.shares.map(shareWritten) } : {}),
    validFrom: beginsOn(typed, validFrom),
  }),
  wholeFaults,
  nameOf: (typed) => JSON.stringify(named(typed)),
  endedOf: named,
};
