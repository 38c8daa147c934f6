import { addDays, type BusinessDate, type Fen, fen, type Transaction } from '@citycard/common';
import type { FoundDifference } from '../differences/index.ts';
import { keepInStep, type LookResult, together } from '../daily/in-step.ts';
import { patienceInForce } from '../daily/patience.ts';
import { lookByPlan } from '../matching/look-by-plan.ts';
import { bankBooks } from './plan.ts';

/**
 * Everything the bank and we can disagree about by the end of a day: entries nobody recognises, entries notified that no statement
 * brings, payments ordered and not booked or not answered, slips and cash for tills that the bank does not show, statements and
 * messages that are missing.
 */
export async function lookAtBank(tx: Transaction, date: BusinessDate): Promise<LookResult> {
  const patience = await patienceInForce(tx);
  return together(
    await lookByPlan(tx, bankBooks, date),
    await lookAtStatements(tx, addDays(date, -patience.statement)),
    await lookAtRefusals(tx),
  );
}

interface Row {
  counterpart: string;
  business_day: BusinessDate;
  subject: string;
  kind: string;
  ours: bigint | null;
  theirs: bigint | null;
  evidence: Record<string, unknown>;
}

/** One look: rows of differences by one query, put in step under what their subjects begin with. */
async function look(
  tx: Transaction,
  subject: string,
  query: { readonly text: string; readonly values: readonly unknown[] },
  reason: string,
): Promise<LookResult> {
  const { rows } = await tx.query<Row>(query.text, [...query.values]);
  const found = rows.map((row): FoundDifference => ({
    counterpartKind: 'bank',
    counterpart: row.counterpart,
    businessDay: row.business_day,
    subjectKey: `${subject}${row.subject}`,
    kind: row.kind,
    ...amount('ours', row.ours),
    ...amount('theirs', row.theirs),
    evidence: row.evidence,
  }));
  return keepInStep(tx, { counterpartKinds: ['bank'], subject }, found, reason);
}

const amount = (side: 'ours' | 'theirs', value: bigint | null): Partial<Record<'ours' | 'theirs', Fen>> =>
  value === null ? {} : { [side]: fen(value) };

/** Accounts whose statements have come and have stopped coming. */
const lookAtStatements = (tx: Transaction, until: BusinessDate): Promise<LookResult> =>
  look(
    tx,
    'statement ',
    {
      text: `select account_no as counterpart, max(statement_date) + 1 as business_day, 'of ' || (max(statement_date) + 1) as subject, 'late' as kind,
                    null::bigint as ours, null::bigint as theirs, jsonb_build_object('lastStatement', max(statement_date)) as evidence
               from clearing.bank_statement group by 1 having max(statement_date) < $1 order by 1`,
      values: [until],
    },
    'the statement has come',
  );

/** Messages that were refused and not taken since; the bank sends them again, or two persons say why that is no matter. */
const lookAtRefusals = (tx: Transaction): Promise<LookResult> =>
  look(
    tx,
    'message ',
    {
      text: `select 'bank' as counterpart, (first_at at time zone 'Asia/Shanghai')::date as business_day, kind || ' ' || refusal_no as subject,
                    'refused' as kind, null::bigint as ours, null::bigint as theirs,
                    jsonb_build_object('code', code, 'sha256', encode(sha256, 'hex'), 'bytes', length(content)) as evidence
               from reconciliation.bank_refusal where taken_at is null order by 2, 3`,
      values: [],
    },
    'the message was taken after all',
  );
