import {
  addDays,
  type BusinessDate,
  businessDate,
  type Database,
  fen,
  type Fen,
  type Transaction,
} from '@citycard/common';
import type { Dated } from '../terms/dated.ts';
import type { Subject } from '../terms/subject.ts';

/** Whom a rule is for: an operator, or an industry; a fare is nobody's business but theirs. */
export type RuleSubject = Exclude<Subject, { readonly everybody: true }>;

interface RuleOf extends Dated {
  readonly subject: RuleSubject;
  /** Category of the holder; of a pass, its code; `''` in a transfer or a cap: every category. */
  readonly category: string;
}

/** What a category pays of the full fare, and how often. */
export interface FareRule extends RuleOf {
  readonly kind: 'fare';
  readonly paysPercent: number;
  readonly ridesPerDay?: number;
  readonly ridesPerMonth?: number;
  /** After so many rides. */
  readonly thenPaysPercent: number;
  /** A record that names a higher full fare is paid no subsidy: no TAC covers that field. */
  readonly maxFullFareFen: Fen;
  readonly improbableRidesPerDay?: number;
  readonly improbableMinutes?: number;
  readonly subsidyPercent: number;
}

/** So much less for changing to another line in time. */
export interface TransferRule extends RuleOf {
  readonly kind: 'transfer';
  readonly withinMinutes: number;
  readonly discountFen: Fen;
  /** How many changes in a row are cheaper; the next ride begins anew. */
  readonly transfers: number;
  readonly subsidyPercent: number;
}

/** No card pays more on a day. */
export interface CapRule extends RuleOf {
  readonly kind: 'cap';
  readonly perDayFen: Fen;
  readonly subsidyPercent: number;
}

/** What a pass costs and how far it goes. */
export interface PassRule extends RuleOf {
  readonly kind: 'pass';
  readonly days: number;
  readonly rides?: number;
  readonly priceFen: Fen;
}

export type ConcessionRule = FareRule | TransferRule | CapRule | PassRule;
export type StoredRule = ConcessionRule & { readonly ruleId: bigint };

/** The rows that replace one another: one kind, one category, one subject. */
export function ruleName(rule: Pick<ConcessionRule, 'kind' | 'category' | 'subject'>): string {
  const { subject } = rule;
  const whom = 'participantNo' in subject ? `participant:${subject.participantNo}` : `industry:${subject.industry}`;
  return `${rule.kind}/${rule.category}/${whom}`;
}

interface RuleRow {
  rule_id: bigint;
  kind: ConcessionRule['kind'];
  participant_no: string | null;
  industry: number | null;
  category: string;
  pays_percent: number | null;
  rides_per_day: number | null;
  rides_per_month: number | null;
  then_pays_percent: number | null;
  max_full_fare_fen: bigint | null;
  improbable_rides_per_day: number | null;
  improbable_minutes: number | null;
  within_minutes: number | null;
  discount_fen: bigint | null;
  transfers: number | null;
  per_day_fen: bigint | null;
  subsidy_percent: number | null;
  pass_days: number | null;
  pass_rides: number | null;
  price_fen: bigint | null;
  valid_from: string;
  valid_to: string | null;
}

/** All rules, past ones included. */
export async function listConcessionRules(db: Database | Transaction): Promise<StoredRule[]> {
  const { rows } = await (db as Database).query<RuleRow>(
    'select * from clearing.concession_rule order by subject, valid_from',
  );
  return rows.map(ruleOfRow);
}

function ruleOfRow(row: RuleRow): StoredRule {
  const common = {
    ruleId: row.rule_id,
    subject: row.participant_no !== null ? { participantNo: row.participant_no } : { industry: row.industry ?? 0 },
    category: row.category,
    validFrom: businessDate(row.valid_from),
    ...(row.valid_to !== null && { validTo: businessDate(row.valid_to) }),
  };
  const subsidyPercent = row.subsidy_percent ?? 0;
  switch (row.kind) {
    case 'fare':
      return {
        ...common,
        kind: 'fare',
        paysPercent: row.pays_percent ?? 100,
        ...(row.rides_per_day !== null && { ridesPerDay: row.rides_per_day }),
        ...(row.rides_per_month !== null && { ridesPerMonth: row.rides_per_month }),
        thenPaysPercent: row.then_pays_percent ?? 100,
        maxFullFareFen: fen(row.max_full_fare_fen ?? 0n),
        ...(row.improbable_rides_per_day !== null && { improbableRidesPerDay: row.improbable_rides_per_day }),
        ...(row.improbable_minutes !== null && { improbableMinutes: row.improbable_minutes }),
        subsidyPercent,
      };
    case 'transfer':
      return {
        ...common,
        kind: 'transfer',
        withinMinutes: row.within_minutes ?? 0,
        discountFen: fen(row.discount_fen ?? 0n),
        transfers: row.transfers ?? 0,
        subsidyPercent,
      };
    case 'cap':
      return { ...common, kind: 'cap', perDayFen: fen(row.per_day_fen ?? 0n), subsidyPercent };
    case 'pass':
      return {
        ...common,
        kind: 'pass',
        days: row.pass_days ?? 0,
        ...(row.pass_rides !== null && { rides: row.pass_rides }),
        priceFen: fen(row.price_fen ?? 0n),
      };
  }
}

/**
 * Puts rows in force from a day on: of each name in `names`, what begins then or later goes, and what would last into it
 * ends the day before.
 */
export async function replaceRules(
  tx: Transaction,
  from: BusinessDate,
  { rows, names, version }: { rows: readonly ConcessionRule[]; names: readonly string[]; version: number },
): Promise<void> {
  await tx.query('lock table clearing.concession_rule in share row exclusive mode');
  await tx.query('delete from clearing.concession_rule where subject = any($1) and valid_from >= $2', [names, from]);
  await tx.query(
    `update clearing.concession_rule set valid_to = $3
      where subject = any($1) and valid_from < $2 and coalesce(valid_to, $2) >= $2`,
    [names, from, addDays(from, -1)],
  );
  for (const row of rows) await insertRule(tx, row, version);
}

async function insertRule(tx: Transaction, rule: ConcessionRule, version: number): Promise<void> {
  const { subject } = rule;
  const fare = rule.kind === 'fare' ? rule : undefined;
  const transfer = rule.kind === 'transfer' ? rule : undefined;
  const pass = rule.kind === 'pass' ? rule : undefined;
  await tx.query(
    `insert into clearing.concession_rule (kind, participant_no, industry, category, pays_percent, rides_per_day, rides_per_month,
       then_pays_percent, max_full_fare_fen, improbable_rides_per_day, improbable_minutes, within_minutes, discount_fen, transfers,
       per_day_fen, subsidy_percent, pass_days, pass_rides, price_fen, valid_from, valid_to, version)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)`,
    [
      rule.kind,
      'participantNo' in subject ? subject.participantNo : null,
      'industry' in subject ? subject.industry : null,
      rule.category,
      fare?.paysPercent ?? null,
      fare?.ridesPerDay ?? null,
      fare?.ridesPerMonth ?? null,
      fare?.thenPaysPercent ?? null,
      fare?.maxFullFareFen ?? null,
      fare?.improbableRidesPerDay ?? null,
      fare?.improbableMinutes ?? null,
      transfer?.withinMinutes ?? null,
      transfer?.discountFen ?? null,
      transfer?.transfers ?? null,
      rule.kind === 'cap' ? rule.perDayFen : null,
      rule.kind === 'pass' ? null : rule.subsidyPercent,
      pass?.days ?? null,
      pass?.rides ?? null,
      pass?.priceFen ?? null,
      rule.validFrom,
      rule.validTo ?? null,
      version,
    ],
  );
}
