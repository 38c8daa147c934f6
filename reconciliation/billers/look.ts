import { declareEqual } from '@citycard/clearing';
import { addDays, type BusinessDate, type Fen, fen, type Transaction } from '@citycard/common';
import { endDifferences, type FoundDifference } from '../differences/index.ts';
import { keepInStep, type LookResult, together } from '../daily/in-step.ts';
import { patienceInForce } from '../daily/patience.ts';

/** Days whose checks are looked at once more, for what was resolved. */
const LOOK_BACK_DAYS = 40;
/** What the daily check of bills calls a difference (docs/industries.md), as all counterparts call it. */
const KINDS: Readonly<Record<string, string>> = {
  'amount-differs': 'amount',
  'outcome-differs': 'outcome',
  'reported-twice': 'duplicate',
};

interface BillRow {
  participant_no: string;
  biller_code: string;
  booked_on: BusinessDate;
  payment_id: string;
  kind: string;
  ours_fen: bigint | null;
  theirs_fen: bigint | null;
  /** How two persons resolved it; null while nobody has. */
  how: string | null;
}

/** Puts what the daily checks of billers found among all differences, ends what two persons resolved, and misses checks that were not made. */
export async function lookAtBillers(tx: Transaction, date: BusinessDate): Promise<LookResult> {
  const { rows } = await tx.query<BillRow>(
    `select b.participant_no, d.biller_code, d.booked_on, d.payment_id, d.kind, d.ours_fen, d.theirs_fen,
            case when d.resolved_at is null then null
                 else concat_ws(' ', d.action, 'by', d.proposed_by, 'and', d.approved_by, ':', d.reason) end as how
       from clearing.bill_difference d join clearing.biller b using (biller_code)
      where d.resolved_at is null or d.booked_on > $1::date - ${LOOK_BACK_DAYS} order by 1, 3, 4, 5`,
    [date],
  );
  for (const row of rows) {
    if (row.how === null || row.how.startsWith('found-later')) continue;
    await endDifferences(tx, [differenceOf(row)], { by: 'rule', reason: row.how.slice(0, 500) });
  }
  const open = rows.filter(({ how }) => how === null).map(differenceOf);
  const bills = await keepInStep(
    tx,
    { counterpartKinds: ['biller'], subject: 'bill ' },
    open,
    'the payment stands on a later statement of the biller',
  );
  const patience = await patienceInForce(tx);
  const missing = await lookForMissingChecks(tx, addDays(date, -patience['agent-file']));
  await declareDays(tx, date);
  return together(bills, missing);
}

function differenceOf(row: BillRow): FoundDifference {
  const { biller_code: billerCode, payment_id: paymentId, kind } = row;
  const side = (name: 'ours' | 'theirs', value: bigint | null): Partial<Record<'ours' | 'theirs', Fen>> =>
    value === null ? {} : { [name]: fen(value) };
  return {
    counterpartKind: 'biller',
    counterpart: row.participant_no,
    businessDay: row.booked_on,
    subjectKey: `bill ${billerCode} ${paymentId}`,
    kind: KINDS[kind] ?? kind,
    ...side('ours', row.ours_fen),
    ...side('theirs', row.theirs_fen),
    evidence: { billerCode, paymentId, foundAs: kind },
  };
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
        and not exists (select from clearing.bill_check c where c.biller_code = p.biller_code and c.booked_on = p.day)
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
                           and (exists (select from clearing.bill_difference x where x.biller_code = b.biller_code and x.booked_on = d.business_date and x.resolved_at is null)
                                or exists (select from clearing.bill_payment p where p.biller_code = b.biller_code and p.state = 'paid'
                                              and (p.decided_at at time zone 'Asia/Shanghai')::date = d.business_date)
                                   and not exists (select from clearing.bill_check c where c.biller_code = b.biller_code and c.booked_on = d.business_date))) as equal
       from clearing.settle_after_equal s
       join clearing.participant p on p.participant_no = s.participant_no and p.kind = 'biller'
       join clearing.business_day d on d.business_date between greatest(s.valid_from, $1::date - ${LOOK_BACK_DAYS}) and $1
      where s.ended_on is null`,
    [date],
  );
  for (const { participant_no: no, day, equal } of rows) await declareEqual(tx, no, day, equal);
}
