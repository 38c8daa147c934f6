import type { BusinessDate, Transaction } from '@citycard/common';
import { dayErrors } from '../day/errors.ts';

/**
 * The proof: what the ledger owes a participant at the end of the day is the sum of its open sheets. Payments out but not
 * yet booked still stand in both; days after this one are taken away.
 */
export async function proveSheetsAreOwed(tx: Transaction, date: BusinessDate): Promise<void> {
  const { rows } = await tx.query<{ participant_no: string; owed: bigint; sheets: bigint }>(
    `with account as (
       select a.account_code, p.participant_no, a.credits_posted - a.debits_posted as amount
         from clearing.account a
         join clearing.participant p
           on a.account_code in ('operator-payable:' || p.participant_no, 'biller-payable:' || p.participant_no,
                                 'city-payable:' || p.city_code, 'city-receivable:' || p.city_code)
     ), later as (
       select s.account, sum(s.amount)::bigint as amount
         from clearing.ledger_transfer t
        cross join lateral (values (t.credit_account, t.amount_fen), (t.debit_account, -t.amount_fen)) as s(account, amount)
        where t.business_date > $1 and t.phase in ('posted', 'post') and t.posting_key not like 'settlement:%'
        group by 1
     ), sheet as (
       select participant_no, sum(payable_fen - paid_fen)::bigint as amount from clearing.settlement_sheet
        where business_date <= $1 and state <> 'paid' and carried_into is null group by 1
     )
     select a.participant_no, sum(a.amount - coalesce(l.amount, 0))::bigint as owed, coalesce(max(s.amount), 0)::bigint as sheets
       from account a left join later l on l.account = a.account_code left join sheet s using (participant_no)
      group by 1 having sum(a.amount - coalesce(l.amount, 0)) <> coalesce(max(s.amount), 0)`,
    [date],
  );
  const wrong = rows[0];
  if (wrong !== undefined) {
    const detail = `${wrong.participant_no} is owed ${wrong.owed} fen by the ledger, ${wrong.sheets} by its sheets`;
    throw dayErrors.proofFailed({ proof: 'sheets equal the payable accounts', date, detail });
  }
}
