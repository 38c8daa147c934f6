import {
  addDays,
  type BusinessDate,
  businessDate,
  type Fen,
  fen,
  type Static,
  type Transaction,
  Type,
} from '@citycard/common';
import { type Dated, holdsOn, replacedFrom, sequenceProblem } from '../terms/dated.ts';
import { tableSubjectProblem } from '../terms/known-subjects.ts';
import {
  type Subject,
  subjectColumns,
  SubjectDocument,
  subjectName,
  subjectOfDocument,
  subjectOfRow,
} from '../terms/subject.ts';
import { sharedShelf, type TermsKind } from '../terms/versions.ts';
import type { NettingMethod } from './methods.ts';
import type { SettlementMode } from './parts.ts';
import { EVERY_DAY, Rhythm } from './rhythm.ts';

/** How a participant is settled from a day on (domain.md F.4). */
export interface SettlementTerms extends Dated {
  readonly subject: Subject;
  readonly mode: SettlementMode;
  readonly netting: NettingMethod;
  readonly rhythm: Rhythm;
  /** Of sheets of refunds alone and of fees alone; the rhythm of the rest when left out. */
  readonly refundRhythm?: Rhythm;
  readonly feeRhythm?: Rhythm;
  /** Less than this is carried into the next sheet… */
  readonly thresholdFen: Fen;
  /** …but not for longer than so many days. */
  readonly carryAtMostDays?: number;
  /** T+n: the bank pays on the nth working day after the business day. */
  readonly payAfterWorkingDays: number;
}

/** What holds for whoever has no terms: everything netted, every day, whatever the amount, on the next working day. */
export const USUAL_TERMS: Omit<SettlementTerms, 'subject' | 'validFrom'> = {
  mode: 1,
  netting: 'multilateral',
  rhythm: EVERY_DAY,
  thresholdFen: fen(0),
  payAfterWorkingDays: 1,
};

const closed = { additionalProperties: false } as const;
const Day = Type.String({ format: 'date' });

const TermsRule = Type.Object(
  {
    for: SubjectDocument,
    mode: Type.Optional(Type.Integer({ minimum: 1, maximum: 4 })),
    netting: Type.Optional(
      Type.Union([Type.Literal('multilateral'), Type.Literal('bilateral'), Type.Literal('gross')]),
    ),
    rhythm: Type.Optional(Rhythm),
    refunds: Type.Optional(Rhythm),
    fees: Type.Optional(Rhythm),
    thresholdFen: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000_000_000 })),
    carryAtMostDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 366 })),
    payAfterWorkingDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 30 })),
    validFrom: Day,
    validTo: Type.Optional(Day),
  },
  closed,
);

/** Settlement terms (docs/clearing-day.md): the terms of the subjects it names from its first day on. */
export const SettlementDocument = Type.Object(
  {
    note: Type.Optional(Type.String({ maxLength: 200 })),
    rules: Type.Array(TermsRule, { maxItems: 1000 }),
    ended: Type.Optional(Type.Array(SubjectDocument, { maxItems: 1000 })),
  },
  { ...closed, description: 'docs/clearing-day.md' },
);
export type SettlementDocument = Static<typeof SettlementDocument>;

function termsOfRule(rule: SettlementDocument['rules'][number]): SettlementTerms {
  const { refunds, fees, carryAtMostDays, validTo } = rule;
  return {
    subject: subjectOfDocument(rule.for),
    mode: (rule.mode ?? USUAL_TERMS.mode) as SettlementMode,
    netting: rule.netting ?? USUAL_TERMS.netting,
    rhythm: rule.rhythm ?? USUAL_TERMS.rhythm,
    ...(refunds !== undefined && { refundRhythm: refunds }),
    ...(fees !== undefined && { feeRhythm: fees }),
    thresholdFen: fen(rule.thresholdFen ?? 0),
    ...(carryAtMostDays !== undefined && { carryAtMostDays }),
    payAfterWorkingDays: rule.payAfterWorkingDays ?? USUAL_TERMS.payAfterWorkingDays,
    validFrom: businessDate(rule.validFrom),
    ...(validTo !== undefined && { validTo: businessDate(validTo) }),
  };
}

/** Settlement terms as a document of two people. */
export const SETTLEMENT: TermsKind<SettlementDocument> = {
  shelf: sharedShelf('settlement'),
  act: 'settlement-terms',
  problem: settlementProblem,
  apply: applySettlement,
};

async function settlementProblem(
  tx: Transaction,
  validFrom: BusinessDate,
  document: SettlementDocument,
): Promise<string | undefined> {
  const ended = new Set((document.ended ?? []).map((subject) => subjectName(subjectOfDocument(subject))));
  if (document.rules.length === 0 && ended.size === 0) return 'it holds no rule and ends none';
  const rows = document.rules.map(termsOfRule);
  for (const [index, row] of rows.entries()) {
    const place = `rule ${index + 1} (${subjectName(row.subject)})`;
    if (row.validFrom < validFrom)
      return `${place} begins on ${row.validFrom}, before the document does (${validFrom})`;
    if (ended.has(subjectName(row.subject))) return `${place} is ended at once`;
    if (row.refundRhythm !== undefined && row.mode !== 2 && row.mode !== 4)
      return `${place} has a rhythm of refunds, but mode ${row.mode} has no sheet of refunds alone (2 and 4 have)`;
    if (row.feeRhythm !== undefined && row.mode !== 2 && row.mode !== 3)
      return `${place} has a rhythm of fees, but mode ${row.mode} has no sheet of fees alone (2 and 3 have)`;
  }
  const unknown = await tableSubjectProblem(tx, rows);
  if (unknown !== undefined) return unknown;
  const table = await listSettlementTerms(tx);
  for (const name of new Set(rows.map(({ subject }) => subjectName(subject)))) {
    const own = <T extends { readonly subject: Subject }>(all: readonly T[]) =>
      all.filter(({ subject }) => subjectName(subject) === name);
    const problem = sequenceProblem(replacedFrom<SettlementTerms>(own(table), validFrom, own(rows)));
    if (problem !== undefined) return `${name}: ${problem}`;
  }
  return undefined;
}

async function applySettlement(
  tx: Transaction,
  validFrom: BusinessDate,
  document: SettlementDocument,
  version: number,
): Promise<void> {
  await tx.query('lock table clearing.settlement_terms in share row exclusive mode');
  const rows = document.rules.map(termsOfRule);
  const names = [
    ...rows.map(({ subject }) => subjectName(subject)),
    ...(document.ended ?? []).map((subject) => subjectName(subjectOfDocument(subject))),
  ];
  await tx.query('delete from clearing.settlement_terms where subject = any($1) and valid_from >= $2', [
    names,
    validFrom,
  ]);
  await tx.query(
    `update clearing.settlement_terms set valid_to = $3
      where subject = any($1) and valid_from < $2 and coalesce(valid_to, $2) >= $2`,
    [names, validFrom, addDays(validFrom, -1)],
  );
  for (const row of rows) {
    await tx.query(
      `insert into clearing.settlement_terms (participant_no, industry, mode, netting, rhythm, refund_rhythm, fee_rhythm,
         threshold_fen, carry_at_most_days, pay_after_working_days, valid_from, valid_to, version)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
      [
        ...subjectColumns(row.subject),
        row.mode,
        row.netting,
        JSON.stringify(row.rhythm),
        row.refundRhythm === undefined ? null : JSON.stringify(row.refundRhythm),
        row.feeRhythm === undefined ? null : JSON.stringify(row.feeRhythm),
        row.thresholdFen,
        row.carryAtMostDays ?? null,
        row.payAfterWorkingDays,
        row.validFrom,
        row.validTo ?? null,
        version,
      ],
    );
  }
}

/** All settlement terms, past ones included. */
export async function listSettlementTerms(tx: Pick<Transaction, 'query'>): Promise<SettlementTerms[]> {
  const { rows } = await tx.query<{
    participant_no: string | null;
    industry: number | null;
    mode: SettlementMode;
    netting: NettingMethod;
    rhythm: Rhythm;
    refund_rhythm: Rhythm | null;
    fee_rhythm: Rhythm | null;
    threshold_fen: bigint;
    carry_at_most_days: number | null;
    pay_after_working_days: number;
    valid_from: string;
    valid_to: string | null;
  }>(`select * from clearing.settlement_terms order by subject, valid_from`);
  return rows.map((row) => ({
    subject: subjectOfRow(row),
    mode: row.mode,
    netting: row.netting,
    rhythm: row.rhythm,
    ...(row.refund_rhythm !== null && { refundRhythm: row.refund_rhythm }),
    ...(row.fee_rhythm !== null && { feeRhythm: row.fee_rhythm }),
    thresholdFen: fen(row.threshold_fen),
    ...(row.carry_at_most_days !== null && { carryAtMostDays: row.carry_at_most_days }),
    payAfterWorkingDays: row.pay_after_working_days,
    validFrom: businessDate(row.valid_from),
    ...(row.valid_to !== null && { validTo: businessDate(row.valid_to) }),
  }));
}

/** The terms of a participant on a day: its own, else its industry's, else everybody's, else the usual ones. */
export function termsInForce(
  table: readonly SettlementTerms[],
  participant: { readonly participantNo: string; readonly industry?: number },
  date: BusinessDate,
): Omit<SettlementTerms, 'subject'> {
  const inForce = table.filter((row) => holdsOn(row, date));
  const { participantNo, industry } = participant;
  return (
    inForce.find(({ subject }) => 'participantNo' in subject && subject.participantNo === participantNo) ??
    inForce.find(({ subject }) => 'industry' in subject && industry !== undefined && subject.industry === industry) ??
    inForce.find(({ subject }) => 'everybody' in subject) ?? { ...USUAL_TERMS, validFrom: date }
  );
}
