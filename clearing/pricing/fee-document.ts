import { addDays, type BusinessDate, businessDate, type Static, type Transaction, Type } from '@citycard/common';
import { INDUSTRY_CODE, industryOfCode } from '../industries/code.ts';
import { tableSubjectProblem } from '../terms/known-subjects.ts';
import { replacedFrom } from '../terms/dated.ts';
import { SubjectDocument, subjectOfDocument } from '../terms/subject.ts';
import { sharedShelf, type TermsKind } from '../terms/versions.ts';
import type { FeeShare, ShareHolder, Tariff, TariffKey } from './tariff.ts';
import { tariffName, tariffTableProblem } from './tariff.ts';
import { listTariffs, lockTariffs, mayPrice, pricedProblem, replaceTariffs, tariffInForce } from './tariff-table.ts';

const closed = { additionalProperties: false } as const;
const Day = Type.String({ format: 'date' });
const Rate = Type.String({ pattern: '^[0-9]{1,12}(\\.[0-9]{1,6})?$' });
const Whole = Type.String({ pattern: '^[0-9]{1,18}$' });
const Amount = Type.Integer({ minimum: 0, maximum: 1_000_000_000_000 });
const Product = Type.String({ pattern: '^[0-9A-F]{4}$' });

const Conditions = {
  product: Type.Optional(Product),
  deal: Type.Optional(Type.Union([Type.Literal('purchase'), Type.Literal('load'), Type.Literal('bill')])),
  recordIndustry: Type.Optional(Type.String({ pattern: INDUSTRY_CODE })),
};

const Share = Type.Object(
  {
    to: Type.String({ pattern: '^(company|operator|issuer|participant:[0-9A-Za-z.-]{4,15})$' }),
    percent: Type.Optional(Type.String({ pattern: '^[0-9]{1,3}(\\.[0-9]{1,4})?$' })),
    fixedFen: Type.Optional(Amount),
  },
  closed,
);

const Rule = Type.Object(
  {
    for: SubjectDocument,
    ...Conditions,
    direction: Type.Optional(Type.Union([Type.Literal('in'), Type.Literal('out')])),
    kind: Type.Union([Type.Literal('per-count'), Type.Literal('by-amount'), Type.Literal('fixed')]),
    rate: Type.Optional(Rate),
    ladder: Type.Optional(
      Type.Array(
        Type.Object({ from: Type.Optional(Whole), upTo: Type.Union([Whole, Type.Null()]), rate: Rate }, closed),
        {
          minItems: 1,
          maxItems: 50,
        },
      ),
    ),
    minFen: Type.Optional(Amount),
    maxFen: Type.Optional(Amount),
    feeReturned: Type.Optional(Type.Boolean()),
    rounding: Type.Optional(Type.Union([Type.Literal('line'), Type.Literal('transaction')])),
    period: Type.Optional(Type.Union([Type.Literal('day'), Type.Literal('month')])),
    shares: Type.Optional(Type.Array(Share, { minItems: 1, maxItems: 10 })),
    validFrom: Day,
    validTo: Type.Optional(Day),
  },
  closed,
);

/**
 * A fee table (docs/fees.md): the rules of the subjects it names from its first day on, in the place of whatever they had
 * from then on. Subjects under `ended` have none of their own any more; who is not named keeps what it has.
 */
export const FeeDocument = Type.Object(
  {
    note: Type.Optional(Type.String({ maxLength: 200 })),
    rules: Type.Array(Rule, { maxItems: 1000 }),
    ended: Type.Optional(Type.Array(Type.Object({ for: SubjectDocument, ...Conditions }, closed), { maxItems: 1000 })),
  },
  { ...closed, description: 'docs/fees.md' },
);
export type FeeDocument = Static<typeof FeeDocument>;
type FeeRule = FeeDocument['rules'][number];

/** A rule of a document as a row of the tariff table. @throws RangeError for a day that no calendar has. */
export function tariffOfRule(rule: FeeRule): Tariff {
  const { kind, rate, ladder, minFen, maxFen, feeReturned, rounding, period, shares, direction } = rule;
  return {
    ...keyOfDocument(rule),
    ...(direction !== undefined && { direction }),
    kind,
    ...(rate !== undefined && { rate }),
    ...(ladder !== undefined && { ladder }),
    ...(minFen !== undefined && { minFen: BigInt(minFen) }),
    ...(maxFen !== undefined && { maxFen: BigInt(maxFen) }),
    ...(feeReturned !== undefined && { feeReturned }),
    ...(rounding !== undefined && { rounding }),
    ...(period !== undefined && { period }),
    ...(shares !== undefined && { shares: shares.map(shareOfDocument) }),
    validFrom: businessDate(rule.validFrom),
    ...(rule.validTo !== undefined && { validTo: businessDate(rule.validTo) }),
  };
}

type Named = NonNullable<FeeDocument['ended']>[number];

function keyOfDocument({ for: subject, product, deal, recordIndustry }: Named): TariffKey {
  return {
    subject: subjectOfDocument(subject),
    ...(product !== undefined && { product }),
    ...(deal !== undefined && { deal }),
    ...(recordIndustry !== undefined && { recordIndustry: industryOfCode(recordIndustry) }),
  };
}

function shareOfDocument({ to, percent, fixedFen }: { to: string; percent?: string; fixedFen?: number }): FeeShare {
  return {
    to: to as ShareHolder,
    ...(percent !== undefined && { percent }),
    ...(fixedFen !== undefined && { fixedFen: BigInt(fixedFen) }),
  };
}

const endedNames = (document: FeeDocument): string[] =>
  (document.ended ?? []).map((named) => tariffName(keyOfDocument(named)));

/** Fees as a document of two people. */
export const FEES: TermsKind<FeeDocument> = {
  shelf: sharedShelf('fees'),
  act: 'fee-table',
  problem: feeProblem,
  apply: async (tx, validFrom, document, version) => {
    await lockTariffs(tx);
    await replaceTariffs(tx, validFrom, {
      rows: document.rules.map(tariffOfRule),
      ended: endedNames(document),
      version,
    });
  },
};

async function feeProblem(
  tx: Transaction,
  validFrom: BusinessDate,
  document: FeeDocument,
): Promise<string | undefined> {
  const rows: Tariff[] = [];
  for (const [index, rule] of document.rules.entries()) {
    const place = `rule ${index + 1}`;
    const tariff = tariffOfRule(rule);
    if (tariff.validFrom < validFrom)
      return `${place} begins on ${tariff.validFrom}, before the table does (${validFrom})`;
    rows.push(tariff);
  }
  if (rows.length === 0 && (document.ended ?? []).length === 0) return 'it holds no rule and ends none';
  const ended = endedNames(document);
  const both = rows.find((row) => ended.includes(tariffName(row)));
  if (both !== undefined) return `${tariffName(both)} has rules and is ended at once`;
  const unknown = await tableSubjectProblem(tx, rows, sharesOf(rows));
  if (unknown !== undefined) return unknown;
  return (
    tariffTableProblem(rows) ??
    (await mergedProblem(tx, validFrom, rows, ended)) ??
    (await pricedProblem(tx, validFrom))
  );
}

const sharesOf = (rows: readonly Tariff[]): { participantNo: string; place: string }[] =>
  rows.flatMap((row) =>
    (row.shares ?? []).flatMap(({ to }) =>
      to.startsWith('participant:')
        ? [{ participantNo: to.slice('participant:'.length), place: `a share of ${tariffName(row)}` }]
        : [],
    ),
  );

/** The table as it would be: no subject with a gap, and from the first day on nobody who may sell without a price. */
async function mergedProblem(
  tx: Transaction,
  from: BusinessDate,
  rows: readonly Tariff[],
  ended: readonly string[],
): Promise<string | undefined> {
  const table: Tariff[] = await listTariffs(tx);
  const names = new Set([...table.map(tariffName), ...rows.map(tariffName)]);
  const merged = [...names].flatMap((name) => {
    const old = table.filter((row) => tariffName(row) === name);
    const added = rows.filter((row) => tariffName(row) === name);
    return added.length === 0 && !ended.includes(name) ? old : replacedFrom(old, from, added);
  });
  const problem = tariffTableProblem(merged);
  if (problem !== undefined) return problem;
  for (const participant of await sellers(tx)) {
    const own = merged.filter((row) => mayPrice(row, participant));
    // What is in force changes with the first day of a row and behind its last.
    const changes = own.flatMap(({ validFrom, validTo }) =>
      validTo === undefined ? [validFrom] : [validFrom, addDays(validTo, 1)],
    );
    for (const day of [from, ...changes.filter((change) => change > from).sort()]) {
      if (tariffInForce(own, participant, day) !== undefined) continue;
      return `from ${day} on nothing prices ${participant.participantNo}: give it, its industry or everybody a rule`;
    }
  }
  return undefined;
}

/** Who may have something to price: whoever has a pending account and has not left. */
async function sellers(tx: Transaction): Promise<{ participantNo: string; industry?: number }[]> {
  const { rows } = await tx.query<{ participant_no: string; industry: number | null }>(
    `select participant_no, industry from clearing.participant
      where kind in ('operator', 'agent', 'biller') and status <> 'exited' order by participant_no`,
  );
  return rows.map(({ participant_no: participantNo, industry }) => ({
    participantNo,
    ...(industry !== null && { industry }),
  }));
}
