import { type BusinessDate, businessDate, fen, type Static, type Transaction, Type } from '@citycard/common';
import { industryOfCode, INDUSTRY_CODE } from '../industries/code.ts';
import { replacedFrom, sequenceProblem } from '../terms/dated.ts';
import { tableSubjectProblem } from '../terms/known-subjects.ts';
import { sharedShelf, type TermsKind } from '../terms/versions.ts';
import { type ConcessionRule, listConcessionRules, replaceRules, ruleName, type RuleSubject } from './rule.ts';

const closed = { additionalProperties: false } as const;
const Day = Type.String({ format: 'date' });
const For = Type.Union([
  Type.Object({ participant: Type.String({ pattern: '^[0-9A-Za-z.-]{4,15}$' }) }, closed),
  Type.Object({ industry: Type.String({ pattern: INDUSTRY_CODE }) }, closed),
]);
const Category = Type.String({ pattern: '^[a-z][a-z0-9-]{0,19}$' });
const Percent = Type.Integer({ minimum: 0, maximum: 100 });
const Count = Type.Integer({ minimum: 1, maximum: 100_000 });
const Money = Type.Integer({ minimum: 1, maximum: 100_000_000 });
const dated = { for: For, validFrom: Day, validTo: Type.Optional(Day) };

const Rule = Type.Union([
  Type.Object(
    {
      ...dated,
      kind: Type.Literal('fare'),
      category: Category,
      paysPercent: Percent,
      ridesPerDay: Type.Optional(Count),
      ridesPerMonth: Type.Optional(Count),
      thenPaysPercent: Type.Optional(Percent),
      maxFullFareFen: Money,
      improbableRidesPerDay: Type.Optional(Count),
      improbableMinutes: Type.Optional(Count),
      subsidyPercent: Percent,
    },
    closed,
  ),
  Type.Object(
    {
      ...dated,
      kind: Type.Literal('transfer'),
      category: Type.Optional(Category),
      withinMinutes: Type.Integer({ minimum: 1, maximum: 1_440 }),
      discountFen: Money,
      transfers: Type.Integer({ minimum: 1, maximum: 20 }),
      subsidyPercent: Percent,
    },
    closed,
  ),
  Type.Object(
    {
      ...dated,
      kind: Type.Literal('cap'),
      category: Type.Optional(Category),
      perDayFen: Money,
      subsidyPercent: Percent,
    },
    closed,
  ),
  Type.Object(
    {
      ...dated,
      kind: Type.Literal('pass'),
      code: Category,
      days: Type.Integer({ minimum: 1, maximum: 3_700 }),
      rides: Type.Optional(Count),
      priceFen: Money,
    },
    closed,
  ),
]);
const Name = Type.Object(
  {
    for: For,
    kind: Type.Union([Type.Literal('fare'), Type.Literal('transfer'), Type.Literal('cap'), Type.Literal('pass')]),
    category: Type.Optional(Category),
  },
  closed,
);

/** Concessions from a day on: rules replace those of the same kind, category and subject; `ended` ones have none any more. */
export const ConcessionDocument = Type.Object(
  {
    rules: Type.Array(Rule, { maxItems: 500 }),
    ended: Type.Optional(Type.Array(Name, { maxItems: 500 })),
  },
  closed,
);
export type ConcessionDocument = Static<typeof ConcessionDocument>;

/** Concessions as a document of two people (docs/concessions.md). */
export const CONCESSIONS: TermsKind<ConcessionDocument> = {
  shelf: sharedShelf('concessions'),
  act: 'concessions',
  problem: concessionProblem,
  apply: async (tx, validFrom, document, version) => {
    const rows = document.rules.map(ruleOfDocument);
    await replaceRules(tx, validFrom, { rows, names: [...rows.map(ruleName), ...endedNames(document)], version });
  },
};

const subjectOf = (said: Static<typeof For>): RuleSubject =>
  'participant' in said ? { participantNo: said.participant } : { industry: industryOfCode(said.industry) };

const endedNames = (document: ConcessionDocument): string[] =>
  (document.ended ?? []).map(({ for: whom, kind, category }) =>
    ruleName({ kind, category: category ?? '', subject: subjectOf(whom) }),
  );

function ruleOfDocument(said: Static<typeof Rule>): ConcessionRule {
  const dates = {
    subject: subjectOf(said.for),
    validFrom: businessDate(said.validFrom),
    ...(said.validTo !== undefined && { validTo: businessDate(said.validTo) }),
  };
  switch (said.kind) {
    case 'fare': {
      const { for: _for, validFrom: _from, validTo: _to, maxFullFareFen, thenPaysPercent = 100, ...rest } = said;
      return { ...rest, ...dates, thenPaysPercent, maxFullFareFen: fen(maxFullFareFen) };
    }
    case 'transfer': {
      const { kind, category = '', withinMinutes, transfers, subsidyPercent } = said;
      const discountFen = fen(said.discountFen);
      return { ...dates, kind, category, withinMinutes, transfers, subsidyPercent, discountFen };
    }
    case 'cap': {
      const { kind, category = '', subsidyPercent } = said;
      return { ...dates, kind, category, subsidyPercent, perDayFen: fen(said.perDayFen) };
    }
    case 'pass': {
      const { kind, code: category, days, rides } = said;
      return { ...dates, kind, category, days, ...(rides !== undefined && { rides }), priceFen: fen(said.priceFen) };
    }
  }
}

async function concessionProblem(
  tx: Transaction,
  validFrom: BusinessDate,
  document: ConcessionDocument,
): Promise<string | undefined> {
  const rows = document.rules.map(ruleOfDocument);
  const ended = new Set(endedNames(document));
  if (rows.length === 0 && ended.size === 0) return 'it holds no rule and ends none';
  for (const [index, row] of rows.entries()) {
    const place = `rule ${index + 1} (${ruleName(row)})`;
    if (row.validFrom < validFrom)
      return `${place} begins on ${row.validFrom}, before the document does (${validFrom})`;
    if (ended.has(ruleName(row))) return `${place} is ended at once`;
    const counted = row.kind === 'fare' && (row.ridesPerDay ?? row.ridesPerMonth) !== undefined;
    if (row.kind === 'fare' && !counted && row.thenPaysPercent !== 100)
      return `${place} says what is paid after so many rides, but not after how many`;
    if (row.kind === 'fare' && row.thenPaysPercent < row.paysPercent)
      return `${place} lets later rides of a day or month cost less than the first`;
  }
  const unknown = await tableSubjectProblem(tx, rows);
  if (unknown !== undefined) return unknown;
  const payee = await noOperator(tx, rows);
  if (payee !== undefined) return payee;
  const table: readonly ConcessionRule[] = await listConcessionRules(tx);
  const known = new Set(table.map(ruleName));
  const stranger = [...ended].find((name) => !known.has(name));
  if (stranger !== undefined) return `${stranger} is to end, but there is no such rule`;
  for (const name of new Set(rows.map(ruleName))) {
    const own = <T extends ConcessionRule>(all: readonly T[]) => all.filter((rule) => ruleName(rule) === name);
    const problem = sequenceProblem(replacedFrom<ConcessionRule>(own(table), validFrom, own(rows)));
    if (problem !== undefined) return `${name}: ${problem}`;
  }
  const lasting = table.filter(
    (row) => !ended.has(ruleName(row)) && (row.validTo === undefined || row.validTo >= validFrom),
  );
  return twoPassesOfOneCode([...lasting, ...rows]);
}

/** Fares are refunded out of what operators take in, and operators are owed subsidies: nobody else has either. */
async function noOperator(tx: Transaction, rows: readonly ConcessionRule[]): Promise<string | undefined> {
  const named = rows.flatMap(({ subject }) => ('participantNo' in subject ? [subject.participantNo] : []));
  const { rows: others } = await tx.query<{ participant_no: string }>(
    `select participant_no from clearing.participant where participant_no = any($1) and kind <> 'operator' limit 1`,
    [named],
  );
  return others[0] && `participant:${others[0].participant_no} is no operator`;
}

/** A counter sells a pass by its code alone. */
function twoPassesOfOneCode(rows: readonly ConcessionRule[]): string | undefined {
  const seen = new Map<string, string>();
  for (const row of rows) {
    if (row.kind !== 'pass') continue;
    const before = seen.get(row.category);
    if (before !== undefined && before !== ruleName(row))
      return `${ruleName(row)}: there is a pass of this code already, ${before}`;
    seen.set(row.category, ruleName(row));
  }
  return undefined;
}
