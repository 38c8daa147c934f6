import { type Database, type Principal, recordAct, type Transaction } from '@citycard/common';
import { CASE_KINDS, type CaseKind } from './case.ts';
import { caseErrors } from './errors.ts';

/** Days of the city a participant has for its answer, and the company for the end. */
interface CaseDays {
  readonly answerDays: number;
  readonly endDays: number;
}

/** As the city begins. Agents and billers answer faster: they see at once what their own till or books say. */
const FIRST: Readonly<Record<CaseKind, CaseDays>> = {
  'charged-twice': { answerDays: 5, endDays: 10 },
  'wrong-fare': { answerDays: 5, endDays: 10 },
  'load-missing': { answerDays: 2, endDays: 5 },
  'bill-missing': { answerDays: 2, endDays: 5 },
};

/** The days of each kind as they hold. */
export async function caseDays(db: Database | Transaction): Promise<Record<CaseKind, CaseDays>> {
  const { rows } = await (db as Database).query<{ kind: CaseKind; answer_days: number; end_days: number }>(
    'select distinct on (kind) kind, answer_days, end_days from reconciliation.resident_case_rule order by kind, version desc',
  );
  const set = new Map(rows.map((row) => [row.kind, { answerDays: row.answer_days, endDays: row.end_days }]));
  return Object.fromEntries(CASE_KINDS.map((kind) => [kind, set.get(kind) ?? FIRST[kind]])) as Record<
    CaseKind,
    CaseDays
  >;
}

/** A supervisor sets the days of a kind for cases opened from now on. @throws CityCardError `reconciliation.cases.days-bad` */
export async function setCaseDays(
  tx: Transaction,
  by: Principal,
  kind: CaseKind,
  { answerDays, endDays }: CaseDays,
): Promise<void> {
  if (answerDays < 1 || answerDays > 30 || endDays < answerDays || endDays > 60) throw caseErrors.daysBad();
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('resident case rules', 0))`);
  await tx.query(
    `insert into reconciliation.resident_case_rule (kind, version, answer_days, end_days, set_by)
     select $1, coalesce(max(version), 0) + 1, $2, $3, $4 from reconciliation.resident_case_rule where kind = $1`,
    [kind, answerDays, endDays, by.id],
  );
  await recordAct(tx, by, { act: 'resident-case.days', subject: kind, detail: { answerDays, endDays } });
}
