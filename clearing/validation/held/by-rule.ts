import { addDays, type BusinessDate, type Database, fen, transact, type Transaction } from '@citycard/common';
import { raiseAlarm } from '../../alarms/alarm.ts';
import { openAccount } from '../../ledger/accounts.ts';
import { type Posting, postOrThrow } from '../../ledger/posting.ts';
import { cardNo, HOME_CITY } from '../../purses/card-number.ts';
import { REASON, type ReasonCode } from '../../purchases/reason-codes.ts';
import { ACCEPTED, type Outcome, rejected } from '../outcome.ts';
import { afterPosting, postingDates, postPurchases } from '../purchase-posting.ts';
import { type RecordRef, refOf, type RefRow } from '../received-purchase.ts';
import type { RefusedByRule, ValidationRules } from '../rules.ts';
import { payablesOf } from '../short-purses.ts';
import { type FinalDecision, writeDecisions } from '../write-decisions.ts';

export const WRITE_OFF = 'write-off:main';
const BY = 'rule';

/** What a rule ends, and the final reason it gives. */
const REFUSED: readonly { rule: RefusedByRule; held: ReasonCode; final: ReasonCode }[] = [
  { rule: 'gray', held: REASON.gray, final: REASON.gray },
  { rule: 'conflict', held: REASON.conflict, final: REASON.conflict },
  { rule: 'inspection', held: REASON.heldForInspection, final: REASON.notAllowed },
];

interface OverdueRow extends RefRow {
  amount_fen: bigint;
  participant_no: string;
  successor: boolean;
}

/**
 * Held records of our cards that came so many days ago, the oldest first. How long a record waits is told by the business day of
 * its receipt alone, so that it ends on the same day whoever looks.
 */
const OVERDUE = `
select r.card_no, r.business_date, r.intake_id, r.record_index, r.amount_fen, r.participant_no,
       exists (select from clearing.purchase_identity i
                where i.card_no = r.card_no and i.issuer_city = r.issuer_city and i.offline_counter = r.offline_counter + 1) as successor
  from clearing.purchase_record r
 where r.state = 'suspicious' and r.reason_code = $1 and r.issuer_city = '${HOME_CITY}' and r.business_date <= $2
   and ($1 <> '08' or exists (select from clearing.purse p where p.card_no = r.card_no and p.status not in ('replaced', 'returned')))
   and not exists (select from clearing.late_tap t where t.card_no = r.card_no and t.business_date = r.business_date
                      and t.intake_id = r.intake_id and t.record_index = r.record_index)
 order by r.business_date, r.intake_id, r.record_index limit $3`;

/**
 * Ends the wait of held records where a rule says how (domain.md B.5): refused after so many days, or, for want of money, paid by
 * the company. Balances must have had their say before (second-pass.ts). Resolves to how many were decided; call it until that
 * is 0.
 *
 * @throws Overtaken when somebody decided one of them at the same moment; nothing is written then.
 */
export async function resolveByRule(
  db: Database,
  rules: ValidationRules,
  today: BusinessDate,
  limit: number,
): Promise<number> {
  let decided = 0;
  for (const { rule, held, final } of REFUSED) {
    const days = rules.refusedAfterDays[rule];
    if (days === undefined) continue;
    const rows = await overdue(db, held, addDays(today, -days), limit);
    if (rows.length > 0) await transact(db, (tx) => refuse(tx, rows, held, final, days));
    decided += rows.length;
  }
  if (rules.shortWrittenOffDays === undefined) return decided;
  const rows = await overdue(db, REASON.insufficientBalance, addDays(today, -rules.shortWrittenOffDays), limit);
  if (rows.length > 0) await transact(db, (tx) => writeOff(tx, rows));
  return decided + rows.length;
}

async function overdue(db: Database, code: ReasonCode, until: BusinessDate, limit: number): Promise<OverdueRow[]> {
  const { rows } = await db.query<OverdueRow>(OVERDUE, [code, until, limit]);
  return rows;
}

async function refuse(
  tx: Transaction,
  rows: readonly OverdueRow[],
  held: ReasonCode,
  final: ReasonCode,
  days: number,
): Promise<void> {
  const decisions = rows.map((row): FinalDecision => {
    const from = { state: 'suspicious' as const, code: held };
    return { ref: refOf(row), from, outcome: rejected(final, whyRefused(held, row, days)), postedDate: null };
  });
  await writeDecisions(tx, decisions, BY);
}

function whyRefused(held: ReasonCode, row: OverdueRow, days: number): string {
  if (held !== REASON.gray) return `held ${days} days; nobody has shown that it is to be paid`;
  return row.successor
    ? `held ${days} days; the card's next purchase does not show the debit`
    : `held ${days} days; nobody has shown that the card paid`;
}

async function writeOff(tx: Transaction, rows: readonly OverdueRow[]): Promise<void> {
  const dates = await postingDates(
    tx,
    rows.map((row) => refOf(row).businessDate),
  );
  await openAccount(tx, WRITE_OFF);
  const days = new Map<BusinessDate, Posting[]>();
  for (const row of rows) {
    const ref = refOf(row);
    const date = dates(ref.businessDate);
    days.set(date, [...(days.get(date) ?? []), coverOf(ref, row.amount_fen)]);
  }
  for (const [date, postings] of days) await postOrThrow(tx, date, postings);
  const held = rows.map((row) => ({
    ref: refOf(row),
    amountFen: fen(row.amount_fen),
    participantNo: row.participant_no,
  }));
  const posted = await postPurchases(tx, await payablesOf(tx, held), dates);
  const decisions = held.map(({ ref }, place): FinalDecision => {
    const result = posted[place];
    if (result === undefined) throw new Error('the ledger answers every posting');
    const { outcome, postedDate } = afterPosting(result);
    const paid: Outcome = { ...ACCEPTED, detail: 'paid by the company, by rule' };
    const from = { state: 'suspicious' as const, code: REASON.insufficientBalance };
    return { ref, from, outcome: outcome.state === 'accepted' ? paid : outcome, postedDate };
  });
  await writeDecisions(tx, decisions, BY);
}

/** The company puts the amount into the purse, so that the purchase is paid like any other and its day adds up. */
export function coverOf(ref: RecordRef, amountFen: bigint): Posting {
  return {
    cardNo: cardNo(ref.cardNo),
    key: `held:${ref.intakeId}:${ref.index}`,
    reason: 'held purchase paid by the company',
    legs: [{ debit: WRITE_OFF, credit: 'purse', amount: fen(amountFen) }],
  };
}

/** Tells people, once a day, how many records are held longer than they should be. Resolves to whether it did. */
export async function alarmLongHeld(db: Database, rules: ValidationRules, today: BusinessDate): Promise<boolean> {
  if (rules.heldAlarmDays === undefined) return false;
  const until = addDays(today, -rules.heldAlarmDays);
  const subject = `held records of ${today}`;
  return transact(db, async (tx) => {
    const { rows } = await tx.query<{ count: bigint; amount_fen: bigint; oldest: string | null }>(
      `select count(*) as count, coalesce(sum(amount_fen), 0)::bigint as amount_fen, min(business_date) as oldest
         from clearing.purchase_record where state = 'suspicious' and business_date <= $1
          and not exists (select from clearing.alarm where kind = 'purchases-held-long' and subject = $2)`,
      [until, subject],
    );
    const [found] = rows;
    if (found === undefined || found.count === 0n) return false;
    const evidence = { count: found.count, amountFen: found.amount_fen, oldest: found.oldest };
    await raiseAlarm(tx, { kind: 'purchases-held-long', severity: 'warning', subject, evidence });
    return true;
  });
}
