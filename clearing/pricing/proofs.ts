import type { BusinessDate, Transaction } from '@citycard/common';
import { dayErrors } from '../day/errors.ts';

/** The proof: the shares of each part are its fee, and the parts of each line are the line, to the fen. */
export async function proveSharesAreFees(tx: Transaction, date: BusinessDate): Promise<void> {
  const { rows } = await tx.query<{ participant_no: string; line: bigint; parts: bigint; shares: bigint }>(
    `select l.participant_no, l.fee_fen as line, coalesce(p.fee, 0)::bigint as parts, coalesce(s.fee, 0)::bigint as shares
       from clearing.pricing_line l
       left join (select r.participant_no, sum(r.fee_fen) as fee,
                         sum(r.sales_fen - r.refund_fen) filter (where t.deal is distinct from 'load') as gross
                    from clearing.pricing_part r join clearing.tariff t using (tariff_id)
                   where r.business_date = $1 group by 1) p using (participant_no)
       left join (select participant_no, sum(amount_fen) as fee from clearing.pricing_share
                   where business_date = $1 group by 1) s using (participant_no)
      where l.business_date = $1
        and (l.fee_fen, l.fee_fen, l.gross_fen) is distinct from (coalesce(p.fee, 0), coalesce(s.fee, 0), coalesce(p.gross, 0))`,
    [date],
  );
  const [wrong] = rows;
  if (wrong === undefined) return;
  const detail = `${wrong.participant_no} has a fee of ${wrong.line} fen, its parts ${wrong.parts}, its shares ${wrong.shares}`;
  throw dayErrors.proofFailed({ proof: 'shares equal fees', date, detail });
}

/**
 * The proof: with the days after this one taken away, every pending account holds exactly what is held for want of a
 * tariff. It starts from the balances, the lines start from the transfers, so neither can hide a fault of the other.
 */
export async function provePendingIsEmpty(tx: Transaction, date: BusinessDate): Promise<void> {
  const { rows } = await tx.query<{ account_code: string; left: bigint; held: bigint }>(
    `with later as (
       select account, sum(amount)::bigint as amount from (
         select credit_account as account, amount_fen as amount from clearing.ledger_transfer
          where business_date > $1 and phase in ('posted', 'post') and credit_account like 'operator-pending:%'
         union all
         select debit_account, -amount_fen from clearing.ledger_transfer
          where business_date > $1 and phase in ('posted', 'post') and debit_account like 'operator-pending:%') t
        group by account
     ), held as (
       select 'operator-pending:' || h.participant_no as account, sum(h.gross_fen)::bigint as amount from clearing.pricing_held h
        where not exists (select from clearing.pricing_line l
                           where l.participant_no = h.participant_no and l.business_date > h.business_date)
        group by 1
     )
     select a.account_code, a.credits_posted - a.debits_posted - coalesce(l.amount, 0) as left, coalesce(h.amount, 0) as held
       from clearing.account a left join later l on l.account = a.account_code left join held h on h.account = a.account_code
      where a.kind = 'operator-pending'
        and a.credits_posted - a.debits_posted - coalesce(l.amount, 0) <> coalesce(h.amount, 0)`,
    [date],
  );
  const wrong = rows[0];
  if (wrong !== undefined) {
    const detail = `${wrong.account_code} still holds ${wrong.left} fen, of which ${wrong.held} wait for a tariff`;
    throw dayErrors.proofFailed({ proof: 'priced amounts equal the pending accounts', date, detail });
  }
}
