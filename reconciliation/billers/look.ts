import { declareEqual } from '@citycard/clearing';
import { addDays, type BusinessDate, fen, type Transaction } from '@citycard/common';
import type { FoundDifference } from '../differences/index.ts';
import { keepInStep, type LookResult, together } from '../daily/in-step.ts';
import { patienceInForce } from '../daily/patience.ts';
import { compareBills } from './check.ts';

/** Statements are compared again for so long after their day; what is open then is compared until it is not. */
const AGAIN_FOR_DAYS = 3;
/** Days a statement is missed for, and settlement waits for. */
const LOOK_BACK_DAYS = 40;

/** Compares statements of billers anew that something may have happened to, and puts down statements that have not come. */
export async function lookAtBillers(tx: Transaction, date: BusinessDate): Promise<LookResult> {
  const { rows } = await tx.query<{ biller_code: string; booked_on: BusinessDate }>(
    `select s.biller_code, s.booked_on from clearing.bill_statement s join clearing.biller b using (biller_code)
      where s.booked_on between $1::date - ${AGAIN_FOR_DAYS} and $1
         or not exists (select from reconciliation.bill_check c where c.biller_code = s.biller_code and c.booked_on = s.booked_on)
         or exists (select from reconciliation.difference d
                     where d.counterpart_kind = 'biller' and d.counterpart = b.participant_no and d.business_day = s.booked_on
                       and d.state = 'open' and starts_with(d.subject_key, 'bill '))
      order by 1, 2`,
    [date],
  );
  const results: LookResult[] = [];
  for (const { biller_code: billerCode, booked_on: day } of rows) results.push(await compareBills(tx, billerCode, day));
  const patience = await patienceInForce(tx);
  const missing = await lookForMissingChecks(tx, addDays(date, -patience['agent-file']));
  await declareDays(tx, date);
  return together(...results, missing);
}

/** Days on which bills of a biller were paid and that nobody has compared. Billers by file have no statement of their own. */
async function lookForMissingChecks(tx: Transaction, until: BusinessDate): Promise<LookResult> {
  const { rows } = await tx.query<{
    participant_no: string;
    biller_code: string;
    day: BusinessDate;
    payments: bigint;
    paid_fen: bigint;
  }>(
    `select b.participant_no, p.biller_code, p.day, count(*) as payments, sum(p.amount_fen)::bigint as paid_fen
       from (select biller_code, (decided_at at time zone 'Asia/Shanghai')::date as day, amount_fen from clearing.bill_payment
              where state = 'paid' and decided_at > $1::date - ${LOOK_BACK_DAYS}) p
       join clearing.biller b using (biller_code)
      where p.day <= $1 and b.base_url is not null
        and not exists (select from clearing.bill_statement c where c.biller_code = p.biller_code and c.booked_on = p.day)
      group by 1, 2, 3 order by 1, 2, 3`,
    [until],
  );
  const found = rows.map((row): FoundDifference => ({
    counterpartKind: 'biller',
    counterpart: row.participant_no,
    businessDay: row.day,
    subjectKey: `statement of ${row.biller_code}`,
    kind: 'late',
    ours: fen(row.paid_fen),
    evidence: { billerCode: row.biller_code, ourPayments: Number(row.payments) },
  }));
  return keepInStep(tx, { counterpartKinds: ['biller'], subject: 'statement of ' }, found, 'the statement has come');
}

/** Of billers that are settled only after equal: which days are equal, because nothing was paid or nothing is open. */
async function declareDays(tx: Transaction, date: BusinessDate): Promise<void> {
  const { rows } = await tx.query<{ participant_no: string; day: BusinessDate; equal: boolean }>(
    `select s.participant_no, d.business_date as day,
            not exists (select from clearing.biller b
                         where b.participant_no = s.participant_no
                           and (exists (select from reconciliation.difference x where x.counterpart_kind = 'biller' and x.counterpart = s.participant_no
                                            and x.business_day = d.business_date and x.state = 'open' and starts_with(x.subject_key, 'bill '))
                                or exists (select from clearing.bill_payment p where p.biller_code = b.biller_code and p.state = 'paid'
                                              and (p.decided_at at time zone 'Asia/Shanghai')::date = d.business_date)
                                   and not exists (select from clearing.bill_statement c where c.biller_code = b.biller_code and c.booked_on = d.business_date))) as equal
       from clearing.settle_after_equal s
       join clearing.participant p on p.participant_no = s.participant_no and p.kind = 'biller'
       join clearing.business_day d on d.business_date between greatest(s.valid_from, $1::date - ${LOOK_BACK_DAYS}) and $1
      where s.ended_on is null`,
    [date],
  );
  for (const { participant_no: no, day, equal } of rows) await declareEqual(tx, no, day, equal);
}
